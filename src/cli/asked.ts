import { QuotaError } from '../errors.ts';
import type { Flavor } from '../intent/flavor.ts';
import { flavorQuota } from '../intent/flavor-quota.ts';
import { isUnknownKey } from '../intent/near-key.ts';
import { refuseNothingUnderstood } from '../intent/understood.ts';
import type { Asked } from '../workflow/wish.ts';
import {
  type QuotaInput,
  type QuotaOptions,
  readProvingQuota,
  readQuota,
  wishOptionsIn,
} from './quota-input.ts';
import type { Terminal } from './terminal.ts';

/** Options by which a command that knows a domain is told what is wanted of it. */
export interface AskedOptions extends QuotaOptions {
  /** Take away what the flavor does not ask for. */
  readonly prune?: boolean;
  /** Take away everything a flavor could ask for; without a flavor. */
  readonly remove?: boolean;
  /** Limit taps that are Open vSwitch ports unknown to libvirt in Open vSwitch's database. */
  readonly ovsNative?: boolean;
  /** False: write no record into the metadata. */
  readonly record?: boolean;
  /** Write although the flavor has keys that nobody reads. */
  readonly allowUnknown?: boolean;
}

/** How what is wanted is to be understood. */
export function mannerOf({ prune, ovsNative }: AskedOptions): Pick<Asked, 'prune' | 'ovsNative'> {
  return { ...(prune === true && { prune }), ...(ovsNative === true && { ovsNative }) };
}

/**
 * Reads what is wanted. Findings are printed.
 *
 * @param domainXml gets the domain's XML; without it there is no metadata to begin with.
 * @throws QuotaError `invalid-input`
 */
export async function readAsked(
  options: AskedOptions,
  terminal: Terminal,
  domainXml?: () => Promise<string>,
): Promise<Asked> {
  if (options.remove === true) return askedToRemove(options);
  return askedOf(await readProvingQuota(options, terminal, domainXml), options);
}

/**
 * The same for a command that writes, or says what would be written: a key that nobody reads is a limit that somebody
 * believes in.
 *
 * @throws QuotaError `invalid-input`, also for unknown keys unless they are allowed
 */
export async function readToWrite(
  options: AskedOptions,
  terminal: Terminal,
  domainXml?: () => Promise<string>,
): Promise<Asked> {
  if (options.remove === true) return askedToRemove(options);
  const input = await readQuota(options, terminal, domainXml);
  const subject = input.flavor.name ?? options.flavor?.at(-1) ?? 'what is asked';
  refuseUnknown(input.flavor, subject, options);
  if (options.allowUnknown !== true) refuseNothingUnderstood(input.flavor.extraSpecs, subject);
  return askedOf(input, options);
}

/** @throws QuotaError `invalid-input` when a flavor that is to be written has keys that nobody reads */
export function refuseUnknown(
  { extraSpecs }: Flavor,
  subject: string,
  { allowUnknown = false }: AskedOptions,
): void {
  const unknown = Object.keys(extraSpecs).filter(isUnknownKey);
  if (allowUnknown || unknown.length === 0) return;
  const what = unknown.length === 1 ? `key '${unknown[0]}' in` : `${unknown.length} keys in`;
  throw new QuotaError(
    'invalid-input',
    subject,
    `nobody reads ${what} '${subject}', so nothing is written: correct it, or say --allow-unknown`,
  );
}

function askedOf({ quota, volumes, flavor }: QuotaInput, options: AskedOptions): Asked {
  return { quota, volumes, ...mannerOf(options), ...recordOf(flavor, options) };
}

/** @throws QuotaError `invalid-input` when something is wanted besides */
function askedToRemove(options: AskedOptions): Asked {
  if (wishOptionsIn(options).length > 0) {
    throw new QuotaError(
      'invalid-input',
      '--remove',
      '--remove takes all limits away: it goes without a flavor and volumes',
    );
  }
  const manner = mannerOf({ ...options, prune: true });
  return { quota: flavorQuota({}).quota, ...manner, ...recordOf({ extraSpecs: {} }, options) };
}

/**
 * What an apply leaves in the metadata: the keys that limit something, and whose they are. Those that only look so are
 * among them, so that a plan knows not to replace a record with that.
 */
export function recordOf(flavor: Flavor, { record }: AskedOptions): Pick<Asked, 'record'> {
  if (record === false) return {};
  const asked = Object.entries(flavor.extraSpecs).filter(
    ([key]) => /^(?:quota|virt-quota):/.test(key) || isUnknownKey(key),
  );
  return {
    record: {
      ...(flavor.name !== undefined && { flavor: flavor.name }),
      ...(flavor.id !== undefined && { flavorId: flavor.id }),
      asked: Object.fromEntries(asked),
    },
  };
}
