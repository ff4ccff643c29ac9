import type { DomainDefinition } from '../domain/definition.ts';
import type { Outside } from '../host/cgroup.ts';
import { cpuKnobValues } from '../observed/cgroup-knob.ts';
import { quotaCpus } from '../observed/cpu-demand.ts';
import type { Reading } from '../verify/reading.ts';
import type { CgroupObservation } from './observe-cgroup.ts';

/**
 * A process that is in none of the groups that libvirt makes: their limits of CPU time hold nobody. What limits it where it
 * is instead is said of its vCPUs; that the number is as it should be would be chance.
 */
export function observeOutside(live: DomainDefinition, found: Outside): CgroupObservation {
  const { version, pid, outside, quotas } = found;
  const places = outside.map(path => `'${path}'`).join(', ');
  const why = `QEMU is in the cgroup ${places}, which libvirt has not made: no limit of the domain reaches it there`;
  const evidence = { source: `/proc/${pid}/cgroup`, text: outside.join(' ') };
  const idle = (subject: string, knob: string): Reading => ({
    layer: 'cgroup',
    subject,
    knob,
    idle: true,
    idleBecause: why,
    evidence,
  });
  const vcpus = Array.from({ length: live.vcpus }, (_, id) => `vcpu${id}`);
  const instead = insteadOf(quotas, why);
  const knobs = version === 1 ? ['cpu.cfs_quota_us', 'cpu.cfs_period_us'] : ['cpu.max'];
  return {
    readings: [
      idle('scope', version === 1 ? 'cpu.shares' : 'cpu.weight'),
      ...['libvirt', 'emulator', 'iothread1'].flatMap(subject => knobs.map(knob => idle(subject, knob))),
      ...vcpus.flatMap(subject =>
        instead === undefined
          ? knobs.map(knob => idle(subject, knob))
          : instead.map(one => ({ ...one, subject })),
      ),
    ],
    facts: {},
  };
}

/** The least quota on the way to where it is, as a reading of a thread's own. */
function insteadOf(quotas: Outside['quotas'], unproved: string): readonly Reading[] | undefined {
  const subjects = [...new Set(quotas.map(({ subject }) => subject))];
  const cpus = (subject: string) => quotaCpus(quotas, subject) ?? Number.POSITIVE_INFINITY;
  const [least] = subjects.sort((one, other) => cpus(one) - cpus(other));
  if (least === undefined || cpus(least) === Number.POSITIVE_INFINITY) return undefined;
  return quotas
    .filter(({ subject, text }) => subject === least && text !== undefined)
    .map(({ subject, knob, path, text = '' }) => {
      const values = cpuKnobValues(knob, text);
      const evidence = { source: path, text };
      return { layer: 'cgroup', subject, knob, ...(values && { values }), unproved, evidence };
    });
}
