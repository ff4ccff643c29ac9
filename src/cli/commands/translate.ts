import type { Diagnostic } from '../../diagnostics.ts';
import { checkHostRange } from '../../domain/capabilities.ts';
import { checkAlone } from '../../domain/check-alone.ts';
import { renderIoTune, translateFragments } from '../../domain/fragments.ts';
import { limitsOfPort } from '../../domain/translate-port.ts';
import { QuotaError } from '../../errors.ts';
import { parseVif } from '../../intent/nova-vif.ts';
import { selectorText, type VolumeIntent } from '../../intent/volume-intent.ts';
import { printableLine } from '../../printable.ts';
import { describedHost, type HostOptions } from '../host-options.ts';
import { readInput } from '../inputs.ts';
import {
  domainLimit,
  type QuotaInput,
  type QuotaOptions,
  readQuota,
  refuseErrors,
  sayDiagnostics,
} from '../quota-input.ts';
import { type Loudness, processTerminal, type Terminal } from '../terminal.ts';

/** Options of `translate`. */
export interface TranslateOptions extends QuotaOptions, HostOptions, Loudness {
  readonly domain?: string;
  /** `TYPE[:VNIC]`: what kind of port the fragments are for. */
  readonly vifType?: string;
  readonly format: 'xml' | 'virsh' | 'json';
}

/** `virt-quota translate`. */
export async function translate(options: TranslateOptions): Promise<void> {
  const terminal = processTerminal(options);
  checkOptions(options);
  const { domain } = options;
  const xml = domain === undefined ? undefined : once(() => readInput(domain, domainLimit));
  const input = await readQuota(options, terminal, xml);
  if (xml === undefined || domain === undefined) return translateAlone(input, options, terminal);
  const { translateInto } = await import('./translate-into.ts');
  translateInto({ file: domain, xml: await xml() }, input, options, terminal);
}

function checkOptions({ domain, format, vifType, flavorFromMetadata }: TranslateOptions): void {
  const refuse = (option: string, what: string) => new QuotaError('invalid-input', option, what);
  if (domain === undefined && format === 'virsh')
    throw refuse('--format', 'virsh commands name devices: give --domain FILE');
  if (domain === undefined && flavorFromMetadata === true)
    throw refuse('--flavor-from-metadata', 'metadata is in a domain: give --domain FILE');
  if (domain !== undefined && vifType !== undefined)
    throw refuse(
      '--vif-type',
      'a domain says itself what its interfaces are: --vif-type goes without --domain',
    );
}

/** Standard input cannot be read twice. */
function once(read: () => Promise<string>): () => Promise<string> {
  let text: Promise<string> | undefined;
  return () => {
    text ??= read();
    return text;
  };
}

function translateAlone(input: QuotaInput, options: TranslateOptions, terminal: Terminal): void {
  const port =
    options.vifType === undefined
      ? { quota: input.quota, diagnostics: [] }
      : limitsOfPort(input.quota, parseVif(options.vifType));
  const host = describedHost(options);
  const found = [...checkHostRange(input.quota, host), ...checkAlone(input.quota, host), ...port.diagnostics];
  report(found, input.flavor.name ?? 'what is asked', terminal);
  const fragments = translateFragments(port.quota);
  const volumes = input.volumes.flatMap(volumeFragment);
  if (options.format === 'json') {
    const diagnostics = [...input.diagnostics, ...found];
    const value = { schemaVersion: 1, ...fragments, ...(volumes.length > 0 && { volumes }), diagnostics };
    terminal.out(`${JSON.stringify(value, null, 2)}\n`);
    return;
  }
  for (const xml of Object.values(fragments)) terminal.data(`${xml}\n`);
  for (const { volume, iotune } of volumes) terminal.data(`<!-- ${commentText(volume)} -->\n${iotune}\n`);
}

function volumeFragment({ selector, quota }: VolumeIntent): readonly { volume: string; iotune: string }[] {
  const iotune = renderIoTune(quota.emitted);
  return iotune === undefined ? [] : [{ volume: selectorText(selector), iotune }];
}

/** XML ends a comment at two dashes. */
function commentText(text: string): string {
  return printableLine(text.replace(/-(?=-|$)/g, '- '));
}

function report(found: readonly Diagnostic[], subject: string, terminal: Terminal): void {
  sayDiagnostics(found, terminal);
  refuseErrors(found, subject);
}
