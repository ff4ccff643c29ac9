import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Flavor, type FlavorResult, flavorFromProperties, parseFlavor } from '../intent/flavor.ts';
import { type FlavorSource, mergeFlavors } from '../intent/merge-flavors.ts';
import { withNamespace } from '../intent/own-keys.ts';
import { textForm } from '../intent/text-form.ts';
import { refuseNothingUnderstood } from '../intent/understood.ts';
import type { VolumeIntent } from '../intent/volume-intent.ts';
import { type WholeQuota, wholeQuota } from '../intent/whole-quota.ts';
import { diagnosticHint } from '../report/diagnostic-hint.ts';
import { diagnosticLine } from '../report/diagnostic-text.ts';
import { checkOneStdin, fromInput, inputName, readerFor, readText } from './inputs.ts';
import type { Terminal } from './terminal.ts';
import type { VolumeOptions } from './volume-input.ts';

/** Largest domain XML that is read, in bytes. */
export const domainLimit = 16 * 1024 * 1024;

/** Options by which a command is told what is wanted. Later flavors win over earlier ones, properties over all. */
export interface QuotaOptions extends VolumeOptions {
  /** Files, or `-`; a domain's XML stands for the flavor in its metadata. */
  readonly flavor?: readonly string[];
  /** `quota:cpu_shares=512`, as `openstack flavor set --property` takes them. */
  readonly property?: readonly string[];
  /** A file of our own keys, with or without their namespace; wins over every flavor. */
  readonly options?: string;
  /** Begin with the flavor that Nova has written into the domain's metadata. */
  readonly flavorFromMetadata?: boolean;
  /** Any other file that the command reads: only one may be standard input. */
  readonly domain?: string;
}

const wishOptions = ['flavor', 'property', 'options', 'flavorFromMetadata', 'volume', 'volumeQos'] as const;

/** Those options that say what is wanted. */
export function wishOptionsIn(options: QuotaOptions): readonly (typeof wishOptions)[number][] {
  return wishOptions.filter(one => options[one] !== undefined);
}

