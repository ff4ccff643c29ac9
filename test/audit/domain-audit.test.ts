import { describe, expect, it } from 'vitest';
import { type AuditInput, auditDomain } from '../../src/audit/domain-audit.ts';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import type { DomainTuning } from '../../src/domain/tuning.ts';
import type { Knob, KnobValues } from '../../src/verify/expectation.ts';
import type { Verdict } from '../../src/verify/verdict.ts';

const mac = '52:54:00:00:00:01';
const definition: DomainDefinition = {
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
const asked: DomainTuning = [
  { device: { kind: 'cpu' }, limits: { cpu_shares: 512, vcpu_quota: 50000 }, because },
  {
    device: { kind: 'interface', mac },
    limits: { 'outbound.average': 1000 },
    because: { 'outbound.average': 'quota:vif_outbound_average' },
  },
];

type Parameter = 'cpu_shares' | 'vcpu_quota' | 'outbound.average';

function link(
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

const pass = { outcome: 'pass' } as const;
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
function auditWith(broken: readonly Verdict[], changes: Partial<AuditInput> = {}) {
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

describe('the audit of a domain', () => {
  it('proves every limit that holds at every link', () => {
    const audit = auditWith([]);
    expect(audit.outcome).toBe('pass');
    expect(audit.coverage).toMatchObject({
      limits: 3,
      proved: 3,
      failing: 0,
      inconclusive: 0,
      notApplicable: 0,
    });
    expect(audit.findings).toEqual([]);
  });

  it('names the first link that breaks, and not what follows from it', () => {
    const fail = { outcome: 'fail', reason: 'missing', expected: { value: 50000 } } as const;
    const audit = auditWith([
      link(['live', 'cpu', 'vcpu_quota'], 'vcpu_quota', fail),
      link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', fail),
    ]);
    expect(audit.findings.map(one => `${one.layer} ${one.subject} ${one.knob}`)).toEqual([
      'live cpu vcpu_quota',
    ]);
    expect(audit.coverage).toMatchObject({
      limits: 3,
      proved: 2,
      failing: 1,
      inconclusive: 0,
      notApplicable: 0,
    });
  });

  it('counts what could not be seen neither as proved nor as failing', () => {
    const unseen = { outcome: 'inconclusive', reason: 'unreadable', detail: 'permission denied' } as const;
    const audit = auditWith([link(['tc', 'tap1', 'police'], 'outbound.average', unseen)]);
    expect(audit.outcome).toBe('inconclusive');
    expect(audit.coverage).toMatchObject({
      limits: 3,
      proved: 2,
      failing: 0,
      inconclusive: 1,
      notApplicable: 0,
    });
    expect(audit.findings).toEqual([]);
  });
});

describe('the chain of a limit', () => {
  const missing = { outcome: 'fail', reason: 'missing', expected: { value: 1 } } as const;
  const quotaOf = (broken: readonly Verdict[]) => {
    const limit = auditWith(broken).limits.find(one => one.parameter === 'vcpu_quota');
    const links = limit?.verdicts.map(one => one.expectation.layer);
    return { links, firstBroken: limit?.firstBroken, unit: limit?.unit };
  };
  const links = ['config', 'live', 'cgroup'];
  const config = link(['config', 'cpu', 'vcpu_quota'], 'vcpu_quota', missing);
  const cgroup = link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', missing);

  it('is in the order in which a limit passes them, whatever the order of the verdicts', () => {
    expect(quotaOf([cgroup, config])).toEqual({ links, firstBroken: 0, unit: 'µs per period' });
  });

  it('names the first link that fails, and none where all hold', () => {
    const holds = link(['config', 'cpu', 'vcpu_quota'], 'vcpu_quota', pass);
    expect(quotaOf([cgroup, holds])).toMatchObject({ links, firstBroken: 2 });
    expect(quotaOf([holds])).toMatchObject({ links, firstBroken: undefined });
  });
});

describe('devices', () => {
  const nicOf = (audit: ReturnType<typeof auditWith>) => audit.coverage.devices;

  it('are told that are asked for and have no limit in the definition in force', () => {
    const [nic] = definition.interfaces;
    const bare = { ...definition, interfaces: nic === undefined ? [] : [{ ...nic, bandwidth: {} }] };
    expect(nicOf(auditWith([], { definitions: { live: bare, config: definition } }))).toEqual({
      limited: 1,
      unlimitedThoughAsked: [{ kind: 'interface', mac }],
      limitedThoughUnasked: [],
    });
  });

  it('are told that have limits that nobody asked for, when somebody says what is asked', () => {
    const tuning = { live: asked.slice(0, 1) };
    const limitedThoughUnasked = [{ kind: 'interface', mac }];
    expect(nicOf(auditWith([], { tuning }))).toMatchObject({ limited: 2, limitedThoughUnasked });
    expect(nicOf(auditWith([], { tuning: {}, source: 'libvirt' }))).toEqual({
      limited: 2,
      unlimitedThoughAsked: [],
      limitedThoughUnasked: [],
    });
  });
});

describe('the repair', () => {
  const found = { outcome: 'fail', reason: 'missing', expected: { quota: 50000 } } as const;
  const broken = [link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', found)];
  const repairs = (changes: Partial<AuditInput>) =>
    auditWith(broken, changes).findings.map(one => one.repair);

  it('is an apply of what is asked, as it was said', () => {
    expect(repairs({ repair: { options: ['--flavor', 'm1.json'] } })).toEqual([
      { argv: ['virt-quota', 'apply', 'vm1', '--flavor', 'm1.json'] },
    ]);
    expect(repairs({ repair: { options: ['--from', 'all.jsonl'], isFile: true } })).toEqual([
      { argv: ['virt-quota', 'apply', '--from', 'all.jsonl'], note: 'every line of the file is applied' },
    ]);
  });

  it('is to tell libvirt its own limit again where nobody else says what is asked', () => {
    expect(repairs({ source: 'libvirt' })).toEqual([
      {
        argv: ['virsh', 'schedinfo', 'vm1', 'vcpu_quota=50000', '--live'],
        note: 'libvirt writes its own limits anew, as its definition has them',
      },
    ]);
  });
});

describe('the cause', () => {
  const different = (expected: KnobValues, observed: KnobValues, differs: readonly string[]) =>
    ({ outcome: 'fail', reason: 'different', expected, observed, differs }) as const;
  const missing = { outcome: 'fail', reason: 'missing', expected: { value: 1 } } as const;
  const causes = (broken: readonly Verdict[], changes: Partial<AuditInput> = {}) =>
    auditWith(broken, changes).findings.map(one => one.cause);

  it('is a change behind libvirt where its running definition is right', () => {
    const found = different({ quota: 50000 }, { quota: 25000 }, ['quota']);
    expect(causes([link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', found)])).toEqual(['behind-libvirt']);
  });

  it('is another writer where the weight of the scope is not libvirt’s', () => {
    const found = different({ weight: 512 }, { weight: 77 }, ['weight']);
    expect(causes([link(['cgroup', 'scope', 'cpu.weight'], 'cpu_shares', found)])).toEqual([
      'systemd-override',
    ]);
  });

  it('is a confusion of units where the factor is one', () => {
    const found = different({ rateBps: 1000000 }, { rateBps: 8000000 }, ['rateBps']);
    expect(causes([link(['tc', 'tap1', 'police'], 'outbound.average', found)])).toEqual(['unit-slip']);
  });

  it('is Open vSwitch where it owns a tap that libvirt limits with tc', () => {
    const broken = [link(['tc', 'tap1', 'police'], 'outbound.average', missing)];
    expect(causes(broken)).toEqual(['behind-libvirt']);
    expect(causes(broken, { facts: { ovsPorts: new Set(['tap1']) } })).toEqual(['open-vswitch-owns-tap']);
  });

  it('is a start that has not been where only the persistent definition has it, and the other way round', () => {
    expect(causes([link(['live', 'cpu', 'cpu_shares'], 'cpu_shares', missing)])).toEqual(['pending-restart']);
    expect(causes([link(['config', 'cpu', 'cpu_shares'], 'cpu_shares', missing)])).toEqual([
      'lost-at-restart',
    ]);
  });

  it('is that nobody applied it where neither definition has it', () => {
    const both = [
      link(['live', 'cpu', 'cpu_shares'], 'cpu_shares', missing),
      link(['config', 'cpu', 'cpu_shares'], 'cpu_shares', missing),
    ];
    expect(causes(both)).toEqual(['never-applied', 'never-applied']);
  });

  it('is a device that was plugged in without its limit', () => {
    const config = { ...definition, interfaces: [] };
    const broken = [link(['live', mac, 'outbound.average'], 'outbound.average', missing)];
    expect(causes(broken, { definitions: { live: definition, config } })).toEqual(['hot-plugged']);
  });

  it('is the device where nothing can limit it', () => {
    const hopeless = { outcome: 'fail', reason: 'no-enforcement-point' } as const;
    expect(causes([link(['tc', 'tap1', 'outbound.average'], 'outbound.average', hopeless)])).toEqual([
      'cannot-be-limited',
    ]);
  });

  it('is that nobody asked, where there is more than there should be', () => {
    const extra = { outcome: 'fail', reason: 'unexpected', observed: { value: 5 } } as const;
    expect(causes([link(['live', 'cpu', 'vcpu_quota'], 'vcpu_quota', extra)])).toEqual(['not-asked-for']);
  });
});
