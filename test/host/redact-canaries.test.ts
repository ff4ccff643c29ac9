import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../src/host/recorded.ts';
import { emptyRecording, saveRecording } from '../../src/host/recording.ts';
import { redactRecording } from '../../src/host/redact.ts';
import { textOf } from './audited.ts';

const key = Buffer.from('for this test only');
const uuid = '4c1a8fc1-59cb-4b8f-9d7d-1b7ff3e7d6f3';
const scope = String.raw`machine-qemu\x2d7\x2dcanary\x2ddomain.scope`;
const group = `/sys/fs/cgroup/machine.slice/machine-canarytenant.slice/${scope}/libvirt`;

/** Every place where somebody may have put a name of his own; each has `canary` in it, or an address that is one. */
function planted(): Recording {
  const recording = emptyRecording();
  const { files, folders, commands, info, domains } = recording;
  const file = (path: string, value: string) => files.set(path, { value });
  file('/run/libvirt/qemu/canary-domain.pid', '77');
  file('/proc/self/mounts', 'canarysource /sys/fs/cgroup cgroup2 rw,canaryoption 0 0\n');
  file(
    '/proc/77/cgroup',
    `0::/machine.slice/machine-canarytenant.slice/${scope}/libvirt/emulator\n1:name=canary:/canary/a.libvirt-qemu\n`,
  );
  file('/proc/77/task/78/stat', `78 (qemu:canary-dom) S ${'0 '.repeat(36)}0 0`);
  file('/proc/77/task/79/stat', `79 (CPU 0/KVM) S ${'0 '.repeat(36)}0 0`);
  file(`${group}/vcpu0/cpu.max`, '50000 100000\n');
  file(`${group}/vcpu0/cpu.stat`, 'usage_usec 5\ncanary_stat 7\n');
  file(`${group}/io.max`, '254:0 rbps=1000 wbps=max riops=max wiops=max canary=5\n');
  file('/sys/class/block/canarydisk/dev', '254:0\n');
  file(
    '/run/udev/data/b254:0',
    'S:disk/by-id/wwn-canary\nS:mapper/canary-vg\nE:ID_SERIAL=canary\nE:DM_NAME=canary\n',
  );
  file(
    '/run/systemd/transient/canary.slice.d/50-canary.conf',
    '# canary\n[Slice]\nDescription=canary\nCPUWeight=77\nIOReadBandwidthMax=/dev/canary 1M\nEnvironment=TOKEN=canary\nSlice=machine-canary.slice\n',
  );
  file('/var/canary/other', 'canary\n');
  files.set('/sys/class/net/canarynic/ifindex', {
    error: "'/sys/class/net/canarynic/ifindex' cannot be read: EACCES for canary",
  });
  files.set('/sys/class/net/ovs-canary/ifindex', { absent: true });
  folders.set('/sys/class/block', { value: ['canarydisk', 'nvme0n1'] });
  folders.set('/sys/class/net/br-canary', { value: ['ifindex', 'upper_canarybr', 'lower_virbr-canary'] });
  folders.set('/run/systemd/transient/canary.slice.d', { value: ['50-canary.conf', '50-CPUWeight.conf'] });
  folders.set('/etc/systemd/system/canary.service.d', {
    error: "libvirt: domain 'canary' said canary at 10.20.30.40",
  });
  const run = (argv: readonly string[], stdout: string, stderr = '') =>
    commands.set(JSON.stringify(argv), { value: { exitCode: 0, stdout, stderr } });
  run(
    ['tc', '-r', '-s', '-d', 'filter', 'show', 'dev', 'canarytap', 'parent', 'ffff:'],
    tcFilters,
    'Cannot find device "canarytap"\ncanary!',
  );
  run(
    ['tc', '-j', 'class', 'show', 'dev', 'virbrcanary'],
    '[{"class":"htb","handle":"1:1","dev":"canarytap","rate":18446744073709551615,"canary":"canary"}]',
  );
  run(
    [
      'ovs-vsctl',
      '--timeout=5',
      '--format=json',
      '--columns=name,external_ids',
      'list',
      'Interface',
      'canaryport',
    ],
    ovsTables,
    'ovs-vsctl: no row "canaryport" in table Interface: canary',
  );
  run(
    ['ovs-ofctl', '--timeout=5', '-O', 'OpenFlow13', '--no-names', '--no-stats', 'dump-flows', 'br-canary'],
    flows,
  );
  run(['canaryprogram', 'canaryword'], 'canary', 'canary');
  commands.set(JSON.stringify(['tc', '-V']), { error: "'tc -V' did not run: spawn canary ENOENT" });
  info.push({
    driver: 'QEMU',
    uri: 'qemu+ssh://canaryuser:canarypass@canary.example/system?keyfile=/canary',
    libvirtVersion: 9_000_000,
  });
  domains.set(uuid, {
    state: { name: 'canary-domain', uuid, id: 7, active: true, persistent: true },
    xml: new Map([
      ['live', { value: definition }],
      [
        'config',
        {
          error:
            "libvirt refused (code 38): cannot open '/canary/x': canary of 10.20.30.40 and fe80::dead:beef:1",
        },
      ],
    ]),
    ioTune: new Map([
      ['vda', { value: { total_iops_sec: 5, group_name: 'canarygroup', canary_key: 'canary' } }],
      ['canarytarget', { error: "disk 'canarytarget' canary" }],
    ]),
    stats: new Map([
      [
        'block',
        { value: { 'block.count': 1, 'block.0.name': 'canarytarget', 'block.0.path': '/canary/disk' } },
      ],
    ]),
  });
  return recording;
}

