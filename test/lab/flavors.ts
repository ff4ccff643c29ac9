import { flavorFromProperties } from '../../src/intent/flavor.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import type { DomainRequest } from '../../src/workflow/plan-domain.ts';

/** Limits that a lab domain is brought to: extra specs without `quota:`, by the name of their flavor. */
export type Properties = Readonly<Record<string, string>>;

/** An apply of these and no other limits to both definitions, with its record. */
export function requestFor(domain: string, flavor: string, properties: Properties): DomainRequest {
  const asked = Object.fromEntries(Object.entries(properties).map(([key, value]) => [`quota:${key}`, value]));
  const lines = Object.entries(asked).map(([key, value]) => `${key}=${value}`);
  const { quota } = flavorQuota(flavorFromProperties(lines).flavor.extraSpecs);
  return { domain, quota, scopes: ['live', 'config'], prune: true, record: { flavor, asked } };
}