/** A flavor with the limits it asks for, and those of volumes. */
export interface QuotaInput {
  readonly flavor: Flavor;
  readonly quota: WholeQuota;
  readonly volumes: readonly VolumeIntent[];
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads what is wanted from the command line's sources. Findings of all of them are printed to standard error.
 *
 * @param domainXml gets the XML of the domain that the command is about, for its metadata.
 * @throws QuotaError `invalid-input` when nothing is given or any finding is an error
 */
export async function readQuota(
  options: QuotaOptions,
  terminal: Terminal,
  domainXml?: () => Promise<string>,
): Promise<QuotaInput> {
  const volumeInput = asksVolumes(options) ? await import('./volume-input.ts') : undefined;
  const given = volumeInput?.volumesOf(options) ?? [];
  checkOneStdin([...(options.flavor ?? []), options.options, options.domain, ...given.map(one => one.file)]);
  const { flavor, diagnostics: found } = await (given.length > 0 ? readAny : readFlavor)(options, domainXml);
  const { quota, diagnostics: more } = wholeQuota(flavor.extraSpecs);
  const { volumes, diagnostics: ofVolumes } = (await volumeInput?.readVolumes(given, options)) ?? {
    volumes: [],
    diagnostics: [],
  };
  const diagnostics = [...found, ...more, ...ofVolumes];
  sayDiagnostics(diagnostics, terminal);
  refuseErrors(diagnostics, flavor.name ?? options.flavor?.at(-1) ?? 'what is asked');
  return { flavor, quota, volumes, diagnostics };
}

/**
 * The same for commands that prove or write something: what proves nothing is refused.
 *
 * @throws QuotaError `invalid-input`, also when none of the keys that ask for a limit is known
 */
export async function readProvingQuota(
  options: QuotaOptions,
  terminal: Terminal,
  domainXml?: () => Promise<string>,
): Promise<QuotaInput> {
  const input = await readQuota(options, terminal, domainXml);
  refuseNothingUnderstood(
    input.flavor.extraSpecs,
    input.flavor.name ?? options.flavor?.at(-1) ?? 'what is asked',
  );
  return input;
}

/** Ends the work when there are errors among the findings. @throws QuotaError `invalid-input` */
export function refuseErrors(diagnostics: readonly Diagnostic[], subject: string): void {
  if (!hasErrors(diagnostics)) return;
  const count = diagnostics.filter(one => one.severity === 'error').length;
  throw new QuotaError('invalid-input', subject, `${count} error${count === 1 ? '' : 's'} in '${subject}'`);
}

/** Prints findings: errors even when quiet, what is only good to know when asked for it. */
export function sayDiagnostics(diagnostics: readonly Diagnostic[], terminal: Terminal): void {
  for (const found of diagnostics) {
    const hint = diagnosticHint(found);
    const lines = [diagnosticLine(found), ...(hint === undefined ? [] : [`  hint: ${hint}`])];
    for (const line of lines) {
      if (found.severity === 'info') terminal.detail(line);
      else terminal.say(line, { always: found.severity === 'error' });
    }
  }
}

/**
 * Reads the flavor that the options name, without looking at its limits.
 *
 * @throws QuotaError `invalid-input`, also when they name none
 */
export async function readFlavor(
  options: QuotaOptions,
  domainXml?: () => Promise<string>,
): Promise<FlavorResult> {
  const { flavor = [], property = [], options: own, flavorFromMetadata = false } = options;
  if (flavor.length > 0 || property.length > 0 || own !== undefined || flavorFromMetadata)
    return readAny(options, domainXml);
  throw new QuotaError(
    'invalid-input',
    'flavor',
    'say what is wanted: --flavor FILE or --property KEY=VALUE, or --volume DISK=FILE',
  );
}

/** In the order in which they win. */
async function readAny(options: QuotaOptions, domainXml?: () => Promise<string>): Promise<FlavorResult> {
  const sources: FlavorSource[] = [];
  if (options.flavorFromMetadata === true) {
    if (domainXml === undefined)
      throw new QuotaError(
        'invalid-input',
        '--flavor-from-metadata',
        '--flavor-from-metadata goes with one domain',
      );
    sources.push({
      name: "the domain's metadata",
      result: await fromMetadata(await domainXml()),
    });
  }
  for (const path of options.flavor ?? []) {
    sources.push({ name: `'${inputName(path)}'`, result: await readFlavorFile(path) });
  }
  if (options.options !== undefined) {
    const { flavor, diagnostics } = await readFlavorFile(options.options);
    const result = { flavor: { extraSpecs: withNamespace(flavor.extraSpecs) }, diagnostics };
    sources.push({ name: `'${inputName(options.options)}'`, result });
  }
  const { property } = options;
  if (property !== undefined) sources.push({ name: '--property', result: flavorFromProperties(property) });
  return mergeFlavors(sources);
}

/** One flavor, in any form. @throws QuotaError `invalid-input` */
export async function readFlavorFile(path: string): Promise<FlavorResult> {
  const name = inputName(path);
  const text = await readText(path, domainLimit, 'a flavor');
  if (textForm(text) === 'xml') return fromMetadata(text, path);
  return parseFlavor(text, await readerFor(text), `'${name}'`);
}

/** @param path the file that it is from; absent: the domain itself */
async function fromMetadata(xml: string, path?: string): Promise<FlavorResult> {
  const { flavorFromMetadata } = await import('../domain/nova-metadata.ts');
  const flavor =
    path === undefined
      ? flavorFromMetadata(xml, 'the domain')
      : fromInput(path, () => flavorFromMetadata(xml, `'${inputName(path)}'`));
  return { flavor, diagnostics: [] };
}

function asksVolumes({ volume, volumeQos }: VolumeOptions): boolean {
  return volume !== undefined || volumeQos !== undefined;
}
