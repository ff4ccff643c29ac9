import { describe, expect, it } from 'vitest';
import type { AuditInput } from '../../src/audit/domain-audit.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { asked, auditWith, definition, link, mac, pass } from './example.ts';

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
    expect(quotaOf([cgroup, config])).toEqual({ links, firstBroken: 2, unit: 'µs per period' });
  });

  it('does not break now where only the persistent definition differs', () => {
    const holds = link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', pass);
    expect(quotaOf([config, holds])).toMatchObject({ links, firstBroken: undefined });
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

  it('does not let a name that begins with a dash be taken for an option', () => {
    const domain = { name: '-v', uuid: definition.uuid, id: 1, state: 'running', persistent: true } as const;
    expect(repairs({ domain, repair: { options: ['--flavor', 'm1.json'] } })).toEqual([
      { argv: ['virt-quota', 'apply', '--flavor', 'm1.json', '--', '-v'] },
    ]);
  });

  it('is to tell libvirt that there is none, where something is that its definition does not have', () => {
    const live = { ...definition, interfaces: definition.interfaces.map(nic => ({ ...nic, bandwidth: {} })) };
    const extra = { outcome: 'fail', reason: 'unexpected', observed: { rateBps: 5 } } as const;
    const police = [link(['tc', 'tap1', 'police'], 'outbound.average', extra)];
    const [finding] = auditWith(police, { source: 'libvirt', definitions: { live } }).findings;
    expect(finding?.repair?.argv).toEqual(['virsh', 'domiftune', 'vm1', mac, '--outbound', '0', '--live']);
  });

  it('is the same where somebody says what is asked: an apply looks at what the definitions have', () => {
    const extra = { outcome: 'fail', reason: 'different', expected: { quota: 'max' } } as const;
    const observed = { quota: 50_000, period: 100_000 };
    const { expectation, ...verdict } = link(['cgroup', 'emulator', 'cpu.max'], 'vcpu_quota', {
      ...extra,
      observed,
    });
    const unasked = { ...expectation, parameters: ['emulator_quota'] as const, because: [] };
    const repair = { options: ['--flavor', 'm1.json'] };
    const [finding] = auditWith([{ ...verdict, expectation: unasked }], { repair }).findings;
    expect(finding?.cause).toBe('not-asked-for');
    expect(finding?.repair).toEqual({ argv: ['virsh', 'schedinfo', 'vm1', 'emulator_quota=-1', '--live'] });
  });

  it.each([
    ['libvirt', ['virsh', 'blkiotune', 'vm1', '--device-read-bytes-sec', '/dev/block/8:0,0', '--live']],
    // Of the scope libvirt writes no limit.
    ['scope', undefined],
  ])("of a device that only the kernel's file names goes by its numbers: %s", (subject, argv) => {
    const { expectation, ...verdict } = link(['cgroup', subject, 'io.max 8:0'], 'vcpu_quota', {
      outcome: 'fail',
      reason: 'different',
      expected: { rbps: 'max' },
      observed: { rbps: 1_048_576 },
    });
    const device = { kind: 'blkio' } as const;
    const unasked = { ...expectation, device, parameters: ['device_read_bytes_sec'] as const, because: [] };
    const [finding] = auditWith([{ ...verdict, expectation: unasked }], { source: 'libvirt' }).findings;
    expect(finding?.cause).toBe('not-asked-for');
    expect(finding?.repair?.argv).toEqual(argv);
  });

  it('is to tell libvirt its own limit again where nobody else says what is asked', () => {
    expect(repairs({ source: 'libvirt' })).toEqual([
      {
        argv: ['virsh', 'schedinfo', 'vm1', 'vcpu_quota=50000', '--live'],
        note: 'libvirt writes its own limits anew, as its definition has them',
      },
    ]);
  });

  it.each([
    [2, 'cpu.weight', 'cpu_shares=100'],
    [1, 'cpu.shares', 'cpu_shares=1024'],
  ] as const)(
    'of a weight that no definition has is the one of the kernel, cgroup v%i',
    (cgroupVersion, knob, value) => {
      const live = { ...definition, cputune: {} };
      const changed = { outcome: 'fail', reason: 'different', expected: { weight: 100 } } as const;
      const [finding] = auditWith([link(['cgroup', 'scope', knob], 'cpu_shares', changed)], {
        source: 'libvirt',
        definitions: { live },
        facts: { ovsPorts: new Set(), cgroupVersion },
      }).findings;
      expect(finding?.repair).toEqual({ argv: ['virsh', 'schedinfo', 'vm1', value, '--live'] });
    },
  );
});
