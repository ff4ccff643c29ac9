import { type Case, nothing } from './case.ts';
import { weightOf } from './cgroup-breaks.ts';

/** What happens to cgroups and changes no limit. */
export const cgroupCalm: readonly Case[] = [
  {
    what: 'systemctl daemon-reload',
    actor: 'full',
    happens: () => 'systemctl daemon-reload',
    found: nothing,
  },
  {
    what: "another domain's weight, and that of the slice of them all",
    actor: 'full',
    happens: scene =>
      `echo 33 >'${scene.scopes.nova}/${weightOf(scene)}'; echo 55 >'${scene.scopes.full}/../${weightOf(scene)}'`,
    restored: scene =>
      [scene.scopes.nova, `${scene.scopes.full}/..`]
        .map(folder => `echo ${scene.isV2 ? 100 : 1024} >'${folder}/${weightOf(scene)}'`)
        .join('; '),
    found: nothing,
  },
  {
    what: 'pinned vCPUs and emulator',
    actor: 'full',
    happens: ({ domains: { full } }) =>
      `virsh -q vcpupin ${full.name} 3 0 --live >/dev/null; virsh -q emulatorpin ${full.name} 0 --live >/dev/null`,
    restored: ({ domains: { full } }) =>
      `virsh -q vcpupin ${full.name} 3 0-1 --live >/dev/null; virsh -q emulatorpin ${full.name} 0-1 --live >/dev/null`,
    found: nothing,
  },
  {
    what: 'an I/O thread more, which nothing limits',
    actor: 'full',
    happens: ({ domains: { full } }) => `virsh -q iothreadadd ${full.name} 7 --live`,
    restored: ({ domains: { full } }) => `virsh -q iothreaddel ${full.name} 7 --live`,
    found: nothing,
  },
  {
    what: 'vCPUs that are plugged in later',
    actor: 'plain',
    happens: ({ domains: { plain } }) => `virsh -q setvcpus ${plain.name} 6 --live`,
    found: nothing,
  },
  {
    what: 'a quota that was set and taken away, whose period stays',
    actor: 'plain',
    happens: ({ domains: { plain } }) =>
      `virsh -q schedinfo ${plain.name} --live --config --set vcpu_period=50000 vcpu_quota=30000 >/dev/null
virsh -q schedinfo ${plain.name} --live --config --set vcpu_quota=-1 >/dev/null`,
    restored: ({ domains: { plain } }) =>
      `virsh -q schedinfo ${plain.name} --live --set vcpu_period=100000 >/dev/null
virsh -q schedinfo ${plain.name} --config --set vcpu_period=0 vcpu_quota=0 >/dev/null`,
    found: nothing,
  },
  {
    what: 'memory limits that are no whole pages',
    actor: 'plain',
    happens: ({ domains: { plain } }) =>
      `virsh -q memtune ${plain.name} --live --config --hard-limit 1000001 --soft-limit 999999`,
    restored: ({ domains: { plain } }) =>
      `virsh -q memtune ${plain.name} --live --config --hard-limit -1 --soft-limit -1`,
    found: nothing,
  },
  {
    what: 'an I/O weight that libvirt defines',
    actor: 'plain',
    where: ({ isV2 }) => isV2,
    happens: ({ domains: { plain } }) => `virsh -q blkiotune ${plain.name} --live --config --weight 300`,
    restored: ({ domains: { plain } }) => `virsh -q blkiotune ${plain.name} --live --config --weight 100`,
    found: nothing,
  },
  {
    what: 'the smallest weight there is, set through libvirt',
    actor: 'plain',
    happens: ({ domains: { plain } }) =>
      `virsh -q schedinfo ${plain.name} --live --config --set cpu_shares=2 >/dev/null`,
    restored: ({ domains: { plain }, isV2 }) =>
      `virsh -q schedinfo ${plain.name} --live --config --set cpu_shares=${isV2 ? 100 : 1024} >/dev/null`,
    found: nothing,
  },
  {
    what: 'the balloon takes memory back',
    actor: 'full',
    happens: ({ domains: { full } }) => `virsh -q setmem ${full.name} 60000 --live`,
    restored: ({ domains: { full } }) => `virsh -q setmem ${full.name} 65536 --live`,
    found: nothing,
  },
];
