import { describe, expect, it } from 'vitest';
import { auditDomain } from '../../src/audit/domain-audit.ts';
import type { DiskDefinition, DomainDefinition } from '../../src/domain/definition.ts';
import type { IoTune } from '../../src/domain/iotune.ts';
import { expectDomain } from '../../src/verify/expect.ts';
import { judge } from '../../src/verify/judge.ts';
import { observeDefinition } from '../../src/workflow/observe-definition.ts';
import { observeQemu } from '../../src/workflow/observe-qemu.ts';
import { definition } from './example.ts';

// A domain with disks alone, through everything from what QEMU answers to what is printed.
const given: IoTune = { read_bytes_sec: 1_000_000, write_bytes_sec: 2_000_000 };
const because = {
  read_bytes_sec: 'quota:disk_read_bytes_sec',
  write_bytes_sec: 'quota:disk_write_bytes_sec',
};
const own = (at: number) => `/machine/peripheral/virtio-disk${at}/virtio-backend`;
const facts = { ovsPorts: new Set<string>(), macvtaps: new Set<string>() };

function withDisks(...iotunes: readonly IoTune[]): DomainDefinition {
  const disks = iotunes.map((iotune, at): DiskDefinition => {
    const target = `vd${'abc'[at]}`;
    const alias = `virtio-disk${at}`;
    const rest = { device: 'disk', type: 'file', source: `/${target}`, hasThrottleFilters: false };
    return { target, alias, iotune, ...rest };
  });
  return { ...definition, cputune: {}, interfaces: [], disks };
}

/** An audit of what QEMU answers of each disk; asked of each is what `given` says. */
async function audit(live: DomainDefinition, answers: readonly (IoTune & { readonly group_name: string })[]) {
  const config = withDisks(...live.disks.map(() => given));
  const none = { total_bytes_sec: 0, read_bytes_sec: 0, write_bytes_sec: 0 };
  const rest = { total_iops_sec: 0, read_iops_sec: 0, write_iops_sec: 0 };
  const asked = live.disks.map(({ target }) => ({
    device: { kind: 'disk', target } as const,
    limits: given,
    because,
  }));
  const getLiveIoTune = async (_: object, target: string) => ({
    ...none,
    ...rest,
    ...answers[live.disks.findIndex(one => one.target === target)],
  });
  const readings = [
    ...observeDefinition('live', live),
    ...observeDefinition('config', config),
    ...(await observeQemu({ getLiveIoTune }, { name: 'vm1', uuid: live.uuid, id: 1 }, live)),
  ];
  const tuning = { live: asked, config: asked };
  const expectations = expectDomain({ asked: tuning, live, config, facts, scopes: ['live', 'config'] });
  const { findings } = auditDomain({
    domain: { name: 'vm1', uuid: live.uuid, id: 1, state: 'running', persistent: true },
    source: 'flavor',
    tuning,
    definitions: { live, config },
    verdicts: judge(expectations, readings).filter(
      ({ expectation: { knob, device } }) => device.kind === 'disk' && !/_max|iops_size/.test(knob),
    ),
    facts,
    repair: { options: ['--flavor', 'm1.json'] },
  });
  return findings;
}

const lines = (findings: Awaited<ReturnType<typeof audit>>) =>
  findings.map(({ layer, subject, knob, cause }) => `${layer} ${subject} ${knob}: ${cause}`);

describe('three disks', () => {
  const whole = withDisks(given, given, given);

  it('are whole with a throttle each', async () => {
    const answers = [0, 1, 2].map(at => ({ ...given, group_name: own(at) }));
    expect(await audit(whole, answers)).toEqual([]);
  });

  it('share one, two of them: which is said, and the command takes each out of it', async () => {
    const answers = ['mine', 'mine', own(2)].map(group_name => ({ ...given, group_name }));
    const findings = await audit(whole, answers);
    expect(lines(findings)).toEqual(['qemu vda group: not-asked-for', 'qemu vdb group: not-asked-for']);
    expect(findings[0]?.explanation).toBe(
      "its throttle is one with that of vdb (QEMU's group 'mine'): they share what each shall have. Nobody asked for it, and libvirt knows nothing of it",
    );
    expect(findings[0]?.repair?.argv).toEqual([
      'sh',
      '-c',
      'virsh blkdeviotune vm1 vda --read-bytes-sec 0 --write-bytes-sec 0 --live && virsh blkdeviotune vm1 vda --read-bytes-sec 1000000 --write-bytes-sec 2000000 --live',
    ]);
  });

  it('share the one that QEMU has made for the first', async () => {
    const answers = [0, 0, 0].map(at => ({ ...given, group_name: own(at) }));
    const findings = await audit(whole, answers);
    expect(lines(findings)).toEqual(['vda', 'vdb', 'vdc'].map(disk => `qemu ${disk} group: not-asked-for`));
    expect(findings[0]?.explanation).toContain('one with that of vdb, vdc');
  });
});