const tcFilters = `filter protocol ip pref 5 flower chain 0 handle 0x1
  dst_mac fa:16:3e:ca:4a:12
  src_ip 10.20.30.40/24
  dst_ip fe80::dead:beef:1
  indev canarytap
  not_in_hw (rule hit 0)
\taction order 1: mirred (Egress Redirect to device ifb-canary) stolen
\tindex 1 ref 1 bind 1
\tcookie 63616e617279
filter parent 1: protocol ip pref 49152 u32 chain 0 fh 800::800 order 2048 key ht 800 bkt 0 flowid 1:2 not_in_hw
  match 0a141e28/ffffffff at 16
filter protocol all pref 49151 bpf chain 0 handle 0x1 canary.o:[canarysection] direct-action not_in_hw id 5 tag 63616e617279 jited
filter protocol all pref 3 canarykind chain 0 canaryword
action order 1: Simple <"canary">
\taction order 2:  pedit action pass keys 1
\t key #0  at ipv4+12: val 10203040 mask 00000000
`;

const ovsTables = [
  {
    headings: ['name', 'ingress_policing_rate', 'external_ids', 'type', 'options', 'canarycolumn'],
    data: [
      [
        'canaryport',
        1000,
        [
          'map',
          [
            ['attached-mac', 'fa:16:3e:ca:4a:12'],
            ['iface-id', 'canary-port-id'],
            ['vm-uuid', uuid],
            ['canarykey', 'canaryvalue'],
            ['virt-quota-port-qos', 'rate=5,burst=0,canary=canary,policed'],
            ['virt-quota-port-meters', 'canary=5'],
            [
              'virt-quota-port-flows',
              'table=0,priority=5,dl_src=fa:16:3e:ca:4a:12,canary=5,actions=output:canary',
            ],
            ['_type', 'canary'],
            ['id', 'br-canary'],
          ],
        ],
        'canarytype',
        [
          'map',
          [
            ['remote_ip', '10.20.30.40'],
            ['peer', 'int-canary'],
            ['psk', 'canarysecret'],
          ],
        ],
        ['set', ['canary', ['uuid', uuid]]],
      ],
      'canaryrow',
    ],
  },
  {
    headings: ['name', 'target', 'other_config'],
    data: [
      [
        'virbrcanary',
        'tcp:10.20.30.40:6640',
        [
          'map',
          [
            ['max-rate', '5'],
            ['canary', '5'],
          ],
        ],
      ],
    ],
  },
]
  .map(table => JSON.stringify(table))
  .concat('canary text')
  .join('\n');

const flows = `OFPST_FLOW reply (OF1.3) (xid=0x2):
 cookie=0x1, table=0, priority=5,ip,dl_src=fa:16:3e:ca:4a:12,nw_src=10.20.30.40/24 actions=load:0xfa163eca4a12->NXM_OF_ETH_SRC[],set_field:fa:16:3e:ca:4a:12->eth_dst,output:canary
 cookie=0x1, table=0, ipv6,ipv6_src=fe80::dead:beef:1,in_port="canaryport" actions=note:canary,resubmit(,60)
`;

