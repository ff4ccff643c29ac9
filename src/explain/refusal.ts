import type { Diagnostic } from '../diagnostics.ts';
import { findQuotaKey } from '../intent/quota-keys.ts';
import { cpuWeightV2 } from '../ranges.ts';
import type { Refusal } from './explanation.ts';

/** Who refuses what an error says; undefined when it is not an error. */
export function refusalOf({ code, severity, path, value, args }: Diagnostic): Refusal | undefined {
  if (severity !== 'error') return undefined;
  const entry = findQuotaKey(path)?.entry;
  const copied = entry?.consumer === 'libvirt' ? entry.copied : 'verbatim';
  switch (code) {
    case 'not-a-scalar':
    case 'no-cpu-controller':
      return { layer: 'nova', when: 'build' };
    case 'not-a-number':
      return copied === 'as-int' ? { layer: 'nova', when: 'build' } : { layer: 'libvirt', when: 'define' };
    case 'needs-base':
    case 'max-below-base':
      return { layer: 'qemu', when: 'start' };
    case 'burst-too-large':
      return { layer: 'tc', when: 'start' };
    case 'out-of-range':
      return ofRange(entry?.consumer === 'libvirt' ? entry.parameter : '', Number(value), args?.where);
    default:
      return { layer: 'libvirt', when: 'define' };
  }
}

/** libvirt looks at most ranges when a domain is defined; at the weight and at the network's only when it starts. */
function ofRange(parameter: string, value: number, where: string | number | undefined): Refusal {
  if (parameter === 'cpu_shares') {
    // cgroup v2 takes it, a libvirt that holds it against the range of v1 does not.
    if (where === 'cgroup v2' && value >= cpuWeightV2.min && value <= cpuWeightV2.max)
      return { layer: 'libvirt', when: 'define' };
    return { layer: where === 'cgroup v2' ? 'cgroup' : 'libvirt', when: 'start' };
  }
  if (parameter === 'inbound.average' && value > 0) return { layer: 'tc', when: 'start' };
  return { layer: 'libvirt', when: 'define' };
}
