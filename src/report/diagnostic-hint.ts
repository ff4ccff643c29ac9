import type { Diagnostic, DiagnosticCode } from '../diagnostics.ts';

/** What to do about a finding, in one line; undefined where there is nothing to do. */
export function diagnosticHint(found: Diagnostic): string | undefined {
  const hint = hints[found.code];
  return typeof hint === 'function' ? hint(found) : hint;
}

type Hint = string | ((found: Diagnostic) => string | undefined);

const hints: Readonly<Partial<Record<DiagnosticCode, Hint>>> = {
  'not-a-number': 'write a plain decimal number, without unit, blanks or separators',
  'out-of-range': outOfRange,
  'burst-too-large': found => `take at most ${found.args?.max} ${found.args?.unit}, or raise the average`,
  'burst-below-rate': found => `take at least ${found.args?.min} ${found.args?.unit}, or leave the burst out`,
  'unknown-key': found =>
    found.args?.meant === undefined
      ? undefined
      : `did you mean ${found.args.meant}? Nova reads no other spelling`,
  'vmware-only': 'take it out of flavors for KVM hosts, or use the cpu, disk and vif keys of libvirt',
  'total-with-read-write': 'keep the total, or the separate limits for reading and writing',
  'needs-average': found => `give ${found.args?.needs} too`,
  'period-without-quota': found => `give ${found.args?.needs} too, or take the period out`,
  'cannot-be-enforced': 'limit it elsewhere (switch, NIC, storage), or use a device type that can be limited',
  'volume-not-limited': found =>
    found.args?.own === undefined
      ? "give the volume's own limits: --volume DISK=FILE, from its type's QoS in Cinder"
      : undefined,
  'needs-base': found => `give ${found.args?.needs} too, or take it out`,
  'max-below-base': found => `take at least ${found.args?.min}, or lower ${found.args?.base}`,
  'no-cpu-controller':
    'enable the cpu controller of the host (cgroup_disable, systemd), or take the cpu keys out',
  'not-a-scalar': 'write the value itself, as text or number',
  'group-differs': 'give all disks of the group the same limits, or another group',
  'needs-size': 'give it: --volume-size GIB, or ,size=GIB behind the file',
  'not-a-name': 'take a short plain text',
  'dropped-by-nova': '--volume-extras passes it on to libvirt',
  'no-consumer': 'say consumer=front-end in the file, or ,consumer=front-end behind it',
  'no-such-volume': 'give target, serial or source as the domain has it (virsh domblklist --details)',
  'ambiguous-volume': 'name each disk once, by its target (virsh domblklist)',
  'vif-not-limited': 'limit it in Neutron, or use a port that is plugged as a tap',
};

/** A weight differs between the kernels, everything else is the same everywhere. */
function outOfRange({ path, args }: Diagnostic): string {
  const range = `a number in ${args?.min}–${args?.max}`;
  if (!path.endsWith('cpu_shares')) return `take ${range}`;
  return `take ${range}; weights count against each other only, so divide those of all machines alike`;
}
