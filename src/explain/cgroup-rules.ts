import { DEFAULT_PERIOD_US } from '../domain/cputune.ts';
import { quotaToPercent } from '../units.ts';
import { limitOf } from '../verify/unlimited.ts';
import { unasked } from './arithmetic.ts';
import type { Amount } from './explanation.ts';
import type { KnobRule, RuleContext, ValueRule } from './knob-rule.ts';

/** Weight of a cgroup that nobody gave one. @see linux kernel/sched/sched.h:NICE_0_LOAD, include/linux/cgroup.h:CGROUP_WEIGHT_DFL */
const defaultShares = 1024;
const defaultWeight = 100;

const slices = {
  'cpu.shares': '/sys/fs/cgroup/cpu,cpuacct/machine.slice/machine-qemu*.scope/cpu.shares',
  'cpu.weight': '/sys/fs/cgroup/machine.slice/machine-qemu*.scope/cpu.weight',
  v1: '/sys/fs/cgroup/cpu,cpuacct/machine.slice/machine-qemu*.scope/libvirt/',
  v2: '/sys/fs/cgroup/machine.slice/machine-qemu*.scope/libvirt/',
} as const;

/** The knobs of cgroups, as systemd and libvirt 7.1 or later lay them out. */
export function cgroupRule(knob: string, subject: string): KnobRule | undefined {
  const threads = subject === 'libvirt' ? '' : `${subject.replace(/\d+$/, '*')}/`;
  switch (knob) {
    case 'cpu.shares':
      return weightRule(knob, 'vircgroupv1.c:virCgroupV1SetCpuShares', 'shares', defaultShares);
    case 'cpu.weight':
      return weightRule(knob, 'vircgroupv2.c:virCgroupV2SetCpuShares', 'weight', defaultWeight);
    case 'cpu.max':
      return {
        source: 'libvirt src/util/vircgroupv2.c:virCgroupV2SetCpuCfsQuota',
        look: `grep . ${slices.v2}${threads}cpu.max`,
        values: { quota: { ...quota, print: printCpuMax }, period: { ...period, print: printCpuMax } },
      };
    case 'cpu.cfs_quota_us':
    case 'cpu.cfs_period_us':
      return {
        source: `libvirt src/util/vircgroupv1.c:virCgroupV1SetCpuCfs${knob.includes('quota') ? 'Quota' : 'Period'}`,
        look: `grep . ${slices.v1}${threads}${knob}`,
        values: { quota: { ...quota, print: value => (value === 'max' ? '-1' : undefined) }, period },
      };
    default:
      return undefined;
  }
}

function weightRule(
  knob: 'cpu.shares' | 'cpu.weight',
  source: string,
  name: string,
  usual: number,
): KnobRule {
  const equals = (value: number | string) => [
    { value: Number(value) / usual, unit: `times the weight of a machine without shares (${usual})` },
  ];
  return {
    source: `libvirt src/util/${source}`,
    look: `grep . ${slices[knob]}`,
    values: { [name]: { from: ['cpu_shares'], unit: '', equals } },
  };
}

const quota: ValueRule = { from: ['_quota', '_period'], unit: 'µs', equals: coresOf };
const period: ValueRule = {
  from: ['_period', '_quota'],
  unit: 'µs',
  arithmetic: context => {
    const { periodUs, isAsked } = both(context);
    return isAsked ? [] : unasked(periodUs, 'µs');
  },
};

/** The file has both numbers on its line. */
function printCpuMax(_: number | string, context: RuleContext): string {
  const { quotaUs, periodUs } = both(context);
  return `${quotaUs ?? 'max'} ${periodUs}`;
}

function coresOf(_: number | string, context: RuleContext): readonly Amount[] {
  const { quotaUs, periodUs } = both(context);
  if (quotaUs === undefined) return [];
  const percent = quotaToPercent(quotaUs, periodUs);
  const { vcpus, parameters } = context;
  if (!parameters.some(one => one.startsWith('vcpu_'))) return [{ value: percent, unit: '% of a core' }];
  const each = { value: percent, unit: '% of a core for each vCPU' };
  return vcpus === undefined ? [each] : [each, { value: percent * vcpus, unit: `% for all ${vcpus}` }];
}

function both({ limits, parameters }: RuleContext) {
  const [group = 'vcpu'] = (parameters[0] ?? '').split('_');
  const of = (what: 'quota' | 'period') => limitOf(limits, `${group as 'vcpu'}_${what}`);
  const periodUs = of('period');
  return { quotaUs: of('quota'), periodUs: periodUs ?? DEFAULT_PERIOD_US, isAsked: periodUs !== undefined };
}
