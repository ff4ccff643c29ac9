import { describe, expect, it } from 'vitest';
import type { AuditInput } from '../../src/audit/domain-audit.ts';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { parseTcRules } from '../../src/observed/tc-path/rule.ts';
import type { KnobValues } from '../../src/verify/expectation.ts';
import type { Verdict } from '../../src/verify/verdict.ts';
import { auditWith, definition, link, mac } from './example.ts';

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

  it('is a confusion of units where the factor is one', () => {
    const found = different({ rateBps: 1000000 }, { rateBps: 8000000 }, ['rateBps']);
    expect(causes([link(['tc', 'tap1', 'police'], 'outbound.average', found)])).toEqual(['unit-slip']);
  });

  it('is Open vSwitch where it owns a tap that libvirt limits with tc', () => {
    const broken = [link(['tc', 'tap1', 'police'], 'outbound.average', missing)];
    expect(causes(broken)).toEqual(['behind-libvirt']);
    expect(causes(broken, { facts: { ovsPorts: new Set(['tap1']) } })).toEqual(['open-vswitch-owns-tap']);
  });

  it("is another owner's policer that comes before and lets more through", () => {
    const broken = [link(['tc', 'tap1', 'police'], 'outbound.average', missing)];
    const ingress = parseTcRules(`filter protocol all pref 5 basic chain 0 handle 0x1
 police 0x9 rate 20Mbit burst 512Kb mtu 64Kb action drop overhead 0b
filter protocol all pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 *flowid :1 not_in_hw
  match 00000000/00000000 at 0
 police 0x1 rate 16Mbit burst 512Kb mtu 64Kb action drop overhead 0b`);
    const facts = { ovsPorts: new Set<string>(), taps: new Map([['tap1', { classes: [], ingress }]]) };
    const [finding] = auditWith(broken, { facts }).findings;
    expect(finding).toMatchObject({
      cause: 'decided-before',
      explanation:
        'no packet comes to it: the basic filter at pref 5 decides for them and lets 2500000 B/s through; virt-quota effective says whose it is',
      repair: { argv: ['tc', 'filter', 'del', 'dev', 'tap1', 'parent', 'ffff:', 'pref', '5'] },
    });
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
    const { findings } = auditWith([link(['tc', 'tap1', 'outbound.average'], 'outbound.average', hopeless)]);
    expect(findings.map(({ cause }) => cause)).toEqual(['cannot-be-limited']);
    expect(findings[0]?.repair).toBeUndefined();
    expect(findings[0]?.explanation).toBe(
      'nothing on the host limits it. Remove the limit from what is asked, or limit what goes through it elsewhere',
    );
  });

  it('is that nobody asked, where there is more than there should be', () => {
    const extra = { outcome: 'fail', reason: 'unexpected', observed: { value: 5 } } as const;
    expect(causes([link(['cgroup', 'vcpu0', 'cpu.max'], 'vcpu_quota', extra)])).toEqual(['not-asked-for']);
    expect(causes([link(['live', 'cpu', 'vcpu_quota'], 'vcpu_quota', extra)])).toEqual(['stale-limit']);
  });

  it('is a confusion of units where a quota is in ms and not in µs', () => {
    const causeOf = (observed: number) =>
      causes([
        link(
          ['cgroup', 'vcpu0', 'cpu.max'],
          'vcpu_quota',
          different({ quota: 50_000 }, { quota: observed }, ['quota']),
        ),
      ]);
    expect(causeOf(50_000_000)).toEqual(['unit-slip']);
    expect(causeOf(400_000)).toEqual(['behind-libvirt']);
  });

  it('is told apart from one that is gone where something keeps the limit out of force', () => {
    const evidence = { source: 'tc -d filter show dev tap1', text: 'filter protocol all pref 7 matchall …' };
    const told = (found: Partial<Verdict>) => {
      const broken = link(['tc', 'tap1', 'class htb 1:1'], 'outbound.average', { ...missing, ...found });
      return auditWith([broken]).findings[0]?.explanation;
    };
    const idle = { reason: 'idle', observed: { limit: 'out of force' }, evidence } as const;
    expect(told(idle)).toMatch(/is right: what was read there keeps it out of force$/);
    expect(told({ evidence: { ...evidence, text: '' } })).toMatch(/ it was removed behind libvirt's back/);
  });

  it('is no confusion of units where there is no unit', () => {
    const found = different({ weight: 512 }, { weight: 64 }, ['weight']);
    expect(causes([link(['cgroup', 'scope', 'cpu.weight'], 'cpu_shares', found)])).toEqual([
      'behind-libvirt',
    ]);
  });
});

