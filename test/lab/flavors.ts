import { flavorFromProperties } from '../../src/intent/flavor.ts';
import { flavorQuota } from '../../src/intent/flavor-quota.ts';
import type { DomainRequest } from '../../src/workflow/plan-domain.ts';

/** Limits that a lab domain is brought to: extra specs without `quota:`, by the name of their flavor. */
export type Properties = Readonly<Record<string, string>>;

/** Where an apply goes from each to the next one, and from the last to the first, every limit changes. */
export const flavors: readonly { readonly flavor: string; readonly properties: Properties }[] = [
  { flavor: 'none', properties: {} },
  {
    flavor: 'small',
    properties: {
      cpu_shares: '512',
      cpu_period: '50000',
      cpu_quota: '25000',
      disk_read_bytes_sec: '1000000',
      disk_write_bytes_sec: '1024000',
      vif_inbound_average: '32768',
      vif_inbound_peak: '65536',
      vif_inbound_burst: '131072',
      vif_outbound_average: '32768',
      vif_outbound_burst: '131072',
    },
  },
  {
    flavor: 'large',
    properties: {
      cpu_shares: '2048',
      cpu_period: '20000',
      cpu_quota: '40000',
      disk_total_iops_sec: '500',
      vif_inbound_average: '125000',
      vif_inbound_peak: '125000',
      vif_outbound_average: '62500',
    },
  },
];

/** An apply of these and no other limits to both definitions, with its record. */
export function requestFor(domain: string, flavor: string, properties: Properties): DomainRequest {
  const asked = Object.fromEntries(Object.entries(properties).map(([key, value]) => [`quota:${key}`, value]));
  const lines = Object.entries(asked).map(([key, value]) => `${key}=${value}`);
  const { quota } = flavorQuota(flavorFromProperties(lines).flavor.extraSpecs);
  return { domain, quota, scopes: ['live', 'config'], prune: true, record: { flavor, asked } };
}
