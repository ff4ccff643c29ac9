import { type Case, nothing } from './case.ts';
import { sched } from './definition-breaks.ts';
import { novaAsks, novaAsksNothing } from './nova-asks.ts';
import { attached, detached, pluggedDev, pluggedNic, unpluggedNic } from './plug.ts';
import { bandwidth, fullFlavor, iotune, type Scene } from './scene.ts';

const name = ({ domains }: Scene) => domains.full.name;
const both = (scene: Scene, quota: number) =>
  (['--live', '--config'] as const)
    .map(scope => sched('plain', scope, `vcpu_quota=${quota}`)(scene))
    .join('\n');

/** What happens to domains as a whole and changes no limit. */
export const definitionCalm: readonly Case[] = [
  { what: 'everything as the flavor asks, paused', actor: 'full', found: nothing },
  { what: 'everything as our record says, one group of two disks', actor: 'own', found: nothing },
  {
    what: 'no limits at all: four of eight vCPUs online, two interfaces on one bridge, an empty drive',
    actor: 'plain',
    found: nothing,
  },
  { what: 'everything as the flavor asks, shut off', actor: 'off', found: nothing },
  { what: 'only libvirt says what is wanted', actor: 'full', asked: 'told', found: nothing },
  {
    what: 'a flavor with keys of others, and a peak that libvirt ignores',
    actor: 'off',
    asked: [...fullFlavor, 'hw:cpu_policy=shared', 'quota:vif_outbound_peak=9000'],
    found: nothing,
  },
  {
    what: 'a flavor that asks for no limits',
    actor: 'plain',
    asked: ['hw:cpu_policy=shared'],
    found: nothing,
  },
  {
    what: 'a domain that runs',
    actor: 'full',
    happens: scene => `virsh -q resume ${name(scene)}`,
    restored: scene => `virsh -q suspend ${name(scene)}`,
    found: nothing,
  },
  {
    what: 'a transient domain',
    actor: 'full',
    happens: scene =>
      `virsh dumpxml --inactive ${name(scene)} >/root/full.xml; virsh -q undefine ${name(scene)}`,
    restored: () => 'virsh -q define /root/full.xml',
    found: nothing,
  },
  {
    what: 'libvirtd is started again',
    actor: 'full',
    happens: () => 'systemctl restart libvirtd',
    isCutOff: true,
    found: nothing,
  },
  {
    what: 'a title and a description',
    actor: 'full',
    happens: scene => `virsh -q desc ${name(scene)} --live --title --new-desc 'any <title>' >/dev/null`,
    found: nothing,
  },
  {
    what: 'an interface that is plugged in with its limits',
    actor: 'full',
    happens: scene => pluggedNic(name(scene), 'bridge', bandwidth),
    restored: scene => unpluggedNic(name(scene)),
    found: nothing,
  },
  {
    what: 'a disk more in the persistent definition, with its limits',
    actor: 'full',
    happens: scene => attached(name(scene), 'later', diskXml, '--config'),
    restored: scene => detached(name(scene), 'later', '--config'),
    found: nothing,
  },
  {
    what: "what the extra specs in Nova's metadata ask for, and libvirt has",
    actor: 'plain',
    happens: scene => `${novaAsks(scene, 30_000)}\n${both(scene, 30_000)}`,
    restored: scene => `${novaAsksNothing(scene)}\n${both(scene, -1)}`,
    found: nothing,
  },
  {
    what: 'a plugged interface whose tap is gone from the host, and is named again',
    actor: 'plain',
    happens: scene =>
      `${pluggedNic(scene.domains.plain.name, 'bridge', bandwidth)}\nip link set ${pluggedDev} nomaster`,
    restored: scene => unpluggedNic(scene.domains.plain.name),
    found: nothing,
  },
];

const diskXml = `<disk type="file" device="disk"><driver name="qemu" type="raw"/><source file="/root/later"/><target bus="scsi" dev="sdy"/>${iotune}</disk>`;
