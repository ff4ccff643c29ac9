import { hasErrors } from '../../diagnostics.ts';
import { checkDefinition } from '../../domain/check-definition.ts';
import type { DomainDefinition } from '../../domain/definition.ts';
import { readDomain } from '../../domain/read-domain.ts';
import { applyTuningToXml, renderVirshCommands } from '../../domain/render.ts';
import { type Translation, translateFlavor } from '../../domain/translate.ts';
import { deviceName } from '../../domain/tuning.ts';
import { virshName } from '../../domain/virsh-commands.ts';
import { QuotaError } from '../../errors.ts';
import { describedHost } from '../host-options.ts';
import { fromInput } from '../inputs.ts';
import { type QuotaInput, sayDiagnostics } from '../quota-input.ts';
import type { Terminal } from '../terminal.ts';
import type { TranslateOptions } from './translate.ts';

/**
 * `virt-quota translate --domain`: a whole domain with its limits, or the commands that set them. Apart from `translate`,
 * since reading XML is slow to load.
 *
 * @throws QuotaError `invalid-input` when it is not a domain, or cannot have the limits
 */
export function translateInto(
  { file, xml }: { readonly file: string; readonly xml: string },
  { quota, volumes, diagnostics: found }: QuotaInput,
  options: TranslateOptions,
  terminal: Terminal,
): void {
  const domain = fromInput(file, () => readDomain(xml));
  const capabilities = describedHost(options);
  const { tuning, diagnostics: ofFlavor } = translateFlavor({ quota, volumes, domain, capabilities });
  const diagnostics = [...ofFlavor, ...checkDefinition({ domain, tuning, host: capabilities })];
  sayDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics)) {
    throw new QuotaError('invalid-input', file, `domain '${domain.name}' cannot have these limits`);
  }
  const all = [...found, ...diagnostics];
  const text = render(xml, { domain, tuning, diagnostics: all }, options.format);
  if (options.format === 'json') terminal.out(`${text}\n`);
  else terminal.data(options.format === 'xml' ? text : `${text}\n`);
}

interface Result extends Translation {
  readonly domain: DomainDefinition;
}

function render(xml: string, result: Result, format: TranslateOptions['format']): string {
  const { domain, tuning, diagnostics } = result;
  switch (format) {
    case 'xml':
      return applyTuningToXml(xml, tuning);
    case 'virsh':
      requireNames(result);
      return renderVirshCommands(domain.name, tuning, { definition: domain }).join('\n');
    case 'json':
      return JSON.stringify({ schemaVersion: 1, domain: domain.name, tuning, diagnostics }, null, 2);
  }
}

/** @throws QuotaError `invalid-input` naming an interface that no command would reach */
function requireNames({ domain, tuning }: Result): void {
  const nameless = tuning.find(
    ({ device }) => device.kind === 'interface' && virshName(device, domain.interfaces) === undefined,
  );
  if (nameless === undefined) return;
  const name = deviceName(nameless.device);
  const why = 'its MAC finds another one, and the definition names no device of the host; take -f xml';
  throw new QuotaError('invalid-input', name, `virsh has no name for ${name}: ${why}`);
}
