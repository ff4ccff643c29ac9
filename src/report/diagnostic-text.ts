import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts';
import { printableLine } from '../printable.ts';
import { qosTexts } from './qos-diagnostic-text.ts';

/** `error: quota:cpu_period is '999', must be in 1000–1000000 µs`: a finding in one line. */
export function diagnosticLine(diagnostic: Diagnostic): string {
  return `${diagnostic.severity}: ${diagnosticMessage(diagnostic)}`;
}

/** The same without its severity. */
export function diagnosticMessage(diagnostic: Diagnostic): string {
  return printableLine(`${diagnostic.path} ${texts[diagnostic.code](diagnostic)}`);
}

const texts: Readonly<Record<DiagnosticCode, (diagnostic: Diagnostic) => string>> = {
  ...qosTexts,
  'not-a-number': found => `is '${found.value ?? ''}', which is not a whole number`,
  'out-of-range': found =>
    `is ${found.value ?? '?'}, must be in ${arg(found, 'min')}–${arg(found, 'max')}${unit(found)}${where(found)}`,
  'does-not-start': found =>
    `is ${found.value ?? '?'} in the definition, must be in ${arg(found, 'min')}–${arg(found, 'max')}${unit(found)}${where(found)}: the domain does not start with that`,
  'unknown-key': () => 'is unknown: Nova and libvirt ignore it',
  'not-recorded': () =>
    'is unknown, so what is asked is not recorded: what was recorded before stays, and audits go on by that',
  'scheduler-only': found =>
    `is read by Nova's scheduler only, to choose a host; it limits nothing, ${arg(found, 'meant')} does`,
  'vmware-only': () => "is read by Nova's VMware driver only; nothing of it reaches libvirt",
  'total-with-read-write': found => `cannot be set together with ${arg(found, 'other')}: libvirt refuses it`,
  'needs-average': found => `is dropped without ${arg(found, 'needs')}`,
  'outbound-peak-ignored': () => 'is ignored by libvirt: outbound traffic is policed at the average',
  'period-without-quota': found => `limits nothing without ${arg(found, 'needs')}`,
  'ovs-peak-added': found =>
    `set to the average (${arg(found, 'peak')} kB/s): without a peak Open vSwitch takes the tap's link speed`,
  'ovs-port-unknown': found =>
    `is on ${arg(found, 'dev')}, a port of Open vSwitch, which removes what libvirt sets there with tc: --ovs-native sets it in Open vSwitch's database`,
  'ovs-limited-by-other': found =>
    `is on ${arg(found, 'dev')}, which somebody else limits in Open vSwitch (Neutron QoS?): ${arg(found, 'holder')}; nothing is written over it`,
  'neutron-undoes-it': found =>
    `is on ${arg(found, 'dev')}, which Neutron's agent ${arg(found, 'who')} (${arg(found, 'evidence')}): it sets what polices there to 0 at any update of the port in Neutron; what lasts is a QoS policy of Neutron (openstack port set --qos-policy POLICY ${arg(found, 'port')}) and no quota:vif_* in the flavor`,
  'policy-beside-vif-quota': found =>
    `has a bandwidth (as quota:vif_* gives it), and ${arg(found, 'dev')} ${arg(found, 'what')} (${arg(found, 'policy')}): with both, Nova's next start of the server fails; keep one of them`,
  'ovs-silent': found =>
    `is on ${arg(found, 'dev')}, which is a port of Open vSwitch, whose database does not answer (${arg(found, 'why')}): its limits can neither be seen nor written`,
  'limited-by-other-too': found =>
    `is limited by ${arg(found, 'owner')} too (${arg(found, 'at')}, ${arg(found, 'value')} B/s): the last writer wins, and neither is told; virt-quota effective says which counts`,
  'cannot-be-enforced': found =>
    `cannot be enforced: nothing limits a device of type '${arg(found, 'type')}'`,
  'volume-not-limited': found =>
    `gets no disk limit of the flavor: it is volume ${arg(found, 'serial')}${found.args?.root === undefined ? '' : ', from which the server boots'}`,
  'no-such-device': found => `is not in the domain's ${arg(found, 'scope')} definition`,
  'burst-too-large': found =>
    `is ${found.value ?? '?'}, must not be above ${arg(found, 'max')}${unit(found)}: ${found.args?.iproute2 === undefined ? 'tc cannot hold more' : `tc of iproute2 ${arg(found, 'iproute2')} refuses more, and the domain does not start`}`,
  'burst-below-rate': found =>
    `is ${found.value ?? '?'}, must be at least ${arg(found, 'min')}${unit(found)}: with less, the average of ${arg(found, 'average')} kB/s is not reached`,
  'no-limit': found => `is '${found.value ?? ''}', which means no limit`,
  'extra-scope': found => `is read as ${arg(found, 'as')}: Nova takes no notice of what follows`,
  overridden: found => `does not count: ${arg(found, 'by')} asks for the same limit and wins`,
  'source-overridden': found =>
    `is '${found.value ?? ''}' in ${arg(found, 'from')}, which does not count: ${arg(found, 'by')} wins`,
  'given-twice': found =>
    `is given twice: the last one counts${found.value === undefined ? '' : `, not '${found.value}'`}`,
  'unset-in-text': found =>
    `is taken away at line ${arg(found, 'line')} (${arg(found, 'by')}): it counts as not asked for`,
  'command-passed-over': found => `is passed over: '${arg(found, 'command')}' says nothing of limits`,
  'not-in-catalogue': found =>
    `is not in the catalogue: what its domains shall have is taken from ${instead[arg(found, 'instead')] ?? '?'}`,
  'nothing-understood': found =>
    `asks for limits by keys that nobody knows (${arg(found, 'keys')}): it proves nothing and does not count`,
  'peak-below-average': found =>
    `is ${found.value ?? '?'}, below the average of ${arg(found, 'average')}: the peak is the limit then`,
  'not-a-scalar': found => `is ${article(arg(found, 'type'))}, must be a text or a number`,
  unreadable: found => `cannot be read: ${arg(found, 'reason')}`,
  'wrong-type': found => `is ${arg(found, 'is')}, must be ${arg(found, 'expected')}`,
  missing: found => `has no '${arg(found, 'needs')}'`,
  'needs-base': found => `needs ${arg(found, 'needs')}: QEMU refuses it alone`,
  'max-below-base': found =>
    `is ${found.value ?? '?'}, must be at least ${arg(found, 'min')}, the value of ${arg(found, 'base')}`,
  'vif-not-limited': found =>
    `is dropped: Nova writes no bandwidth for a port of type '${arg(found, 'type')}'`,
  'group-differs': found =>
    `'${found.value ?? ''}' is shared with ${arg(found, 'other')}, whose ${arg(found, 'parameter')} is ${arg(found, 'there')} and not ${arg(found, 'here')}: a group has one bucket`,
  'no-cpu-controller': () => 'cannot be set: this host has no cgroup CPU controller',
  'needs-size': found => `is '${found.value ?? ''}' per GiB, and the volume's size is not given`,
  'not-a-name': found => `is '${found.value ?? ''}', which is not a name of 1–255 characters`,
  'dropped-by-nova': () => 'is dropped by Nova, although libvirt can do it',
  'no-consumer': () =>
    "is not given: Cinder takes that for 'back-end', so that nothing of it reaches the hypervisor",
  'no-such-volume': () => 'is no disk of this domain, by target, serial or source',
  'ambiguous-volume': found => `is not clear: ${arg(found, 'matches')}`,
  'unknown-own-key': found =>
    found.args?.meant === undefined
      ? 'is unknown: there is no such key in this namespace'
      : `is unknown: ${arg(found, 'meant')} may be meant`,
  'not-a-device-list': found =>
    `is '${found.value ?? ''}', must be /dev/NAME=NUMBER, several with commas between`,
  'soft-above-hard': found =>
    `is ${found.value ?? '?'} KiB, must not be above the hard limit of ${arg(found, 'hard')} KiB`,
  'swap-below-hard': found =>
    `is ${found.value ?? '?'} KiB, must be at least the hard limit (${arg(found, 'hard')}): libvirt refuses it`,
  'little-memory': found =>
    `is ${found.value ?? '?'} KiB, which leaves QEMU ${arg(found, 'left')} KiB beyond the guest's memory of ${arg(found, 'guest')} KiB: the kernel ends a guest that needs more`,
  'swap-alone': () => 'limits swap alone on this host: cgroup v2 does not count memory and swap together',
  'no-such-control': found => `cannot be set: this host has no ${arg(found, 'what')}`,
  'weight-strays': () =>
    "cannot be set: on cgroup v1 systemd moves QEMU out of its domain's cgroup for it, and no limit of block I/O reaches it then",
  'device-weight-breaks': found =>
    `cannot be set on '${found.value ?? ''}': where systemd sets weights libvirt fails at this, and its daemon may end`,
  'floor-not-possible': found =>
    `cannot be kept by interface ${arg(found, 'mac')} of type '${arg(found, 'type')}': only virtual networks of libvirt keep one`,
  'floor-needs-network': found =>
    `is refused by libvirt for interface ${arg(found, 'mac')} unless network '${arg(found, 'network')}' has an inbound average itself`,
  'back-end-only': () => 'is enforced by the storage back end, not by the hypervisor',
  'driver-cannot': found =>
    `is left out: libvirt's ${arg(found, 'driver')} driver cannot set it on a running domain`,
  'no-place': () => 'has no place in a line: translate by itself writes it',
  'cannot-be-unset': found =>
    `stays ${found.value ?? '?'}: libvirt cannot unset it on a running domain, and this host's default is not known`,
};

/** Where an audit takes it from when the catalogue does not know. */
const instead: Readonly<Record<string, string>> = {
  'nova-metadata': "the extra specs in Nova's metadata",
  record: 'the record of the last apply',
  libvirt: "libvirt's own definition",
};

function arg(found: Diagnostic, name: string): string {
  return String(found.args?.[name] ?? '?');
}

function article(type: string): string {
  return `${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`;
}

function unit(found: Diagnostic): string {
  const name = found.args?.unit;
  return name === undefined || name === '' ? '' : ` ${name}`;
}

function where(found: Diagnostic): string {
  const place = found.args?.where;
  return place === undefined || place === '' ? '' : ` (${place})`;
}