const definition = `<domain type='kvm' id='7' canaryattribute='canary' xmlns:canary='urn:canary'>
  <name>canary-domain</name><uuid>${uuid}</uuid><!-- canary comment -->
  <metadata>
    <nova:instance xmlns:nova="http://openstack.org/xmlns/libvirt/nova/1.1"><nova:flavor name="gold">
      <nova:extraSpecs><nova:extraSpec name="quota:cpu_shares">2048</nova:extraSpec>
      <nova:extraSpec name="quota:disk_read_iops_sec:canary">5</nova:extraSpec>
      <nova:extraSpec name="quota:canary_limit">canary</nova:extraSpec>
      <nova:extraSpec name="canary:token">canary</nova:extraSpec></nova:extraSpecs></nova:flavor>
      <nova:creationTime>canary</nova:creationTime></nova:instance>
    <virtquota:intent xmlns:virtquota="urn:virt-quota:intent:1" at="canary"><virtquota:asked key="canarykey" value="canary"/></virtquota:intent>
    <canary:own>canary</canary:own>
  </metadata>
  <resource><partition>/machine/canary</partition><fibrechannel appid='canary'/></resource>
  <vcpu placement='canary'>2</vcpu>
  <cputune><shares>5</shares><canaryelement>canary</canaryelement></cputune>
  <blkiotune><device><path>/dev/canarydisk</path><weight>5</weight></device></blkiotune>
  <throttlegroups><throttlegroup><group_name>canarygroup</group_name></throttlegroup></throttlegroups>
  <devices>
    <disk type='network' device='disk'><driver name='qemu' type='canaryformat'/>
      <source protocol='rbd' name='canarypool/canaryvolume' index='1' query='canary'/><target dev='vda' bus='virtio'/>
      <serial>canaryserial</serial><alias name='ua-canary'/>
      <throttlefilters><throttlefilter group='canarygroup'/></throttlefilters></disk>
    <disk type='volume'><source pool='canarypool' volume='canaryvolume'/><target dev='canarytarget'/></disk>
    <disk type='file'><source file='/var/lib/nova/canary/disk'/><target dev='vdb'/></disk>
    <disk type='block'><source dev='/dev/mapper/canary-vg'/><target dev='vdc'/></disk>
    <disk type='nvme'><source type='pci' managed='yes' namespace='1'/><target dev='vdd'/></disk>
    <interface type='network'><mac address='fa:16:3e:ca:4a:12'/><source network='canarynet' portgroup='canarygroup' bridge='virbr-canary'/>
      <virtualport type='openvswitch'><parameters interfaceid='${uuid}' profileid='br-canary'/></virtualport>
      <target dev='canarytap'/><model type='canarymodel'/><alias name='net0'/><teaming type='transient' persistent='ua-canary'/></interface>
  </devices>
</domain>`;

/** Ways in which somebody may have written a name down. */
const forms = [
  'canary',
  Buffer.from('canary').toString('base64').slice(0, 7),
  Buffer.from('canary').toString('hex'),
  '%63%61',
];

describe('a host with a name in every place', () => {
  const text = textOf(redactRecording(planted(), key));

  it.each([...forms, 'fa:16:3e:ca', 'fa163eca', '10.20.30', '0a141e28', '10203040', 'dead:beef', uuid])(
    'has no %s left',
    form => {
      const at = text.toLowerCase().indexOf(form.toLowerCase());
      expect(at < 0 ? '' : text.slice(Math.max(0, at - 200), at + 60)).toBe('');
    },
  );

  it('has none of them in what is saved of it, names of files included', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'vq-canaries-'));
    try {
      await saveRecording(redactRecording(planted(), key), folder);
      const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      expect(entries.length).toBeGreaterThan(30);
      for (const entry of entries) {
        const path = join(folder, entry);
        const content = statSync(path).isFile() ? readFileSync(path, 'utf8') : '';
        for (const form of forms)
          expect(`${entry}\n${content}`.toLowerCase()).not.toContain(form.toLowerCase());
      }
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('still has what is the same on every host', () => {
    for (const kept of [
      'dst_mac 52:54:',
      '800::800',
      'at 16',
      "name='gold'",
      'quota:cpu_shares',
      'quota:disk_read_iops_sec:name-',
      '18446744073709551615',
      'priority=5,ip,dl_src=52:54:',
      'virtio',
      'qemu:///system',
      'rbps=1000',
      "<source type='pci' managed='yes' namespace='1'/>",
      '(CPU 0/KVM)',
      'CPUWeight=77',
    ]) {
      expect(text).toContain(kept);
    }
  });

  it('has one name for one thing, wherever it stands', () => {
    const { domains, files } = redactRecording(planted(), key);
    const [[own, domain] = []] = [...domains];
    expect(domain?.state.uuid).toBe(own);
    const name = domain?.state.name ?? '';
    expect(text).toContain(`/run/libvirt/qemu/${name}.pid`);
    expect(text).toContain(`x2d7\\\\x2d${name.replace('-', '\\\\x2d')}.scope`);
    const xml = domain?.xml.get('live');
    const value = xml !== undefined && 'value' in xml ? xml.value : '';
    const mac = /<mac address='([^']+)'/.exec(value)?.[1] ?? '';
    expect(text.split(mac).length).toBeGreaterThan(4);
    const tap = /<target dev='(dev[0-9a-f]+)'/.exec(value)?.[1] ?? '';
    expect(text).toContain(`"dev\\",\\"${tap}\\"`);
    const disk = /<path>\/dev\/(blk[0-9a-f]+)</.exec(value)?.[1] ?? '';
    expect([...files.keys()]).toContain(`/sys/class/block/${disk}/dev`);
    const group = /group='([^']+)'/.exec(value)?.[1] ?? '';
    expect(domain?.ioTune.get('vda')).toMatchObject({ value: { group_name: group } });
  });
});