describe('what systemd was told', () => {
  type Told = readonly (readonly [string, string])[];
  const unit = (...properties: Told) => ({
    circumstances: {
      unit: {
        name: 'machine-qemu.scope',
        properties: properties.map(([name, value]) => ({ name, value, path: `/run/${name}.conf` })),
      },
    },
  });
  const weight = (knob: string, observed: KnobValues) =>
    link(['cgroup', 'scope', knob], 'cpu_shares', {
      outcome: 'fail',
      reason: 'different',
      expected: { [Object.keys(observed)[0] ?? '']: 512 },
      observed,
      differs: Object.keys(observed),
    });
  const tellsOf = (verdict: Verdict, changes: Partial<AuditInput>) =>
    auditWith([verdict], changes).findings.map(({ cause, repair }) => [cause, repair?.argv.join(' ')]);

  it('is the cause where the kernel has the weight of a drop-in', () => {
    expect(tellsOf(weight('cpu.weight', { weight: 77 }), unit(['CPUWeight', '77']))).toEqual([
      ['systemd-override', 'virsh schedinfo vm1 cpu_shares=512 --live'],
    ]);
  });

  it('is taken back through systemd where libvirt has no weight to write again', () => {
    const live = { ...definition, cputune: {} };
    const given = { ...unit(['CPUWeight', '77']), definitions: { live } };
    expect(tellsOf(weight('cpu.weight', { weight: 77 }), { ...given, source: 'libvirt' })).toEqual([
      ['systemd-override', 'systemctl set-property --runtime machine-qemu.scope CPUWeight='],
    ]);
  });

  it('is a file for several units too, where that of the domain’s own says something else', () => {
    const { circumstances } = unit(['CPUWeight', '512']);
    const shared = [{ name: 'CPUWeight', value: '33', path: '/etc/systemd/system/machine-.scope.d/q.conf' }];
    const verdict = weight('cpu.weight', { weight: 33 });
    const given = { circumstances: { unit: { ...circumstances.unit, shared } } };
    expect(auditWith([verdict], given).findings).toMatchObject([
      {
        cause: 'systemd-override',
        explanation: expect.stringContaining('(/etc/systemd/system/machine-.scope.d/q.conf)'),
      },
    ]);
  });

  it('is not where the drop-in has libvirt’s number, or was taken back', () => {
    const told = (...given: Told) =>
      tellsOf(weight('cpu.weight', { weight: 77 }), unit(...given)).map(([cause]) => cause);
    expect(told(['CPUWeight', '512'])).toEqual(['behind-libvirt']);
    expect(told(['CPUWeight', '77'], ['CPUWeight', ''])).toEqual(['behind-libvirt']);
    expect(told()).toEqual(['behind-libvirt']);
  });

  it('is on cgroup v1 a weight that counts more than shares: only systemd can take it back', () => {
    const given = unit(['CPUShares', '512'], ['CPUWeight', '77']);
    expect(tellsOf(weight('cpu.shares', { shares: 788 }), given)).toEqual([
      ['systemd-override', 'systemctl set-property --runtime machine-qemu.scope CPUWeight='],
    ]);
    expect(tellsOf(weight('cpu.shares', { shares: 33 }), given)[0]?.[0]).toBe('behind-libvirt');
  });

  it('is a warning where it holds the whole domain to less', () => {
    const capped = link(['cgroup', 'scope', 'cpu.max'], 'vcpu_quota', {
      outcome: 'fail',
      reason: 'different',
      expected: { quota: 'max' },
      observed: { quota: 50_000, period: 100_000 },
      differs: ['quota'],
    });
    expect(auditWith([capped], unit(['CPUQuota', '50%'], ['MemoryMax', 'infinity'])).findings).toMatchObject([
      {
        cause: 'systemd-override',
        severity: 'warning',
        explanation: expect.stringContaining('CPUQuota=50% for machine-qemu.scope (/run/CPUQuota.conf)'),
        knob: 'cpu.max',
        repair: { argv: ['systemctl', 'set-property', '--runtime', 'machine-qemu.scope', 'CPUQuota='] },
      },
    ]);
    const takenBack = auditWith([capped], unit(['CPUQuota', '50%'], ['CPUQuota', '']));
    expect(takenBack.findings.map(({ cause }) => cause)).not.toContain('systemd-override');
  });
});

