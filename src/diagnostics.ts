/** How bad a finding is. `error`: nothing may be applied. `warning`: applied, but not what was meant. */
export type Severity = 'error' | 'warning' | 'info';

/**
 * One finding about input: a value, never thrown. The text is made elsewhere (`report/diagnostic-text.ts`);
 * here are only its code and what it is about, so that a program can act on it.
 */
export interface Diagnostic {
  /** Closed set, kebab-case: `out-of-range`, `not-a-number`, `unknown-key`, … */
  readonly code: DiagnosticCode;
  readonly severity: Severity;
  /** Where: an extra spec (`quota:cpu_shares`), or a device and parameter (`interface 52:54:…/inbound.average`). */
  readonly path: string;
  /** The offending value, verbatim. Absent when there is none. */
  readonly value?: string;
  /** What the text needs besides: allowed range, the other key, the reason. */
  readonly args?: Readonly<Record<string, string | number>>;
}

/** Every finding there is; each occurs in a test. */
export type DiagnosticCode =
  | QosDiagnosticCode
  /** A value that is not an integer as libvirt reads it. */
  | 'not-a-number'
  /** args: `min`, `max`, `unit`, `where` (which host rule). */
  | 'out-of-range'
  /** What a definition has by itself lets the domain not start on this host; args: `min`, `max`, `unit`, `where`. */
  | 'does-not-start'
  /** A key in the `quota:` namespace that nobody consumes, or that looks like one; args: `meant` where a slip is likely. */
  | 'unknown-key'
  /** What is asked has a key that nobody reads, and is not written into the domain's metadata for that. */
  | 'not-recorded'
  /** A `quota:` key behind the namespace of a filter of Nova's scheduler, which limits nothing; args: `meant`. */
  | 'scheduler-only'
  /** A `quota:` key that only the VMware driver reads. */
  | 'vmware-only'
  /** total and read/write of one family; args: `other`. libvirt refuses it. */
  | 'total-with-read-write'
  /** peak or burst without its direction's average: Nova and libvirt drop it; args: `needs`. */
  | 'needs-average'
  /** The outbound peak, which libvirt ignores. */
  | 'outbound-peak-ignored'
  /** A period alone limits nothing; args: `needs`. */
  | 'period-without-quota'
  /** On an Open vSwitch port an average without peak is not the limit; args: `peak`. */
  | 'ovs-peak-added'
  /** Open vSwitch removes what libvirt sets with tc on this tap, and its limits are not asked to be set there; args: `dev`. */
  | 'ovs-port-unknown'
  /** Somebody else limits this port of Open vSwitch, so virt-quota does not; args: `dev`, `holder`. */
  | 'ovs-limited-by-other'
  /** Another system limits the same direction of the same device; args: `owner`, `at`, `value` (B/s). */
  | 'limited-by-other-too'
  /** The device has no enforcement point for this limit; args: `type`. */
  | 'cannot-be-enforced'
  /** Asked for image disks, but this disk is a volume; args: `serial`. */
  | 'volume-not-limited'
  /** A limit was asked and the domain has no such device; args: `device`. */
  | 'no-such-device'
  /** The burst takes longer than tc can express, or is too large; args: `max`, `unit`, `iproute2` where its tc refuses it. */
  | 'burst-too-large'
  /** A burst that lasts less than 10 ms at its average, so that the average is not reached; args: `min`, `unit`, `average`. */
  | 'burst-below-rate'
  /** 0, empty or negative where that means "no limit". */
  | 'no-limit'
  /** A key with more behind its name, which Nova reads all the same; args: `as`. */
  | 'extra-scope'
  /** Another key asks for the same limit and wins; args: `by`. */
  | 'overridden'
  /** An extra spec is given by a later source, which wins; args: `from`, `by`. */
  | 'source-overridden'
  /** A key that one text gives twice: the last value counts; value: the earlier one. */
  | 'given-twice'
  /** A command line that takes a key away; args: `line`, `by` (the command). */
  | 'unset-in-text'
  /** A command line that is about something else; args: `command`. */
  | 'command-passed-over'
  /** A domain's flavor that the catalogue given does not have; args: `instead` (what says what it shall have). */
  | 'not-in-catalogue'
  /** None of the keys that ask for a limit is one that anybody reads; args: `keys`. */
  | 'nothing-understood'
  /** The peak is below the average, and is the real limit then; args: `average`. */
  | 'peak-below-average'
  /** A list or an object where a value must be; args: `type`. */
  | 'not-a-scalar'
  /** A line of a bulk input that cannot be read; args: `reason`. */
  | 'unreadable'
  /** A member of the wrong type; args: `is` (what it is), `expected`. */
  | 'wrong-type'
  /** A member that must be there; args: `needs`. */
  | 'missing'
  /** A burst rate without its base, a length without its rate, an I/O size without iops; args: `needs`. */
  | 'needs-base'
  /** A burst rate below its base: QEMU refuses it; args: `base`, `min`. */
  | 'max-below-base'
  /** Nova writes no bandwidth for a port of this type; args: `type`. */
  | 'vif-not-limited'
  /** Disks of one throttle group have different limits; args: `other`, `parameter`, `here`, `there`. */
  | 'group-differs'
  /** The host has no cgroup CPU controller, so Nova and libvirt refuse every CPU limit. */
  | 'no-cpu-controller'
  /** A value per GiB of a volume whose size is not given. */
  | 'needs-size'
  /** A text that cannot be a name: empty, too long, or with control characters. */
  | 'not-a-name'
  /** A key of a volume's QoS that Nova does not pass on, although libvirt has it. */
  | 'dropped-by-nova'
  /** A volume's QoS that does not say who enforces it: Cinder takes that for the storage back end. */
  | 'no-consumer'
  /** No disk of the domain is this volume. */
  | 'no-such-volume'
  /** More than one disk is this volume, or more than one QoS is given for it; args: `matches`. */
  | 'ambiguous-volume'
  /** A `virt-quota:` key that there is not; args: `meant` where a slip is likely. */
  | 'unknown-own-key'
  /** A text that is not `/dev/sda=NUMBER[,/dev/sdb=NUMBER…]`. */
  | 'not-a-device-list'
  /** A memory soft limit above the hard one; args: `hard`. */
  | 'soft-above-hard'
  /** A limit of memory and swap below that of memory, or without one: libvirt refuses it; args: `hard`. */
  | 'swap-below-hard'
  /** A hard limit that leaves QEMU little or nothing beyond the guest's memory; args: `guest`, `left`, in KiB. */
  | 'little-memory'
  /** On cgroup v2 libvirt limits swap alone to what is said of memory and swap. */
  | 'swap-alone'
  /** The host's kernel has no such control; args: `what`. */
  | 'no-such-control'
  /** A weight of block I/O that would move QEMU out of its cgroup, as systemd does on cgroup v1. */
  | 'weight-strays'
  /** Weights on single devices, which libvirt gets wrong where systemd sets weights; value: the device. */
  | 'device-weight-breaks'
  /** A floor on an interface whose type cannot keep one; args: `type`, `mac`. */
  | 'floor-not-possible'
  /** A floor, which libvirt refuses when the network itself has no inbound average; args: `network`, `mac`. */
  | 'floor-needs-network'
  /** QoS for the storage back end (consumer `back-end`): not a limit of the hypervisor. */
  | 'back-end-only'
  /** libvirt's driver has no call for this on a running domain, so the step is left out; args: `driver`. */
  | 'driver-cannot'
  /** An element of our own keys that the lines of a bulk translation have no member for. */
  | 'no-place'
  /** Neutron's agent sets a port's policing columns to 0; args: `dev`, `port` (UUID), `evidence`, `who`. */
  | 'neutron-undoes-it'
  /** A bandwidth of the flavor on a port that has a policy of Neutron; args: `dev`, `policy`, `what`. */
  | 'policy-beside-vif-quota'
  /** A port of Open vSwitch whose database does not answer: nothing is written; args: `dev`, `why`. */
  | 'ovs-silent'
  /** libvirt cannot unset it on a running domain, and the kernel's default is not known; it stays. */
  | 'cannot-be-unset';

