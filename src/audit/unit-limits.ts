import type { DeviceRef, LimitName } from '../domain/tuning.ts';
import { propertyIn, reset } from './cause-systemd.ts';
import type { AuditInput } from './domain-audit.ts';
import type { Finding } from './finding.ts';

const cpu = { device: { kind: 'cpu' }, parameters: ['global_quota'] } as const;
const memory = (parameter: LimitName) => ({ device: { kind: 'memory' }, parameters: [parameter] }) as const;

/** Properties of a unit that hold a whole domain to something, and libvirt's own limit of that kind. */
const holding: Readonly<
  Record<string, { readonly device: DeviceRef; readonly parameters: readonly LimitName[] }>
> = {
  CPUQuota: cpu,
  CPUQuotaPerSecUSec: cpu,
  MemoryMax: memory('hard_limit'),
  MemoryLimit: memory('hard_limit'),
  MemoryHigh: memory('soft_limit'),
  MemorySwapMax: memory('swap_hard_limit'),
};

/** Limits that systemd was told to put around the whole domain: libvirt never does, and its own hold inside them. */
export function unitLimits({ circumstances, domain }: AuditInput): readonly Finding[] {
  const unit = circumstances?.unit;
  if (unit === undefined || domain.id === undefined) return [];
  return Object.entries(holding).flatMap(([name, { device, parameters }]): Finding[] => {
    const told = propertyIn(unit, name);
    if (told === undefined || told.value === 'infinity') return [];
    return [
      {
        cause: 'systemd-override',
        severity: 'warning',
        explanation: `systemd holds the whole domain to ${name}=${told.value}: nobody asked for it, and libvirt does not know it`,
        device,
        parameters,
        because: [],
        layer: 'cgroup',
        subject: 'scope',
        knob: name,
        observed: { value: told.value },
        evidence: { source: told.path, text: `${name}=${told.value}` },
        repair: reset(unit.name, name),
      },
    ];
  });
}