describe('Open vSwitch', () => {
  const nics = definition.interfaces.map(nic => ({
    ...nic,
    type: 'bridge',
    virtualPort: 'openvswitch',
  }));
  const port = { ...definition, interfaces: nics };
  const definitions = { live: port, config: port };
  const facts = { ovsPorts: new Set(['tap1']) };
  const missing = { outcome: 'fail', reason: 'missing', expected: { value: 1 } } as const;
  const row = link(['ovs', 'tap1', 'ingress_policing_rate'], 'outbound.average', missing);
  const police = link(['tc', 'tap1', 'police matchall'], 'outbound.average', missing);
  const told = (broken: readonly Verdict[], changes: Partial<AuditInput> = {}) =>
    auditWith(broken, { definitions, facts, ...changes }).findings.map(one => one.cause);

  it('is out of step where its database is right and tc is not', () => {
    const right = link(['ovs', 'tap1', 'ingress_policing_rate'], 'outbound.average', { outcome: 'pass' });
    expect(told([right, police])).toEqual(['open-vswitch-out-of-step']);
  });

  it('takes everything of the port away and sets it again, where only that makes it write', () => {
    const right = link(['ovs', 'tap1', 'ingress_policing_rate'], 'outbound.average', { outcome: 'pass' });
    const { findings } = auditWith([right, police], { definitions, facts, source: 'libvirt' });
    expect(findings[0]?.repair?.argv).toEqual([
      'sh',
      '-c',
      'virsh domiftune vm1 52:54:00:00:00:01 --inbound 0 --outbound 0 --live && virsh domiftune vm1 52:54:00:00:00:01 --outbound 1000 --live',
    ]);
  });

  it('is not, as far as can be told, where its database could not be read', () => {
    const unread = link(['ovs', 'tap1', 'ingress_policing_rate'], 'outbound.average', {
      outcome: 'inconclusive',
      reason: 'unreadable',
    });
    expect(told([unread, police])).toEqual(['behind-libvirt']);
  });

  it('has rows of an earlier life where libvirt’s row is not the one that the port has', () => {
    const rows = (attached: string | undefined, ...libvirts: readonly string[]) => ({
      circumstances: { ovsRows: new Map([['tap1', { ...(attached && { attached }), libvirts }]]) },
    });
    const device = { ...row.expectation, knob: 'qos', parameters: ['inbound.average'] as const };
    const qos = { ...row, expectation: device };
    expect(told([qos], rows(undefined, 'aa'))).toEqual(['leaked-ovs-rows']);
    expect(told([qos], rows('bb', 'aa', 'bb'))).toEqual(['leaked-ovs-rows']);
    expect(told([qos], rows('aa', 'aa'))).toEqual(['behind-libvirt']);
    expect(told([qos], rows('bb'))).toEqual(['behind-libvirt']);
    expect(told([row], rows(undefined, 'aa'))).toEqual(['behind-libvirt']);
  });

  it('is told to keep the limits itself where it owns a tap that libvirt limits with tc', () => {
    const lost = link(['tc', 'tap1', 'police'], 'outbound.average', missing);
    const [finding] = auditWith([lost], { facts, repair: { options: ['--flavor', 'a'] } }).findings;
    expect(finding?.repair?.argv).toEqual(['virt-quota', 'apply', 'vm1', '--flavor', 'a', '--ovs-native']);
  });
});