/** Findings about port QoS, markings and host profiles. */
export type QosDiagnosticCode =
  /** Something else than what must be there; args: `type`, `must`. */
  | 'wrong-type'
  /** A word or number that is none of a closed set; args: `allowed`. */
  | 'unknown-choice'
  /** args: `needs`. */
  | 'missing-key'
  /** A key that nobody reads here. */
  | 'unknown-field'
  /** A limit or guarantee of 0; args: `type` of the rule. */
  | 'zero-rate'
  /** Two rules or classes for the same; args: `other`. */
  | 'duplicate-rule'
  /** A guarantee above its limit; args: `max`, `other`, `unit`. */
  | 'min-above-max'
  /** A burst that is smaller than one packet: a policer with it drops everything large; args: `min`, `unit`. */
  | 'burst-below-mtu'
  /** A burst that outlasts tc's clock, so that the kernel holds something else; args: `max`, `unit`. */
  | 'burst-outlasts-clock'
  /** The back end does nothing with it; args: `backend`, `reason` (a key of `report/qos-diagnostic-text.ts`). */
  | 'not-on-backend'
  /** A number or flow that needs a fact about the port that was not given; args: `needs`. */
  | 'needs-port-fact'
  /** No address or prefix; args: `reason` (a key of `report/qos-diagnostic-text.ts`). */
  | 'not-an-address'
  /** A ToS byte that would overwrite the ECN bits; args: `dscp` (what it carries). */
  | 'ecn-bits'
  /** A target cannot tell this part of a policy, and marks more than was asked; args: `target`. */
  | 'not-expressible'
  /** No rate with a unit, or none that is possible. */
  | 'not-a-rate'
  /** What goes first is too large a part of the link, in percent; args: `share`, `max`. */
  | 'priority-share'
  /** No class takes what the others do not. */
  | 'no-default-class'
  /** Neither a code point nor a port leads to this class. */
  | 'unreachable-class'
  /** Somebody else's root qdisc; args: `fate` (a key of `report/qos-diagnostic-text.ts`). */
  | 'foreign-qdisc'
  /** Somebody else's filter where ours has to be; args: `pref`. */
  | 'foreign-filter'
  /** Another default class, which htb cannot take on where it stands; args: `from`, `to`. */
  | 'tree-built-anew'
  /** Somebody else limits or marks the port already, so nothing is written; args: `dev`, `holder` (who, and by what). */
  | 'limited-by-other'
  /** The same, and it is overwritten as was asked; args as there. */
  | 'taken-over'
  /** Somebody else has the QoS row of an uplink; args: `dev`, `holder`. */
  | 'uplink-of-other'
  /** Somebody else's flow would put the port's packets into another queue; args: `bridge`, `flow`. */
  | 'queued-by-other'
  /** The back end holds another number than was asked for; args: `becomes`, `unit`. */
  | 'rounded';

/** Whether any finding forbids to go on. */
export function hasErrors(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.some(found => found.severity === 'error');
}

/** An error, with what it needs and nothing more. */
export function errorAt(
  code: DiagnosticCode,
  path: string,
  value?: string,
  args?: Diagnostic['args'],
): Diagnostic {
  return {
    code,
    severity: 'error',
    path,
    ...(value !== undefined && { value }),
    ...(args !== undefined && { args }),
  };
}
