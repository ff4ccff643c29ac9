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
