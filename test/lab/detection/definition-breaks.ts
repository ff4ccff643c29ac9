import { broken, type Case } from './case.ts';
import { novaAsks, novaAsksNothing } from './nova-asks.ts';
import { attached, detached, plugged, pluggedMac, pluggedNic, unplugged, unpluggedNic } from './plug.ts';
import { bandwidth, fullFlavor, type Scene } from './scene.ts';

const name = ({ domains }: Scene) => domains.full.name;
const nic = ({ domains: { full } }: Scene, which: 'bridge' | 'ovs') =>
  full.nics.find(one => one.kind === which);
const mac = (scene: Scene, which: 'bridge' | 'ovs') => nic(scene, which)?.mac ?? '';

/** Sets scheduler parameters through libvirt. */
export const sched =
  (actor: 'full' | 'own' | 'plain', scope: '--live' | '--config', words: string) => (scene: Scene) =>
    `virsh -q schedinfo ${scene.domains[actor].name} ${scope} ${words} >/dev/null`;
const both = (actor: 'full' | 'plain', words: string) => (scene: Scene) =>
  `${sched(actor, '--live', words)(scene)}\n${sched(actor, '--config', words)(scene)}`;
const fullDisk = (scene: Scene, target: string) =>
  `virsh -q blkdeviotune ${name(scene)} ${target} --live --config --read-bytes-sec 1000000 --write-bytes-sec 2000000 --total-iops-sec 300`;
const disk = (scope: '--live' | '--config', read: number) => (scene: Scene) =>
  `virsh -q blkdeviotune ${name(scene)} vda ${scope} --read-bytes-sec ${read} --write-bytes-sec 2000000 --total-iops-sec 300`;
const tune = (which: 'bridge' | 'ovs', scope: '--live' | '--config', average: number) => (scene: Scene) =>
  `virsh -q domiftune ${name(scene)} ${mac(scene, which)} ${scope} --inbound ${average},8000,1024 --outbound 2000,0,512`;

const inbound = ['inbound.average', 'inbound.peak', 'inbound.burst'];
const outbound = ['outbound.average', 'outbound.burst'];

const vhostUser = `<interface type="vhostuser"><mac address="${pluggedMac}"/><source type="unix" path="/run/vhost0" mode="server"/><model type="virtio"/>${bandwidth}</interface>`;
const passedThrough = `<interface type="hostdev" managed="yes"><mac address="${pluggedMac}"/><source><address type="pci" domain="0" bus="0" slot="9" function="0"/></source>${bandwidth}</interface>`;

/** A device of `off` that nothing can limit. */
const impossible = (what: string, xml: string): Case => ({
  what,
  actor: 'off',
  byHand: true,
  happens: ({ domains: { off } }) => attached(off.name, 'nic', xml, '--config'),
  restored: ({ domains: { off } }) => detached(off.name, 'nic', '--config'),
  found: () =>
    broken('cannot-be-limited', `tc ${pluggedMac} inbound.average`, `tc ${pluggedMac} outbound.average`),
});

