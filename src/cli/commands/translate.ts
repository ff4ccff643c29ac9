import { hasErrors } from '../../diagnostics.ts';
import { readDomain } from '../../domain/read-domain.ts';
import { applyTuningToXml, renderVirshCommands } from '../../domain/render.ts';
import { translateFlavor, translateFragments } from '../../domain/translate.ts';
import { QuotaError } from '../../errors.ts';
import { readInput } from '../inputs.ts';
import { type QuotaOptions, readQuota, sayDiagnostics } from '../quota-input.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

const DOMAIN_LIMIT = 16 * 1024 * 1024;

/** Options of `translate`. */
export interface TranslateOptions extends QuotaOptions, Loudness {
  readonly domain?: string;
  readonly format: 'xml' | 'virsh' | 'json';
}

/** `virt-quota translate`. */
export async function translate(options: TranslateOptions): Promise<void> {
  const terminal = processTerminal(options);
  const { quota, diagnostics } = await readQuota(options, terminal);
  if (options.domain !== undefined) return translateInto(options.domain, quota, options, terminal);
  if (options.format === 'virsh') {
    throw new QuotaError('invalid-input', '--format', 'virsh commands name devices: give --domain FILE');
  }
  const fragments = translateFragments(quota);
  if (options.format === 'json') {
    terminal.out(`${JSON.stringify({ schemaVersion: 1, ...fragments, diagnostics }, null, 2)}\n`);
  } else {
    for (const xml of Object.values(fragments)) terminal.out(`${xml}\n`);
  }
}

async function translateInto(
  file: string,
  quota: Parameters<typeof translateFragments>[0],
  options: TranslateOptions,
  terminal: Terminal,
): Promise<void> {
  const xml = await readInput(file, DOMAIN_LIMIT);
  const domain = readDomain(xml);
  const { tuning, diagnostics } = translateFlavor({ quota, domain, capabilities: {} });
  sayDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics)) {
    throw new QuotaError('invalid-input', file, `domain '${domain.name}' cannot have these limits`);
  }
  switch (options.format) {
    case 'xml':
      return terminal.out(applyTuningToXml(xml, tuning));
    case 'virsh':
      return terminal.out(`${renderVirshCommands(domain.name, tuning, { definition: domain }).join('\n')}\n`);
    case 'json':
      return terminal.out(
        `${JSON.stringify({ schemaVersion: 1, domain: domain.name, tuning, diagnostics }, null, 2)}\n`,
      );
  }
}
