import { type AuditInput, auditDomain } from '../../src/audit/domain-audit.ts';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import type { DomainTuning } from '../../src/domain/tuning.ts';
import type { Knob, KnobValues } from '../../src/verify/expectation.ts';
import type { Verdict } from '../../src/verify/verdict.ts';

/** Its tap's address. */
export const mac = '52:54:00:00:00:01';
/** A domain with a weight, a quota and one tap. */
export const definition: DomainDefinition = {
  name: 'vm1',
  uuid: '11111111-2222-3333-4444-555555555555',
  vcpus: 1,
  memtune: {},
  blkiotune: {},
  hostDevices: [],
  cputune: { cpu_shares: 512, vcpu_quota: 50000 },
  disks: [],
  interfaces: [
    { mac, type: 'ethernet', dev: 'tap1', managed: true, bandwidth: { 'outbound.average': 1000 } },
  ],
};
const because = { cpu_shares: 'quota:cpu_shares', vcpu_quota: 'quota:cpu_quota' };
/** What is asked of it. */
export const asked: DomainTuning = [
  { device: { kind: 'cpu' }, limits: { cpu_shares: 512, vcpu_quota: 50000 }, because },
  {
    device: { kind: 'interface', mac },
    limits: { 'outbound.average': 1000 },
    because: { 'outbound.average': 'quota:vif_outbound_average' },
  },
];

type Parameter = 'cpu_shares' | 'vcpu_quota' | 'outbound.average';

/** One link of a limit's chain, as it was judged. */
export function link(
  [layer, subject, knob]: readonly [Knob['layer'], string, string],
  parameter: Parameter,
  found: Pick<Verdict, 'outcome'> & Partial<Verdict> & { readonly expected?: KnobValues },
): Verdict {
  const device =
    parameter === 'outbound.average' ? ({ kind: 'interface', mac } as const) : ({ kind: 'cpu' } as const);
  const { expected, ...verdict } = found;
  const keys = { ...because, 'outbound.average': 'quota:vif_outbound_average' };
  return {
    expectation: {
      layer,
      subject,
      knob,
      device,
      parameters: [parameter],
      because: [keys[parameter]],
      ...(expected && { expected }),
    },
    ...verdict,
  };
}

/** A link that holds. */
export const pass = { outcome: 'pass' } as const;
const whole = [
  link(['config', 'cpu', 'cpu_shares'], 'cpu_shares', pass),
  link(['live', 'cpu', 'cpu_shares'], 'cpu_shares', pass),
  link(['cgroup', 'scope', 'cpu.weight'], 'cpu_shares', pass),
  link(['live', 'cpu', 'vcpu_quota'], 'vcpu_quota', pass),
  link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', pass),
  link(['live', mac, 'outbound.average'], 'outbound.average', pass),
  link(['tc', 'tap1', 'police'], 'outbound.average', pass),
];

/** An audit in which some links are not as they should be. */
export function auditWith(broken: readonly Verdict[], changes: Partial<AuditInput> = {}) {
  const name = ({ expectation: { layer, subject, knob } }: Verdict) => `${layer} ${subject} ${knob}`;
  const others = whole.filter(one => !broken.some(other => name(other) === name(one)));
  return auditDomain({
    domain: { name: 'vm1', uuid: definition.uuid, id: 1, state: 'running', persistent: true },
    source: 'flavor',
    tuning: { live: asked, config: asked },
    definitions: { live: definition, config: definition },
    facts: { ovsPorts: new Set() },
    verdicts: [...others, ...broken],
    ...changes,
  });
}
