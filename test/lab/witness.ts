import type { Domain } from './domains.ts';
import type { Hypervisor } from './hypervisor.ts';

/** What a domain's limits are in the eyes of everybody but this project, as text to be compared. */
export interface Testimony {
  /** cgroup files, QEMU's throttle, tc and Open vSwitch's database. */
  readonly enforcers: string;
  readonly live: string;
  readonly config: string;
}

const mark = '=8<=';

/** Asks them all with one script, written by hand, that shares nothing with what is tested. */
export async function witness(hypervisor: Hypervisor, domain: Domain): Promise<Testimony> {
  const text = await hypervisor.shell(script(domain));
  const [enforcers = '', live = '', config = ''] = text.split(new RegExp(`${mark}\\n?`));
  return { enforcers: anonymous(enforcers), live: liveDefinition(live), config: definition(config) };
}

/** Rows of Open vSwitch that any port has for its limits, attached or not. */
export async function ovsRows(hypervisor: Hypervisor): Promise<{ qos: number; queues: number }> {
  const text = await hypervisor.shell(
    'ovs-vsctl --bare --columns=_uuid list QoS | grep -c . || true; ovs-vsctl --bare --columns=_uuid list Queue | grep -c . || true',
  );
  const [qos = 0, queues = 0] = text.trim().split('\n').map(Number);
  return { qos, queues };
}

/** Removes the rows of a domain that nothing is attached to: up to 10.2 libvirt leaves them when any domain ends. */
export async function removeLeftRows(hypervisor: Hypervisor, { uuid }: Domain): Promise<void> {
  await hypervisor.shell(
    `for table in QoS Queue; do for row in $(ovs-vsctl --bare --columns=_uuid find $table 'external-ids:vm-id="${uuid}"'); do ovs-vsctl destroy $table $row; done; done`,
  );
}

/** As few programs as it can do with: to start one takes an emulated machine longer than what the program does. */
function script({ name, uuid, disks, nics }: Domain): string {
  const taps = nics.map(({ dev }) => dev);
  const ports = nics.filter(({ kind }) => kind === 'ovs').map(({ dev }) => dev);
  const rows = `'external-ids:vm-id="${uuid}"'`;
  return `exec 2>&1
if [ -f '/run/libvirt/qemu/${name}.pid' ]; then pid=$(cat '/run/libvirt/qemu/${name}.pid')
group=$(sed -n 's/^[0-9]*:\\(cpu,cpuacct\\)\\{0,1\\}:\\(\\/machine.*\\)/\\2/p' /proc/$pid/cgroup | head -n 1)
[ -d /sys/fs/cgroup/cpu,cpuacct ] && root=/sys/fs/cgroup/cpu,cpuacct || root=/sys/fs/cgroup
cd "$root\${group%/libvirt/emulator}"
grep -r . --include=cpu.weight --include=cpu.max --include=cpu.shares --include='cpu.cfs_*_us' . | sort
virsh -q '${disks.map(({ target }) => `echo ${target}; blkdeviotune ${name} ${target}`).join('; ')}'
else echo 'not running'; fi
for tap in ${taps.join(' ')}; do
echo "$tap"; [ -d /sys/class/net/$tap ] || continue
tc -force -batch - <<END || true
class show dev $tap
qdisc show dev $tap
filter show dev $tap
filter show dev $tap parent ffff:
END
done
ovs-vsctl ${ports
    .map(
      port =>
        `-- --if-exists --columns=ingress_policing_rate,ingress_policing_burst list Interface ${port} -- --if-exists get Port ${port} qos`,
    )
    .join(' ')} | sed 's/^[0-9a-f-]\\{36\\}$/attached/'
ovs-vsctl -- --columns=type,other_config find QoS ${rows} -- --columns=other_config find Queue ${rows} | sort
echo '${mark}'
virsh -q 'dumpxml ${name}; echo ${mark}; dumpxml --inactive ${name}'`;
}

/** Without the numbers that something gets by being made anew, and counters. */
function anonymous(text: string): string {
  return text
    .replace(/^group_name .*\n/gm, '')
    .replace(/ 8[0-9a-f]{3}:/g, ' N:')
    .replace(/police 0x[0-9a-f]+/g, 'police N')
    .replace(/index \d+/g, 'index N')
    .replace(/direct_packets_stat \d+/g, '');
}

/** libvirt leaves an empty element where the last limit of an interface was taken away. */
function definition(xml: string): string {
  return xml.replace(/\n\s*<bandwidth>\s*<\/bandwidth>|\n\s*<bandwidth\/>/g, '');
}

/**
 * On a running domain libvirt cannot unset CPU values: the kernel's default stands there as a number after an undo. What
 * a start numbers anew is left out.
 */
function liveDefinition(xml: string): string {
  return definition(xml)
    .replace(/\n\s*<shares>(?:100|1024)<\/shares>/g, '')
    .replace(/\n\s*<period>100000<\/period>/g, '')
    .replace(/\n\s*<quota>(?:-1|17592186044415)<\/quota>/g, '')
    .replace(/\n\s*<cputune>\s*<\/cputune>/g, '')
    .replace(/ id='\d+'/, '')
    .replace(/domain-\d+-/g, 'domain-N-')
    .replace(/\/dev\/pts\/\d+/g, '/dev/pts/N');
}
