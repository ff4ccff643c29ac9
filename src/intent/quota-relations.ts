import type { Diagnostic } from '../diagnostics.ts';
import { bytesToKibibytes, kibibytesToBytes, kilobytesToBytes } from '../units.ts';
import type { Asked, AskedLimits } from './asked-limits.ts';
import { fullPacketBytes, leastBurstBytes } from './least-burst.ts';

/** Findings on limits that do not go together, once their numbers have been read. */
export function checkRelations({ by }: AskedLimits, diagnostics: Diagnostic[]): void {
  checkPeriod(by, diagnostics);
  checkTotals(by, diagnostics);
  checkDirection(
    { average: by['inbound.average'], peak: by['inbound.peak'], burst: by['inbound.burst'] },
    diagnostics,
  );
  checkDirection(
    { average: by['outbound.average'], peak: by['outbound.peak'], burst: by['outbound.burst'] },
    diagnostics,
  );
}

type By = AskedLimits['by'];

/** A period says how often a quota is counted, and limits nothing by itself. */
function checkPeriod({ vcpu_period: period, vcpu_quota: quota }: By, diagnostics: Diagnostic[]): void {
  if (period?.value && quota === undefined)
    diagnostics.push(warning(period, 'period-without-quota', { needs: 'quota:cpu_quota' }));
}

/** @see libvirt src/conf/domain_conf.c:virDomainDiskDefIotuneParse */
function checkTotals(by: By, diagnostics: Diagnostic[]): void {
  checkTotal(by.total_bytes_sec, by.read_bytes_sec, diagnostics);
  checkTotal(by.total_bytes_sec, by.write_bytes_sec, diagnostics);
  checkTotal(by.total_iops_sec, by.read_iops_sec, diagnostics);
  checkTotal(by.total_iops_sec, by.write_iops_sec, diagnostics);
}

function checkTotal(total: Asked | undefined, other: Asked | undefined, diagnostics: Diagnostic[]): void {
  if (!total?.value || !other?.value) return;
  const found = warning(total, 'total-with-read-write', { other: other.key });
  diagnostics.push({ ...found, severity: 'error' });
}

/** What is asked for one direction of traffic. */
type Direction = Readonly<Record<'average' | 'peak' | 'burst', Asked | undefined>>;

function checkDirection({ average, peak, burst }: Direction, diagnostics: Diagnostic[]): void {
  if (average?.emitted === undefined || average.value === 0) {
    // Nova leaves them out without an average, and libvirt with an average of 0.
    if (average?.text === '') diagnostics.push(warning(average, 'no-limit'));
    if (peak !== undefined) diagnostics.push(needsAverage(peak));
    if (burst !== undefined) diagnostics.push(needsAverage(burst));
  } else if (average.value !== undefined) {
    checkPeak(peak, average.value, diagnostics);
    checkBurst(burst, average.value, diagnostics);
    if (burst === undefined || burst.value === 0) checkDefaultBurst(average, average.value, diagnostics);
  }
}

function needsAverage(one: Asked): Diagnostic {
  const direction = one.entry.parameter.startsWith('inbound') ? 'inbound' : 'outbound';
  return warning(one, 'needs-average', { needs: `quota:vif_${direction}_average` });
}

/** libvirt polices outgoing traffic, and a policer knows no peak; tc takes a ceiling below the rate, and holds it. */
function checkPeak(peak: Asked | undefined, average: number, diagnostics: Diagnostic[]): void {
  if (!peak?.value) return;
  if (peak.entry.parameter === 'outbound.peak') diagnostics.push(warning(peak, 'outbound-peak-ignored'));
  else if (peak.value < average) diagnostics.push(warning(peak, 'peak-below-average', { average }));
}

/** tc counts the time that a burst takes at its rate in 32 bits of 64 ns. */
const longestBurstSeconds = 274;

function checkBurst(burst: Asked | undefined, average: number, diagnostics: Diagnostic[]): void {
  if (!burst?.value) return;
  const max = Math.floor((longestBurstSeconds * average * 1000) / 1024);
  const found =
    burst.value > max
      ? warning(burst, 'burst-too-large', { min: 1, max, unit: 'KiB' })
      : smallBurst(burst, burst.value, average);
  if (found !== undefined) diagnostics.push(found);
}

/** Too small for one packet, or to reach the average. */
function smallBurst(burst: Asked, kibibytes: number, average: number): Diagnostic | undefined {
  const bytes = kibibytesToBytes(kibibytes);
  const least = leastBurstBytes(kilobytesToBytes(average));
  if (bytes >= least) return undefined;
  const min = Math.ceil(bytesToKibibytes(least));
  const code = bytes < fullPacketBytes ? 'burst-below-mtu' : 'burst-below-rate';
  return warning(burst, code, { min, unit: 'KiB', average });
}

/**
 * Where a direction is policed libvirt takes a burst of as many KiB as the average has kB/s, which may be less than one
 * packet. Inbound is shaped on nearly every device, and a shaper lets packets through one by one.
 *
 * @see libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet
 */
function checkDefaultBurst(average: Asked, kilobytes: number, diagnostics: Diagnostic[]): void {
  if (average.entry.parameter !== 'outbound.average') return;
  if (kibibytesToBytes(kilobytes) >= fullPacketBytes) return;
  const min = Math.ceil(bytesToKibibytes(fullPacketBytes));
  diagnostics.push(warning(average, 'burst-below-mtu', { min, unit: 'kB/s' }));
}

function warning(
  { key, text }: Asked,
  code: Diagnostic['code'],
  args?: Readonly<Record<string, string | number>>,
): Diagnostic {
  const severity = 'warning';
  return args === undefined
    ? { code, severity, path: key, value: text }
    : { code, severity, path: key, value: text, args };
}