it('takes a disk without limits out of a group', async () => {
  const answers = [given, {}].map(limits => ({ ...limits, group_name: 'mine' }));
  const findings = await audit(withDisks(given, {}), answers);
  const group = findings.find(one => one.subject === 'vdb' && one.knob === 'group');
  expect(group?.repair?.argv[2]).toBe(
    'virsh blkdeviotune vm1 vdb --total-bytes-sec 0 --total-iops-sec 0 --live',
  );
});

describe('a limit of reads and writes together, set with virsh', () => {
  it('is why the others are gone, and goes when they are set again', async () => {
    const total = { total_bytes_sec: 3_000_000 };
    const findings = await audit(withDisks(total), [{ ...total, group_name: own(0) }]);
    expect(lines(findings)).toEqual([
      'live vda read_bytes_sec: changed-in-libvirt',
      'live vda write_bytes_sec: changed-in-libvirt',
      'live vda total_bytes_sec: stale-limit',
    ]);
    expect(findings[0]?.explanation).toBe(
      'total_bytes_sec=3000000 stands in the running domain in its place: it was set through libvirt, which keeps no limit of read_bytes_sec beside it',
    );
    expect(findings.map(one => one.repair?.argv.slice(2).join(' '))).toEqual([
      'vm1 --flavor m1.json',
      'vm1 --flavor m1.json',
      'vm1 --flavor m1.json --live --config',
    ]);
  });

  it('is not the reason of a total that only QEMU has', async () => {
    const findings = await audit(withDisks(given), [{ total_bytes_sec: 3_000_000, group_name: own(0) }]);
    expect(lines(findings)).toEqual([
      'qemu vda bps_rd: behind-libvirt',
      'qemu vda bps_wr: behind-libvirt',
      'qemu vda bps: not-asked-for',
    ]);
  });
});

describe('a throttle of a device of the host, written by hand for the whole machine', () => {
  const scope = '/sys/fs/cgroup/machine.slice/machine-qemu-1.scope';
  const found = (subject: string, knob: string, file: string) => {
    const expectation = {
      layer: 'cgroup',
      device: { kind: 'blkio' },
      subject,
      knob,
      parameters: ['device_read_bytes_sec'],
      because: [],
      expected: { rbps: 'max' },
    } as const;
    const observed = { rbps: 1_048_576 };
    const evidence = { source: `${scope}/${file}`, text: '254:0 rbps=1048576' };
    const verdict = {
      expectation,
      outcome: 'fail',
      reason: 'different',
      differs: ['rbps'],
      observed,
      evidence,
    } as const;
    const live = withDisks(given);
    const [finding] = auditDomain({
      domain: { name: 'vm1', uuid: live.uuid, id: 1, state: 'running', persistent: true },
      source: 'flavor',
      tuning: {},
      definitions: { live, config: live },
      verdicts: [verdict],
      facts,
      repair: { options: ['--flavor', 'm1.json'] },
    }).findings.filter(one => one.layer === 'cgroup');
    return finding;
  };

  it('has no command, and says which line to write', () => {
    const finding = found('scope', 'io.max 254:0', 'io.max');
    expect(finding).toMatchObject({ cause: 'not-asked-for' });
    expect(finding?.explanation).toBe(
      `nobody asked for it, and no call of libvirt clears it. Write '254:0 rbps=max wbps=max riops=max wiops=max' to ${scope}/io.max`,
    );
    expect(finding?.repair).toBeUndefined();
    const older = 'blkio.throttle.read_bps_device';
    expect(found('scope', `${older} 254:0`, older)?.explanation).toContain(
      `Write '254:0 0' to ${scope}/${older}`,
    );
  });

  it("is taken away by libvirt where it is libvirt's own group", () => {
    const argv = found('libvirt', 'io.max 254:0', 'libvirt/io.max')?.repair?.argv;
    expect(argv?.join(' ')).toBe('virsh blkiotune vm1 --device-read-bytes-sec /dev/block/254:0,0 --live');
  });
});