describe('our record in the definitions', () => {
  const missing = { outcome: 'fail', reason: 'missing', expected: { value: 1 } } as const;
  const keys = { 'quota:cpu_shares': '512', 'quota:vif_outbound_average': '1000' };
  const intent = { at: '2026-11-20T10:00:00Z', asked: keys };
  const recorded: DomainDefinition = { ...definition, intent };
  const shares = (scope: 'live' | 'config') => link([scope, 'cpu', 'cpu_shares'], 'cpu_shares', missing);
  const told = (broken: readonly Verdict[], changes: Partial<AuditInput> = {}) => {
    const findings = auditWith(broken, { asked: keys, ...changes }).findings;
    return findings.map(({ cause, explanation }) => [cause, explanation]);
  };
  const both = (live: DomainDefinition, config = live) => ({ definitions: { live, config } });

  it('tells that it was applied and changed since', () => {
    const explanation =
      'it was applied at 2026-11-20T10:00:00Z and the running domain was changed through libvirt since';
    expect(told([shares('live')], both(recorded))).toEqual([['changed-in-libvirt', explanation]]);
  });

  it('tells that something else was asked of the last apply', () => {
    const other = { ...definition, intent: { ...intent, asked: { 'quota:cpu_shares': '100' } } };
    const broken = [shares('live'), shares('config')];
    const explanation = 'the last apply, at 2026-11-20T10:00:00Z, was asked for quota:cpu_shares=100';
    expect(told(broken, both(other))).toEqual([
      ['never-applied', explanation],
      ['never-applied', explanation],
    ]);
  });

  it('tells with the time at which Nova wrote that the definition is another one', () => {
    const at = (writtenAt: string) => ({ ...definition, nova: { name: 'm1', writtenAt } });
    const after = both(recorded, at('2026-11-20T11:00:00Z'));
    expect(told([shares('config')], after)).toEqual([
      [
        'definition-rewritten',
        'Nova has written the persistent definition anew at 2026-11-20T11:00:00Z, after the apply of 2026-11-20T10:00:00Z',
      ],
    ]);
    const before = both(recorded, at('2026-11-20T09:00:00Z'));
    expect(told([shares('config')], before).map(([cause]) => cause)).toEqual(['lost-at-restart']);
  });

  it('tells of a weight that is gone from a domain of Nova’s that it was migrated', () => {
    const novas = { ...recorded, nova: { name: 'm1' }, cputune: {} };
    expect(told([shares('live'), shares('config')], both(novas)).map(([cause]) => cause)).toEqual([
      'definition-rewritten',
      'definition-rewritten',
    ]);
    const still = { ...novas, cputune: { cpu_shares: 512 } };
    expect(told([shares('config')], both(still, novas)).map(([cause]) => cause)).toEqual([
      'changed-in-libvirt',
    ]);
    const differs = link(['live', 'cpu', 'cpu_shares'], 'cpu_shares', {
      ...missing,
      reason: 'different',
      observed: { value: 3 },
      differs: ['value'],
    });
    expect(told([differs], both(novas)).map(([cause]) => cause)).toEqual(['changed-in-libvirt']);
  });

  it('tells of a device without any limit, where its like have theirs, that it came later', () => {
    const second = '52:54:00:00:00:02';
    const bare = { mac: second, type: 'bridge', dev: 'tap2', managed: true, bandwidth: {} };
    const two = { ...recorded, interfaces: [...definition.interfaces, bare] };
    const lost = link(['live', second, 'outbound.average'], 'outbound.average', missing);
    const device = { kind: 'interface', mac: second } as const;
    const verdict = { ...lost, expectation: { ...lost.expectation, device } };
    expect(told([verdict], both(two)).map(([cause]) => cause)).toEqual(['hot-plugged']);
    const { intent: _, ...unrecorded } = two;
    expect(told([verdict], both(unrecorded)).map(([cause]) => cause)).toEqual(['never-applied']);
  });
});

