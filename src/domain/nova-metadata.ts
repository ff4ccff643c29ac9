import { QuotaError } from '../errors.ts';
import type { Flavor } from '../intent/flavor.ts';
import { readNovaFlavor } from './nova-flavor.ts';
import { locateDomain } from './read-domain.ts';

/**
 * The flavor in a domain's metadata, with its extra specs as Nova ≥ 32 (2025.2) writes them.
 *
 * @throws QuotaError `invalid-input` when it is no domain of Nova's, or of one that wrote no extra specs.
 */
export function flavorFromMetadata(xml: string, subject = 'domain XML'): Flavor {
  const flavor = readNovaFlavor(locateDomain(xml));
  if (flavor === undefined) throw missing(subject, "no flavor of Nova's in its metadata");
  const { extraSpecs, writtenAt: _, ...identity } = flavor;
  if (extraSpecs !== undefined) return { ...identity, extraSpecs };
  throw missing(subject, "no extra specs in Nova's metadata, which only Nova 32 and later write");
}

function missing(subject: string, what: string): QuotaError {
  return new QuotaError('invalid-input', subject, `${subject} has ${what}`);
}
