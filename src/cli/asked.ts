import { QuotaError } from '../errors.ts';
import type { Flavor } from '../intent/flavor.ts';
import { flavorQuota } from '../intent/flavor-quota.ts';
import type { Asked } from '../workflow/wish.ts';
import { type QuotaOptions, readQuota, wishOptionsIn } from './quota-input.ts';
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
  if (options.remove === true) {
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
  const { quota, volumes, flavor } = await readQuota(options, terminal, domainXml);
  return { quota, volumes, ...mannerOf(options), ...recordOf(flavor, options) };
}

/** What an apply leaves in the metadata: the keys that limit something, and whose they are. */
export function recordOf(flavor: Flavor, { record }: AskedOptions): Pick<Asked, 'record'> {
  if (record === false) return {};
  const asked = Object.entries(flavor.extraSpecs).filter(([key]) => /^(?:quota|virt-quota):/.test(key));
  return {
    record: {
      ...(flavor.name !== undefined && { flavor: flavor.name }),
      ...(flavor.id !== undefined && { flavorId: flavor.id }),
      asked: Object.fromEntries(asked),
    },
  };
}