describe('a limit that nobody asks for any more', () => {
  const nobody = (changes: Partial<AuditInput>) =>
    auditWith([], { tuning: { live: [], config: [] }, ...changes }).findings;

  it('is none of a drive that is empty: with a medium in it they may be asked for', () => {
    const drive = { target: 'hda', device: 'cdrom', type: 'file', hasThrottleFilters: false } as const;
    const limits = { iotune: { read_bytes_sec: 1_000_000 } };
    const found = (more: { readonly source?: string }) => {
      const disks = [{ ...drive, ...limits, ...more }];
      const live = { ...definition, cputune: {}, interfaces: [], disks };
      return nobody({ definitions: { live } }).map(one => one.knob);
    };
    expect([found({}), found({ source: '/cd.iso' })]).toEqual([[], ['read_bytes_sec']]);
  });

  it('is a warning a device, and its repair takes it away', () => {
    const findings = nobody({ source: 'record', repair: { options: ['--property', 'a=1'] } });
    expect(findings.map(({ layer, knob, parameters }) => [layer, knob, parameters])).toEqual([
      ['live', 'cpu_shares', ['cpu_shares', 'vcpu_quota']],
      ['live', 'outbound.average', ['outbound.average']],
    ]);
    expect(findings[0]).toMatchObject({ cause: 'stale-limit', severity: 'warning' });
    expect(findings[0]?.repair?.argv).toEqual([
      'virt-quota',
      'apply',
      'vm1',
      '--property',
      'a=1',
      '--live',
      '--config',
      '--prune',
    ]);
  });

  it('is none where what stays in the definition is what the kernel does anyway', () => {
    const facts = (cgroupVersion: 1 | 2) => ({ ovsPorts: new Set<string>(), cgroupVersion });
    const cputune = { cpu_shares: 100, vcpu_quota: -1, vcpu_period: 50_000 };
    const definitions = { live: { ...definition, cputune, interfaces: [] } };
    expect(nobody({ definitions, facts: facts(2) })).toEqual([]);
    expect(nobody({ definitions, facts: facts(1) }).map(one => one.knob)).toEqual(['cpu_shares']);
  });

  it('is none where nobody says what is asked, and where Nova gives it to every domain', () => {
    expect(nobody({ source: 'libvirt' })).toEqual([]);
    const cputune = { cpu_shares: 2048 };
    const live = { ...definition, vcpus: 2, cputune, interfaces: [], nova: { name: 'm1' } };
    expect(nobody({ definitions: { live } })).toEqual([]);
    const { nova: _, ...others } = live;
    expect(nobody({ definitions: { live: others } })).toHaveLength(1);
  });

  it("is none where the running domain's weight is the kernel's own, since it cannot be unset", () => {
    const found = (cpu_shares: number, cgroupVersion: 1 | 2) => {
      const live = { ...definition, cputune: { cpu_shares }, interfaces: [] };
      return nobody({ definitions: { live }, facts: { ovsPorts: new Set(), cgroupVersion } }).length;
    };
    expect([found(100, 2), found(1024, 1)]).toEqual([0, 0]);
    expect([found(1024, 2), found(100, 1)]).toEqual([1, 1]);
  });
});

describe('two definitions that differ, where nobody says which is meant', () => {
  const drift = (live: Partial<typeof definition>, config: Partial<typeof definition>) =>
    auditWith([], {
      source: 'libvirt',
      tuning: {},
      definitions: { live: { ...definition, ...live }, config: { ...definition, ...config } },
    }).findings.map(one => [one.cause, one.severity, one.layer, one.knob, one.repair?.argv.join(' ')]);

  it('are warnings of what comes and what goes with the next start', () => {
    expect(drift({ cputune: {} }, { cputune: { cpu_shares: 512 } })).toEqual([
      ['pending-restart', 'warning', 'live', 'cpu_shares', 'virsh schedinfo vm1 cpu_shares=512 --live'],
    ]);
    expect(drift({ cputune: { cpu_shares: 512 } }, { cputune: {} })).toEqual([
      ['lost-at-restart', 'warning', 'config', 'cpu_shares', 'virsh schedinfo vm1 cpu_shares=512 --config'],
    ]);
  });

  it('are none where they come to the same', () => {
    expect(drift({ cputune: { vcpu_quota: -1, vcpu_period: 50_000 } }, { cputune: {} })).toEqual([]);
    expect(
      drift({ cputune: { vcpu_quota: 5000, vcpu_period: 100_000 } }, { cputune: { vcpu_quota: 5000 } }),
    ).toEqual([]);
    expect(drift({ cputune: { cpu_shares: 100 } }, { cputune: {} })).toEqual([]);
    const disk = { target: 'vda', device: 'disk', type: 'file', source: '/a', hasThrottleFilters: false };
    const max = { total_bytes_sec: 5, total_bytes_sec_max: 9 };
    expect(
      drift(
        { disks: [{ ...disk, iotune: { ...max, total_bytes_sec_max_length: 1 } }] },
        { disks: [{ ...disk, iotune: max }] },
      ),
    ).toEqual([]);
    const nets = definition.interfaces.map(nic => ({ ...nic, type: 'network' }));
    expect(drift({ interfaces: nets }, { interfaces: nets.map(nic => ({ ...nic, bandwidth: {} })) })).toEqual(
      [],
    );
  });
});
