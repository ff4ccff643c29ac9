import type { Diagnostic } from '../diagnostics.ts';
import { diskBytes } from '../ranges.ts';
import { hasIoLimit, type IoTuneParameter, ioTuneParameters } from './iotune.ts';
import { type DeviceRef, deviceName, type LimitName, type Limits } from './tuning.ts';

/**
 * Whether QEMU takes a device's limits together: libvirt takes them in a definition, and the start fails.
 *
 * @param limits all limits of the device, as after `mergeLimits`.
 * @param device what the findings are about; only disks have any.
 * @see QEMU util/throttle.c:throttle_is_valid
 */
export function checkLimits(device: DeviceRef, limits: Limits): readonly Diagnostic[] {
  return device.kind === 'disk' ? checkIoTune(limits, `${deviceName(device)}/`) : [];
}

/** The same for an `<iotune>` by itself; `prefix` goes before the parameter's name in each path. */
export function checkIoTune(limits: Limits, prefix = ''): readonly Diagnostic[] {
  if (Object.keys(limits).length === 0) return [];
  const rules = [totalWithReadWrite, maxNeedsBase, lengthNeedsMax, sizeNeedsIops, groupNeedsLimit];
  return rules.flatMap(rule => rule(limits)).map(found => ({ ...found, path: prefix + found.path }));
}

/** @see libvirt src/conf/domain_conf.c:virDomainDiskDefIotuneParse */
function totalWithReadWrite(limits: Limits): readonly Diagnostic[] {
  return (['bytes_sec', 'iops_sec', 'bytes_sec_max', 'iops_sec_max'] as const).flatMap(family => {
    const others = [`read_${family}`, `write_${family}`] as const;
    if (!limits[`total_${family}`]) return [];
    return others
      .filter(other => limits[other])
      .map(other => error('total-with-read-write', `total_${family}`, limits, { other }));
  });
}

/** What means nothing without another limit. */
interface Dependence {
  readonly parameter: IoTuneParameter;
  readonly needs: IoTuneParameter;
}

const burstRates = dependences('_max', '');
const burstLengths = dependences('_max_length', '_max');

function dependences(suffix: string, ofOther: string): readonly Dependence[] {
  return ioTuneParameters
    .filter(parameter => parameter.endsWith(`sec${suffix}`))
    .map(parameter => ({
      parameter,
      needs: (parameter.slice(0, -suffix.length) + ofOther) as IoTuneParameter,
    }));
}

function maxNeedsBase(limits: Limits): readonly Diagnostic[] {
  return burstRates.flatMap(({ parameter, needs }) => {
    const value = limits[parameter] ?? 0;
    const base = limits[needs] ?? 0;
    if (value === 0 || (base > 0 && value >= base)) return [];
    if (base === 0) return [error('needs-base', parameter, limits, { needs })];
    return [error('max-below-base', parameter, limits, { base: needs, min: base, max: diskBytes.max })];
  });
}

function lengthNeedsMax(limits: Limits): readonly Diagnostic[] {
  return burstLengths.flatMap(({ parameter, needs }) => {
    const length = limits[parameter] ?? 0;
    const rate = limits[needs] ?? 0;
    // QEMU's own length is 1, so that says nothing.
    if (length <= 1) return [];
    if (rate === 0) return [error('needs-base', parameter, limits, { needs })];
    const max = Math.floor(diskBytes.max / rate);
    return length > max ? [error('out-of-range', parameter, limits, { min: 1, max, unit: 's' })] : [];
  });
}

function sizeNeedsIops(limits: Limits): readonly Diagnostic[] {
  const iops = ['total_iops_sec', 'read_iops_sec', 'write_iops_sec'] as const;
  if (!limits.size_iops_sec || iops.some(parameter => limits[parameter])) return [];
  return [error('needs-base', 'size_iops_sec', limits, { needs: iops[0] })];
}

/** @see libvirt src/qemu/qemu_validate.c:qemuValidateDomainDeviceDefDiskBlkdeviotune */
function groupNeedsLimit(limits: Limits): readonly Diagnostic[] {
  if (limits.group_name === undefined || hasIoLimit(limits)) return [];
  return [error('needs-base', 'group_name', limits, { needs: 'a limit' })];
}

function error(
  code: Diagnostic['code'],
  parameter: LimitName,
  limits: Limits,
  args: Readonly<Record<string, string | number>>,
): Diagnostic {
  return { code, severity: 'error', path: parameter, value: String(limits[parameter]), args };
}