/** Ways in which libvirt's definitions come to say something else than what is asked. */
export const definitionBreaks: readonly Case[] = [
  {
    what: 'the quota of the persistent definition alone',
    actor: 'full',
    happens: sched('full', '--config', 'vcpu_quota=30000'),
    restored: sched('full', '--config', 'vcpu_quota=40000'),
    found: () => broken('lost-at-restart', 'config cpu vcpu_quota'),
  },
  {
    what: 'the quota of the running domain alone',
    actor: 'full',
    happens: sched('full', '--live', 'vcpu_quota=30000'),
    restored: sched('full', '--live', 'vcpu_quota=40000'),
    found: () => broken('pending-restart', 'live cpu vcpu_quota'),
  },
  {
    what: 'a disk of the persistent definition alone',
    actor: 'full',
    happens: disk('--config', 500_000),
    restored: disk('--config', 1_000_000),
    found: () => broken('lost-at-restart', 'config vda read_bytes_sec'),
  },
  {
    what: 'a disk of the running domain alone',
    actor: 'full',
    happens: disk('--live', 500_000),
    restored: disk('--live', 1_000_000),
    found: () => broken('pending-restart', 'live vda read_bytes_sec'),
  },
  {
    what: 'an interface of the persistent definition alone',
    actor: 'full',
    happens: tune('bridge', '--config', 3000),
    restored: tune('bridge', '--config', 4000),
    found: scene => broken('lost-at-restart', `config ${mac(scene, 'bridge')} inbound.average`),
  },
  {
    what: 'an interface of the running domain alone',
    actor: 'full',
    happens: tune('bridge', '--live', 3000),
    restored: tune('bridge', '--live', 4000),
    found: scene => broken('pending-restart', `live ${mac(scene, 'bridge')} inbound.average`),
  },
  {
    what: 'a port of Open vSwitch of the running domain alone',
    actor: 'full',
    happens: tune('ovs', '--live', 3000),
    restored: tune('ovs', '--live', 4000),
    found: scene => broken('pending-restart', `live ${mac(scene, 'ovs')} inbound.average`),
  },
  {
    what: 'a disk that is plugged in without limits',
    actor: 'full',
    happens: scene => plugged(name(scene)),
    restored: scene => unplugged(name(scene)),
    found: () =>
      broken('hot-plugged', 'live sdz read_bytes_sec', 'live sdz write_bytes_sec', 'live sdz total_iops_sec'),
  },
  {
    what: 'an interface that is plugged in without limits',
    actor: 'full',
    happens: scene => pluggedNic(name(scene), 'bridge'),
    restored: scene => unpluggedNic(name(scene)),
    found: () => broken('hot-plugged', ...[...inbound, ...outbound].map(one => `live ${pluggedMac} ${one}`)),
  },
  {
    what: 'an interface that is plugged in, whose limits libvirt takes and nothing enforces',
    actor: 'full',
    byHand: true,
    happens: scene => pluggedNic(name(scene), 'user', bandwidth),
    restored: scene => unpluggedNic(name(scene)),
    found: () =>
      broken('cannot-be-limited', `tc ${pluggedMac} inbound.average`, `tc ${pluggedMac} outbound.average`),
  },
  {
    what: 'an interface that is plugged in, for which no limits can be asked',
    actor: 'full',
    byHand: true,
    happens: scene => pluggedNic(name(scene), 'user'),
    restored: scene => unpluggedNic(name(scene)),
    found: () =>
      broken('cannot-be-limited', `tc ${pluggedMac} inbound.average`, `tc ${pluggedMac} outbound.average`),
  },
  impossible('a vhost-user interface', vhostUser),
  impossible('an interface that is passed through', passedThrough),
  {
    what: 'a flavor that asks for more than was ever applied',
    actor: 'full',
    asked: [...fullFlavor, 'virt-quota:emulator_quota=50000'],
    afterwards: both('full', 'emulator_quota=-1'),
    found: () => broken('never-applied', 'config cpu emulator_quota', 'live cpu emulator_quota'),
  },
  {
    what: 'a domain without limits, and a flavor that asks for some',
    actor: 'plain',
    asked: ['quota:disk_read_bytes_sec=1000000'],
    afterwards: ({ domains: { plain } }) =>
      `virsh -q blkdeviotune ${plain.name} vda --live --config --read-bytes-sec 0`,
    found: () => broken('never-applied', 'config vda read_bytes_sec', 'live vda read_bytes_sec'),
  },
  {
    what: 'what our record says, changed in the running domain',
    actor: 'own',
    happens: sched('own', '--live', 'emulator_quota=60000'),
    restored: sched('own', '--live', 'emulator_quota=50000'),
    found: () => broken('changed-in-libvirt', 'live cpu emulator_quota'),
  },
  {
    what: 'a persistent definition that was written anew, without our record',
    actor: 'own',
    happens: ({ domains: { own } }) => `virsh dumpxml --inactive --security-info ${own.name} >/root/own.xml
sed 's/creationTime>[^<]*/creationTime>2099-01-01 00:00:00/; /<emulator_quota>/d; /virtquota:intent/,/<\\/virtquota:intent>/d' /root/own.xml >/root/rewritten.xml
virsh -q define /root/rewritten.xml`,
    restored: () => 'virsh -q define /root/own.xml',
    found: () => broken('definition-rewritten', 'config cpu emulator_quota'),
  },
  {
    what: 'a limit that the flavor does not ask for any more',
    actor: 'full',
    asked: fullFlavor.filter(one => !one.includes('disk_total_iops_sec')),
    afterwards: scene => ['vda', 'vdb'].map(target => fullDisk(scene, target)).join('\n'),
    found: () => broken('stale-limit', 'live vda total_iops_sec', 'live vdb total_iops_sec'),
  },
  {
    what: 'both definitions differ, and nobody says which is meant',
    actor: 'plain',
    happens: sched('plain', '--config', 'vcpu_quota=30000'),
    restored: sched('plain', '--config', 'vcpu_quota=-1'),
    afterwards: both('plain', 'vcpu_quota=-1'),
    found: () => broken('pending-restart', 'live cpu vcpu_quota'),
  },
  {
    what: 'one of eight vCPUs, where only libvirt says what is wanted',
    actor: 'full',
    asked: 'told',
    happens: scene => vcpu1(scene, 25_000),
    restored: scene => vcpu1(scene, 40_000),
    found: ({ isV2 }) => broken('behind-libvirt', `cgroup vcpu1 ${isV2 ? 'cpu.max' : 'cpu.cfs_quota_us'}`),
  },
  {
    what: "what the extra specs in Nova's metadata ask for",
    actor: 'plain',
    happens: scene => novaAsks(scene, 30_000),
    restored: novaAsksNothing,
    afterwards: both('plain', 'vcpu_quota=-1'),
    found: () => broken('never-applied', 'config cpu vcpu_quota', 'live cpu vcpu_quota'),
  },
];

function vcpu1({ isV2, scopes: { full } }: Scene, quota: number): string {
  return isV2
    ? `echo '${quota} 100000' >'${full}/libvirt/vcpu1/cpu.max'`
    : `echo ${quota} >'${full}/libvirt/vcpu1/cpu.cfs_quota_us'`;
}
