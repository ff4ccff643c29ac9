import { setTimeout as wait } from 'node:timers/promises';
import type { Domain } from './domains.ts';
import type { Hypervisor } from './hypervisor.ts';
import { kinds } from './kinds.ts';
import type { Write } from './libvirt-proxy.ts';
import { scopeOf } from './virt-quota.ts';

/** The writes of an apply to two disks and three interfaces, the last one of Open vSwitch; by hand. */
export const writes = [
  'cpu_shares',
  'vcpu_period',
  'vcpu_quota',
  'vda',
  'vdb',
  'bridge 1',
  'bridge 2',
  'ovs clear',
  'ovs set',
  'definition',
  'live record',
  'config record',
] as const;

export type WriteName = (typeof writes)[number];

/** Where a fault happens. */
export interface Scene {
  readonly hypervisor: Hypervisor;
  readonly domain: Domain;
  /** How long the apply waits for libvirt's answer. */
  readonly patienceMs: number;
  /** Ends the applying process, where it has one of its own. */
  readonly kill: () => void;
  /** The apply takes every limit away. */
  readonly clears: boolean;
}

/** One way in which a write can fail. */
export interface Way {
  readonly name: string;
  /** The apply runs in a process of its own, is killed, and this is done afterwards. */
  readonly recovery?: 'undo' | 'finish';
  /** The apply has to wait for an answer in vain. */
  readonly vain?: true;
  /** The run of the domain ends by it. */
  readonly destroys?: true;
  /** Where there are no limits before or none afterwards, a write may have nothing to do, so that nothing can fail. */
  readonly mayHold?: true;
  strike(scene: Scene, write: Write, turn: WriteName): Promise<void>;
}

/** Every way, each for every write. */
export const ways: readonly Way[] = [
  { name: 'libvirt refuses it', strike: async (_, write) => write.answer(await write.spoil()) },
  { name: 'what carries it out fails', vain: true, mayHold: true, strike: brokenBelow },
  { name: 'no answer, not done', vain: true, strike: async () => {} },
  {
    name: 'no answer, done',
    vain: true,
    strike: async (_, write) => {
      await write.pass();
    },
  },
  {
    name: 'libvirtd stands still',
    vain: true,
    strike: (scene, write) => standingStill(scene, 'pidof libvirtd', write),
  },
  { name: 'cut before', strike: async (_, write) => write.cut() },
  {
    name: 'cut under way',
    strike: async (_, write) => {
      void write.pass();
      write.cut();
    },
  },
  {
    name: 'cut after',
    strike: async (_, write) => {
      await write.pass();
      write.cut();
    },
  },
  {
    name: 'domain destroyed',
    destroys: true,
    strike: async ({ hypervisor, domain }, write) => {
      await hypervisor.shell(`virsh -q destroy ${domain.name}`);
      write.answer(await write.pass());
    },
  },
  { name: 'killed before, undone', recovery: 'undo', strike: async ({ kill }) => kill() },
  {
    name: 'killed after, undone',
    recovery: 'undo',
    strike: async ({ kill }, write) => {
      await write.pass();
      kill();
    },
  },
  {
    name: 'killed under way, finished',
    recovery: 'finish',
    strike: async ({ kill }, write) => {
      void write.pass();
      kill();
    },
  },
  {
    name: 'libvirtd restarted before',
    strike: async ({ hypervisor }) => {
      await hypervisor.shell('systemctl restart libvirtd');
    },
  },
  {
    name: 'libvirtd restarted under way',
    strike: async ({ hypervisor }, write) => {
      void write.pass();
      await hypervisor.shell('systemctl restart libvirtd');
    },
  },
];

/** Has what libvirt hands a write to fail for real, for as long as that write takes. */
async function brokenBelow(scene: Scene, write: Write, turn: WriteName): Promise<void> {
  const { hypervisor, domain } = scene;
  if (turn === 'vda' || turn === 'vdb') {
    return standingStill(scene, `cat /run/libvirt/qemu/${domain.name}.pid`, write);
  }
  const { how, mend } = await breakage(scene, turn);
  await hypervisor.shell(how);
  const reply = await write.pass();
  await hypervisor.shell(mend);
  write.answer(reply);
}

/** A process that does not go on until the caller has given up: QEMU, or libvirtd. */
async function standingStill({ hypervisor, patienceMs }: Scene, pid: string, write: Write): Promise<void> {
  await hypervisor.shell(`kill -STOP $(${pid})`);
  void write.pass().then(reply => write.answer(reply));
  await wait(patienceMs + 700);
  await hypervisor.shell(`kill -CONT $(${pid})`);
}

async function breakage({ hypervisor, domain, clears }: Scene, turn: WriteName) {
  const scope = await scopeOf(hypervisor, domain.name);
  const isV2 = kinds[hypervisor.kind].cgroup === 2;
  switch (turn) {
    // systemd says that it has done it.
    case 'cpu_shares':
      return readOnly(`${scope}/${isV2 ? 'cpu.weight' : 'cpu.shares'}`);
    // The first vCPU has it, the second one cannot get it.
    case 'vcpu_period':
      return readOnly(`${scope}/libvirt/vcpu1/${isV2 ? 'cpu.max' : 'cpu.cfs_period_us'}`);
    case 'vcpu_quota':
      return readOnly(`${scope}/libvirt/vcpu1/${isV2 ? 'cpu.max' : 'cpu.cfs_quota_us'}`);
    case 'bridge 1':
    case 'bridge 2':
      return broken('tc', clears ? 'qdisc del ' : 'class add ');
    case 'ovs clear':
      return broken('ovs-vsctl', 'ingress_policing_rate');
    case 'ovs set':
      return broken('ovs-vsctl', 'ingress_policing_rate');
    case 'live record':
      return readOnly('/run/libvirt/qemu');
    default:
      return readOnly('/etc/libvirt/qemu');
  }
}

function readOnly(path: string) {
  return {
    how: `mount --bind '${path}' '${path}'; mount -o remount,bind,ro '${path}'`,
    mend: `umount '${path}'`,
  };
}

/** A program that fails when its arguments have something in them. */
function broken(program: string, part: string) {
  return {
    how: `real=$(readlink -f "$(command -v ${program})"); cp "$real" /root/${program}.real
printf '#!/bin/sh\\ncase "$*" in *"${part}"*) echo broken >&2; exit 1;; esac\\nexec /root/${program}.real "$@"\\n' >/root/${program}.broken
chmod 755 /root/${program}.broken; mount --bind /root/${program}.broken "$real"`,
    mend: `umount "$(readlink -f "$(command -v ${program})")"`,
  };
}
