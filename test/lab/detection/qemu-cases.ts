import { broken, type Case, nothing } from './case.ts';
import { plugged, unplugged } from './plug.ts';
import { iotune, type Scene } from './scene.ts';

type Throttle = Readonly<Record<string, number | string>>;

/** The limits of `full`'s disks, as QEMU names them. */
const given: Throttle = { bps: 0, bps_rd: 1_000_000, bps_wr: 2_000_000, iops: 300, iops_rd: 0, iops_wr: 0 };
const none: Throttle = { bps: 0, bps_rd: 0, bps_wr: 0, iops: 0, iops_rd: 0, iops_wr: 0 };

/** Tells QEMU itself, past libvirt. Its answer is an error with exit code 0 when it refuses. @param disk from 0 */
function throttle(domain: string, disk: number, values: Throttle): string {
  const id = `/machine/peripheral/virtio-disk${disk}/virtio-backend`;
  const command = JSON.stringify({ execute: 'block_set_io_throttle', arguments: { id, ...values } });
  return `virsh -q qemu-monitor-command ${domain} '${command}' | grep '"return"' >/dev/null`;
}

const past =
  (values: Throttle, disk = 0) =>
  (scene: Scene) =>
    throttle(scene.domains.full.name, disk, { ...given, ...values });
/** Through libvirt again, out of any group. */
const back = ({ domains: { full } }: Scene) =>
  [0, 1]
    .map(
      disk => `${throttle(full.name, disk, none)}
virsh -q blkdeviotune ${full.name} ${full.disks[disk]?.target} --live --read-bytes-sec 1000000 --write-bytes-sec 2000000 --total-iops-sec 300`,
    )
    .join('\n');

const owns: Throttle = {
  ...none,
  bps: 1_000_000,
  bps_max: 2_000_000,
  bps_max_length: 5,
  iops: 100,
  iops_max: 200,
  iops_size: 4096,
};
const pastOwn = (values: Throttle) => (scene: Scene) =>
  throttle(scene.domains.own.name, 0, { ...owns, group: 'both', ...values });
const ownBack = (scene: Scene) => throttle(scene.domains.own.name, 0, { ...owns, group: 'both' });
/** What the disks of a group have in common is found at each of them. */
const onBoth = (knob: string) => [`qemu vda ${knob}`, `qemu vdb ${knob}`];

/** Ways to break QEMU's throttle. */
export const qemuBreaks: readonly Case[] = [
  {
    what: 'the bytes read of the first disk',
    actor: 'full',
    happens: past({ bps_rd: 3_000_000 }),
    restored: back,
    found: () => broken('behind-libvirt', 'qemu vda bps_rd'),
  },
  {
    what: 'the bytes written of the second disk, unlimited',
    actor: 'full',
    happens: past({ bps_wr: 0 }, 1),
    restored: back,
    found: () => broken('behind-libvirt', 'qemu vdb bps_wr'),
  },
  {
    what: 'the operations of a disk',
    actor: 'full',
    happens: past({ iops: 301 }),
    restored: back,
    found: () => broken('behind-libvirt', 'qemu vda iops'),
  },
  {
    what: 'a total where reads and writes have limits of their own',
    actor: 'full',
    happens: past({ bps: 3_000_000, bps_rd: 0, bps_wr: 0 }),
    restored: back,
    found: () => [
      ...broken('behind-libvirt', 'qemu vda bps_rd', 'qemu vda bps_wr'),
      ...broken('not-asked-for', 'qemu vda bps'),
    ],
  },
  {
    what: 'a burst that nobody asked for',
    actor: 'full',
    happens: past({ bps_rd_max: 9_000_000 }),
    restored: back,
    found: () => broken('not-asked-for', 'qemu vda bps_rd_max'),
  },
  {
    what: 'a size by which operations are counted that nobody asked for',
    actor: 'full',
    happens: past({ iops_size: 4096 }),
    restored: back,
    found: () => broken('not-asked-for', 'qemu vda iops_size'),
  },
  {
    what: 'KiB taken for kB',
    actor: 'full',
    happens: past({ bps_rd: 1_024_000 }),
    restored: back,
    found: () => broken('unit-slip', 'qemu vda bps_rd'),
  },
  {
    what: 'MiB taken for MB',
    actor: 'full',
    happens: past({ bps_wr: 2_097_152 }, 1),
    restored: back,
    found: () => broken('unit-slip', 'qemu vdb bps_wr'),
  },
  {
    what: 'the throttle of a disk, gone',
    actor: 'full',
    happens: past(none),
    restored: back,
    found: () => broken('behind-libvirt', 'qemu vda bps_rd', 'qemu vda bps_wr', 'qemu vda iops'),
  },
  {
    what: 'two disks that share one limit, which each shall have for itself',
    actor: 'full',
    happens: scene => `${past({ group: 'shared' })(scene)}\n${past({ group: 'shared' }, 1)(scene)}`,
    restored: back,
    found: () => broken('not-asked-for', ...onBoth('group')),
  },
  {
    what: 'a disk in the group that QEMU has made for the other one',
    actor: 'full',
    happens: past({ group: '/machine/peripheral/virtio-disk0/virtio-backend' }, 1),
    restored: back,
    found: () => broken('not-asked-for', ...onBoth('group')),
  },
  {
    what: 'a total set with virsh, in place of what is asked',
    actor: 'full',
    happens: ({ domains: { full } }) =>
      `virsh -q blkdeviotune ${full.name} vda --live --total-bytes-sec 3000000`,
    restored: back,
    found: () => [
      ...broken('changed-in-libvirt', 'live vda read_bytes_sec', 'live vda write_bytes_sec'),
      ...broken('stale-limit', 'live vda total_bytes_sec'),
    ],
  },
  {
    what: 'a disk without limits is throttled',
    actor: 'plain',
    happens: ({ domains: { plain } }) => throttle(plain.name, 0, { ...none, bps: 5_000_000 }),
    restored: ({ domains: { plain } }) => throttle(plain.name, 0, none),
    found: () => broken('not-asked-for', 'qemu vda bps'),
  },
  {
    what: 'the total of a group',
    actor: 'own',
    happens: pastOwn({ bps: 900_000 }),
    restored: ownBack,
    found: () => broken('behind-libvirt', ...onBoth('bps')),
  },
  {
    what: 'how long a burst may last',
    actor: 'own',
    happens: pastOwn({ bps_max_length: 50 }),
    restored: ownBack,
    found: () => broken('behind-libvirt', ...onBoth('bps_max_length')),
  },
  {
    what: 'how high a burst may be',
    actor: 'own',
    happens: pastOwn({ iops_max: 250 }),
    restored: ownBack,
    found: () => broken('behind-libvirt', ...onBoth('iops_max')),
  },
  {
    what: 'a disk that has left its group',
    actor: 'own',
    happens: ({ domains: { own } }) => throttle(own.name, 1, { ...owns, group: 'alone' }),
    restored: ({ domains: { own } }) => throttle(own.name, 1, { ...owns, group: 'both' }),
    found: () => broken('behind-libvirt', 'qemu vdb group'),
  },
];

