import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Domain, removeDomain, startDomain } from '../domains.ts';
import { type FromOutside, fromOutside } from '../from-outside.ts';
import type { Hypervisor } from '../hypervisor.ts';
import { kinds } from '../kinds.ts';
import { labHypervisor, releaseHypervisor } from '../start.ts';
import { flavorText, scopeOf } from '../virt-quota.ts';

// One limit changed behind libvirt's back at a time: verify names exactly that knob, apply sets it right again.
const name = 'instance-000000c1';
let hypervisor: Hypervisor;
let domain: Domain;
let scope: string;
let outside: FromOutside;

beforeAll(async () => {
  hypervisor = await labHypervisor();
  domain = await startDomain(hypervisor, { name, nics: [{ kind: 'bridge' }, { kind: 'ovs' }] });
  outside = await fromOutside(hypervisor, flavorText);
  expect(await outside.apply(name)).toMatchObject({ outcome: 'applied' });
  scope = await scopeOf(hypervisor, name);
});

afterAll(async () => {
  await outside?.close();
  await removeDomain(hypervisor, domain);
  await releaseHypervisor(hypervisor);
});

const isV2 = () => kinds[hypervisor.kind].cgroup === 2;
const bridged = () => domain.nics[0]?.dev ?? '';
const ported = () => domain.nics[1]?.dev ?? '';
const throttle =
  '"id":"/machine/peripheral/virtio-disk0/virtio-backend","bps":0,"iops":0,"iops_rd":0,"iops_wr":0';

interface Breakage {
  readonly what: string;
  readonly script: () => string;
  /** `layer subject knob` of the one verdict that must fail. */
  readonly knob: () => string;
}

const breakages: readonly Breakage[] = [
  {
    what: "the domain's weight",
    script: () => `echo 77 >'${scope}/${isV2() ? 'cpu.weight' : 'cpu.shares'}'`,
    knob: () => `cgroup scope ${isV2() ? 'cpu.weight' : 'cpu.shares'}`,
  },
  {
    what: "one of four vCPUs' quota",
    script: () =>
      isV2()
        ? `echo '25000 100000' >'${scope}/libvirt/vcpu2/cpu.max'`
        : `echo 25000 >'${scope}/libvirt/vcpu2/cpu.cfs_quota_us'`,
    knob: () => `cgroup vcpu2 ${isV2() ? 'cpu.max' : 'cpu.cfs_quota_us'}`,
  },
  {
    what: "QEMU's throttle",
    script: () =>
      `virsh -q qemu-monitor-command ${name} '{"execute":"block_set_io_throttle","arguments":{${throttle},"bps_rd":2000000,"bps_wr":1024000}}'`,
    knob: () => 'qemu vda bps_rd',
  },
  {
    what: 'the htb class of a tap on a bridge',
    script: () =>
      `tc class change dev ${bridged()} parent 1: classid 1:1 htb rate 262144kbit ceil 1gbit burst 128mb`,
    knob: () => `tc ${bridged()} class htb 1:1`,
  },
  {
    what: 'the whole root qdisc of a tap on a bridge',
    script: () => `tc qdisc del dev ${bridged()} root`,
    knob: () => `tc ${bridged()} class htb 1:1`,
  },
  {
    what: 'the police filter of a tap on a bridge',
    script: () =>
      `tc filter del dev ${bridged()} parent ffff: && tc filter add dev ${bridged()} parent ffff: protocol all u32 match u32 0 0 police rate 500mbit burst 128mb mtu 64kb drop flowid :1`,
    knob: () => `tc ${bridged()} police`,
  },
  {
    what: 'the ingress qdisc of a tap on a bridge, gone',
    script: () => `tc qdisc del dev ${bridged()} ingress`,
    knob: () => `tc ${bridged()} police`,
  },
  {
    what: 'the policing rate column of an Open vSwitch port',
    script: () => `ovs-vsctl set Interface ${ported()} ingress_policing_rate=1000`,
    knob: () => `ovs ${ported()} ingress_policing_rate`,
  },
  {
    what: "the max-rate of an Open vSwitch port's QoS",
    script: () => `ovs-vsctl set QoS $(ovs-vsctl get Port ${ported()} qos) other_config:max-rate=1000000`,
    knob: () => `ovs ${ported()} qos other_config:max-rate`,
  },
  {
    what: 'the class that Open vSwitch made of its database',
    script: () =>
      `tc class change dev ${ported()} parent 1:fffe classid 1:1 htb rate 262144kbit ceil 1gbit burst 128mb cburst 128mb`,
    knob: () => `tc ${ported()} class htb 1:1 parent 1:fffe`,
  },
];

describe('a limit changed behind the back of libvirt', () => {
  test('is not there to begin with', async () => {
    const { failing, undecided } = await outside.verify(name);
    expect({ failing, undecided }).toEqual({ failing: [], undecided: [] });
  });

  describe.each(breakages)('$what', ({ script, knob }) => {
    test('is named by verify, and nothing else is', async () => {
      await hypervisor.shell(script());
      const { failing, undecided } = await outside.verify(name);
      expect({ failing, undecided }).toEqual({ failing: [knob()], undecided: [] });
    });

    test('is set right by apply, which sees it hold', async () => {
      const { outcome, failure } = await outside.apply(name);
      expect({ outcome, failure }).toEqual({ outcome: 'applied', failure: undefined });
    });
  });

  test('is told and left, and undoes nothing else, where no call of libvirt writes it', async () => {
    const [group, knob] = [`${scope}/libvirt/vcpu2`, isV2() ? 'cpu.max.burst' : 'cpu.cfs_burst_us'];
    const quota = isV2() ? "echo '25000 100000' >cpu.max" : 'echo 25000 >cpu.cfs_quota_us';
    await hypervisor.shell(`cd '${group}'; echo 10000 >${knob}; ${quota}`);
    expect(await outside.apply(name)).toMatchObject({ outcome: 'applied' });
    const { failing } = await outside.verify(name);
    await hypervisor.shell(`echo 0 >'${group}/${knob}'`);
    expect(failing).toEqual([`cgroup vcpu2 ${knob}`]);
    expect((await outside.verify(name)).failing).toEqual([]);
  });
});
