import { printTcRate, printTcSize } from '../observed/tc-quantity.ts';
import { kibibytesToBytes, kilobytesToBytes, tcDefaultBurstBytes } from '../units.ts';
import { defaultPoliceBurst } from '../verify/expect-tc.ts';
import { roundingOf } from '../verify/tc-values.ts';
import { convert, last, start, throughTicks, unasked } from './arithmetic.ts';
import type { Stage } from './explanation.ts';
import type { KnobRule, RuleContext, ValueRule } from './knob-rule.ts';
import { networkLimits } from './network-limits.ts';

/** A rate in tc: it prints bits. */
export const tcRate = {
  unit: 'B/s',
  print: (value: number | string) => printTcRate(Number(value)),
} as const;

/** A burst in tc. */
export const tcBurst = {
  unit: 'B',
  print: (value: number | string) => printTcSize(Number(value)),
} as const;

const rateBps: ValueRule = { ...tcRate, from: ['.average'], arithmetic: rateOf };

const ceilBps: ValueRule = {
  ...tcRate,
  from: ['.peak', '.average'],
  arithmetic: context => convert(start(networkLimits(context).peak, 'kB/s'), kilobytesToBytes, 'B/s'),
};

/** The class and the policer that libvirt makes. */
export const tcRules: Readonly<Record<string, KnobRule>> = {
  'class htb 1:1': {
    source: 'libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet',
    look: 'tc class show dev DEV',
    values: {
      rateBps,
      ceilBps,
      burstBytes: {
        ...tcBurst,
        from: ['.burst', '.average'],
        arithmetic: context => {
          const { burst } = networkLimits(context);
          const without = unasked(tcDefaultBurstBytes(last(rateOf(context))), 'B');
          return ticked(context, burst === undefined ? without : bytesOf(start(burst, 'KiB')));
        },
      },
    },
  },
  police: {
    source: 'libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet',
    look: 'tc -d filter show dev DEV parent ffff:',
    values: {
      rateBps,
      burstBytes: {
        ...tcBurst,
        from: ['.burst', '.average'],
        arithmetic: context => {
          const { average, burst } = networkLimits(context);
          const kib = burst === undefined ? unasked(defaultPoliceBurst(average), 'KiB') : start(burst, 'KiB');
          return ticked(context, bytesOf(kib));
        },
      },
    },
  },
};

function rateOf(context: RuleContext): readonly Stage[] {
  return convert(start(networkLimits(context).average, 'kB/s'), kilobytesToBytes, 'B/s');
}

function bytesOf(kib: readonly Stage[]): readonly Stage[] {
  return convert(kib, kibibytesToBytes, 'B');
}

function ticked(context: RuleContext, stages: readonly Stage[]): readonly Stage[] {
  const rounding = roundingOf(context.facts);
  return throughTicks(stages, { rateBps: last(rateOf(context)), writer: 'tc', rounding });
}
