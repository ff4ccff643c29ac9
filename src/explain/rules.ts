import { fieldOf } from '../domain/fields.ts';
import type { LimitName } from '../domain/tuning.ts';
import { bytesToMebibytes } from '../units.ts';
import type { Expectation } from '../verify/expectation.ts';
import { cgroupRule } from './cgroup-rules.ts';
import type { Amount } from './explanation.ts';
import type { KnobRule } from './knob-rule.ts';
import { ovsRules, ovsTcRules } from './ovs-rules.ts';
import { tcRules } from './tc-rules.ts';

/** What there is to know of an expectation's knob; a knob without a rule of its own holds the limit as it is. */
export function ruleOf({ layer, knob, subject, parameters }: Expectation): KnobRule {
  switch (layer) {
    case 'cgroup':
      return (
        cgroupRule(knob, subject) ??
        asItIs('libvirt src/util/vircgroup.c', 'virsh dumpxml DOMAIN', parameters)
      );
    case 'qemu':
      return asItIs(
        'libvirt src/qemu/qemu_monitor_json.c:qemuMonitorJSONSetBlockIoThrottle',
        `virsh blkdeviotune DOMAIN ${subject}`,
        parameters,
      );
    default:
      return withDevice(
        tcRules[knob] ??
          ovsTcRules[knob] ??
          ovsRules[knob] ??
          asItIs('', 'tc qdisc show dev DEV', parameters),
        subject,
      );
  }
}

function asItIs(source: string, look: string, [parameter]: readonly LimitName[]): KnobRule {
  const unit = (parameter && fieldOf(parameter)?.unit) ?? '';
  const equals = (value: number | string): readonly Amount[] =>
    unit === 'bytes/s' && value !== 0 ? [{ value: bytesToMebibytes(Number(value)), unit: 'MiB/s' }] : [];
  return { source, look, values: { value: { from: [''], unit, equals } } };
}

function withDevice(rule: KnobRule, dev: string): KnobRule {
  return { ...rule, look: rule.look.replaceAll('DEV', dev) };
}
