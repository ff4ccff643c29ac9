import type { Diagnostic } from '../diagnostics.ts';
import type { Asked, AskedLimits } from './asked-limits.ts';
import type { QuotaParameter } from './quota-keys.ts';

/** What a rule on several limits looks at. */
interface Situation {
  readonly asked: AskedLimits;
  readonly emitted: ReadonlyMap<QuotaParameter, string>;
  /** The numbers that are in order by themselves. */
  readonly values: ReadonlyMap<QuotaParameter, number>;
}

/** Findings on limits that do not go together, of all rules. */
export function checkRelations(
  asked: AskedLimits,
  emitted: ReadonlyMap<QuotaParameter, string>,
  values: ReadonlyMap<QuotaParameter, number>,
): readonly Diagnostic[] {
  const rules = [
    periodWithoutQuota,
    totalWithReadWrite,
    needsAverage,
    outboundPeak,
    peakBelowAverage,
    longBurst,
  ];
  return rules.flatMap(rule => rule({ asked, emitted, values }));
}

/** A period says how often a quota is counted, and limits nothing by itself. */
function periodWithoutQuota({ asked, values }: Situation): readonly Diagnostic[] {
  const period = asked.get('vcpu_period');
  if (period === undefined || !values.get('vcpu_period') || asked.has('vcpu_quota')) return [];
  return [warning(period, 'period-without-quota', { needs: 'quota:cpu_quota' })];
}

/** @see libvirt src/conf/domain_conf.c:virDomainDiskDefIotuneParse */
function totalWithReadWrite({ asked, values }: Situation): readonly Diagnostic[] {
  return (['bytes_sec', 'iops_sec'] as const).flatMap(family => {
    const total = asked.get(`total_${family}`);
    if (total === undefined || !values.get(`total_${family}`)) return [];
    const others = (['read', 'write'] as const).filter(direction => values.get(`${direction}_${family}`));
    return others.map((direction): Diagnostic => {
      const other = asked.get(`${direction}_${family}`)?.key ?? '';
      return { ...warning(total, 'total-with-read-write', { other }), severity: 'error' };
    });
  });
}

const directions = ['inbound', 'outbound'] as const;

/** Nova leaves them out without an average, and libvirt with an average of 0. */
function needsAverage({ asked, emitted, values }: Situation): readonly Diagnostic[] {
  return directions.flatMap(direction => {
    const parameters = (['average', 'peak', 'burst'] as const).map(what => `${direction}.${what}` as const);
    const idle = !emitted.has(`${direction}.average`) || values.get(`${direction}.average`) === 0;
    if (!idle) return [];
    return parameters.flatMap(parameter => {
      const one = asked.get(parameter);
      if (one === undefined) return [];
      if (parameter.endsWith('.average')) return one.text === '' ? [warning(one, 'no-limit')] : [];
      return [warning(one, 'needs-average', { needs: `quota:vif_${direction}_average` })];
    });
  });
}

/** libvirt polices outgoing traffic, and a policer knows no peak. */
function outboundPeak({ asked, values }: Situation): readonly Diagnostic[] {
  const peak = asked.get('outbound.peak');
  if (peak === undefined || !values.get('outbound.peak') || !values.get('outbound.average')) return [];
  return [warning(peak, 'outbound-peak-ignored')];
}

/** tc takes a ceiling below the rate, and holds the ceiling. */
function peakBelowAverage({ asked, values }: Situation): readonly Diagnostic[] {
  const peak = asked.get('inbound.peak');
  const average = values.get('inbound.average') ?? 0;
  const value = values.get('inbound.peak') ?? 0;
  return peak !== undefined && value > 0 && value < average
    ? [warning(peak, 'peak-below-average', { average })]
    : [];
}

/** tc counts the time that a burst takes at its rate in 32 bits of 64 ns. */
const longestBurstSeconds = 274;

function longBurst({ asked, values }: Situation): readonly Diagnostic[] {
  return directions.flatMap(direction => {
    const burst = asked.get(`${direction}.burst`);
    const average = values.get(`${direction}.average`) ?? 0;
    const max = Math.floor((longestBurstSeconds * average * 1000) / 1024);
    const value = values.get(`${direction}.burst`) ?? 0;
    if (burst === undefined || average === 0 || value <= max) return [];
    return [warning(burst, 'burst-too-large', { min: 1, max, unit: 'KiB' })];
  });
}

function warning(
  { key, text }: Asked,
  code: Diagnostic['code'],
  args?: Readonly<Record<string, string | number>>,
): Diagnostic {
  return { code, severity: 'warning', path: key, value: text, ...(args && { args }) };
}