/** What happens to disks and changes no limit. */
export const qemuCalm: readonly Case[] = [
  {
    what: 'the same limits set again with virsh',
    actor: 'full',
    happens: ({ domains: { full } }) =>
      `virsh -q blkdeviotune ${full.name} vda --live --read-bytes-sec 1000000 --write-bytes-sec 2000000 --total-iops-sec 300`,
    found: nothing,
  },
  {
    what: 'an overlay of a snapshot, and merged into its base again',
    actor: 'full',
    happens: ({ domains: { full } }) =>
      `virsh -q snapshot-create-as ${full.name} overlay --disk-only --no-metadata --diskspec vda,file=${full.disks[0]?.path}.overlay --diskspec vdb,snapshot=no >/dev/null`,
    restored: ({ domains: { full } }) =>
      `virsh -q blockcommit ${full.name} vda --active --pivot --wait >/dev/null; rm -f ${full.disks[0]?.path}.overlay`,
    found: nothing,
  },
  {
    what: 'after the overlay was merged',
    actor: 'full',
    found: nothing,
  },
  {
    what: 'a disk that is plugged in with its limits',
    actor: 'full',
    happens: ({ domains: { full } }) => plugged(full.name, iotune),
    restored: ({ domains: { full } }) => unplugged(full.name),
    found: nothing,
  },
  {
    what: 'a disk with a name of its own, and a burst without a length',
    actor: 'plain',
    happens: ({ domains: { plain } }) =>
      plugged(
        plain.name,
        '<iotune><total_iops_sec>100</total_iops_sec><total_iops_sec_max>200</total_iops_sec_max></iotune><alias name="ua-mine"/>',
      ),
    restored: ({ domains: { plain } }) => unplugged(plain.name),
    found: nothing,
  },
  {
    what: 'a medium in the empty drive',
    actor: 'plain',
    happens: ({ domains: { plain } }) =>
      `truncate -s 1M /root/medium.iso; virsh -q change-media ${plain.name} hda /root/medium.iso --insert --live >/dev/null`,
    restored: ({ domains: { plain } }) =>
      `virsh -q change-media ${plain.name} hda --eject --live >/dev/null; rm /root/medium.iso`,
    found: nothing,
  },
  {
    what: 'a drive with limits, which is empty',
    actor: 'plain',
    happens: ({ domains: { plain } }) =>
      `virsh -q blkdeviotune ${plain.name} hda --config --read-bytes-sec 1000000`,
    restored: ({ domains: { plain } }) =>
      `virsh -q blkdeviotune ${plain.name} hda --config --read-bytes-sec 0`,
    asked: ['hw:cpu_policy=shared'],
    found: nothing,
  },
  {
    what: 'limits set and taken away with virsh',
    actor: 'plain',
    happens: ({ domains: { plain } }) =>
      `virsh -q blkdeviotune ${plain.name} vda --live --config --total-iops-sec 500; virsh -q blkdeviotune ${plain.name} vda --live --config --total-iops-sec 0`,
    found: nothing,
  },
];
