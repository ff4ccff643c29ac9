import type { Diagnostic } from '../diagnostics.ts';
import { parseLibvirtUnsigned, parsePythonInt } from '../integers.ts';
import { diskBytes, diskOperations } from '../ranges.ts';
import { isGroupName } from './group-name.ts';
import type { DiskQuotaParameter } from './quota-keys.ts';

/** A volume limit that libvirt has and Nova takes from Cinder; the lengths only when asked for. */
export type VolumeQosParameter =
  | DiskQuotaParameter
  | `${DiskQuotaParameter}_max${'' | '_length'}`
  | 'size_iops_sec';

/** A volume type's QoS as Cinder keeps it. */
export interface VolumeQos {
  readonly specs: Readonly<Record<string, string>>;
  /** Who enforces it: `front-end` is the hypervisor. Absent: `back-end`, as in Cinder. */
  readonly consumer?: 'front-end' | 'back-end' | 'both';
  /** Size of the volume in GiB, for the keys that are per GiB; absent: not known, which is an error where it counts. */
  readonly sizeGiB?: number;
}

/** The limits of one volume. */
export interface VolumeQuota {
  /** What Cinder hands to Nova; absent: nothing, because the consumer is the storage back end. */
  readonly connectionSpecs?: Readonly<Record<string, string>>;
  /** What libvirt understands of it. 0: no limit. */
  readonly limits: Readonly<Partial<Record<VolumeQosParameter, number>>> & { readonly group_name?: string };
  /** Which key asked for each limit: `qos_specs:read_iops_sec_per_gb`. */
  readonly because: Readonly<Partial<Record<VolumeQosParameter | 'group_name', string>>>;
  /** What Nova writes into `<iotune>`, verbatim, and the extras if they are wanted. */
  readonly emitted: Readonly<Partial<Record<VolumeQosParameter | 'group_name', string>>>;
}

const bases = (['iops_sec', 'bytes_sec'] as const).flatMap(what =>
  (['read', 'write', 'total'] as const).map((direction): DiskQuotaParameter => `${direction}_${what}`),
);
const passed: readonly VolumeQosParameter[] = [
  ...bases,
  ...bases.map(base => `${base}_max` as const),
  'size_iops_sec',
];
/** What libvirt can do and Nova drops. */
const extras: readonly VolumeQosParameter[] = bases.map(base => `${base}_max_length` as const);
const largest = BigInt(diskBytes.max);

/**
 * Reads a volume's QoS as Cinder prepares it (per-GiB scaling) and Nova writes it (13 keys, copied as they are).
 * Whether the limits go together is checked by `domain/check-limits.ts:checkIoTune`.
 *
 * @param options.extras also takes the burst lengths and the group, which Nova drops.
 * @see cinder cinder/volume/manager.py:_parse_connection_options
 * @see nova nova/virt/libvirt/volume/volume.py:LibvirtBaseVolumeDriver.get_config
 */
export function volumeQuota(
  qos: VolumeQos,
  options: { readonly extras?: boolean } = {},
): {
  readonly quota: VolumeQuota;
  readonly diagnostics: readonly Diagnostic[];
} {
  const nothing = { limits: {}, because: {}, emitted: {} };
  if (qos.consumer === undefined || qos.consumer === 'back-end') {
    const found = Object.keys(qos.specs).map(
      (key): Diagnostic => about('back-end-only', 'info', key, qos.specs[key]),
    );
    return { quota: nothing, diagnostics: found };
  }
  const specs = new Map(Object.entries(qos.specs));
  const scaled = new Set(bases.filter(base => specs.has(`${base}_per_gb`)));
  const diagnostics = bases.flatMap(base => scalePerGib(base, specs, qos.sizeGiB));
  if (diagnostics.length > 0) return { quota: nothing, diagnostics };
  const taken = options.extras === true ? [...passed, ...extras] : passed;
  const numbers = taken.filter(key => specs.has(key)).map(key => readNumber(key, specs.get(key) ?? ''));
  const valid = numbers.filter(one => one.value !== undefined);
  const group = options.extras === true ? readGroup(specs.get('group_name')) : noGroup;
  const keyOf = (key: string) => `qos_specs:${scaled.has(key as DiskQuotaParameter) ? `${key}_per_gb` : key}`;
  return {
    quota: {
      connectionSpecs: Object.fromEntries(specs),
      limits: { ...Object.fromEntries(valid.map(({ key, value }) => [key, value])), ...group.values },
      because: Object.fromEntries(
        [...valid.map(one => one.key), ...Object.keys(group.values)].map(key => [key, keyOf(key)]),
      ),
      emitted: { ...Object.fromEntries(numbers.map(({ key, text }) => [key, text])), ...group.values },
    },
    diagnostics: [
      ...numbers.flatMap(one => one.diagnostics),
      ...group.diagnostics,
      ...ignoredKeys(specs, options.extras === true),
    ],
  };
}

/**
 * Works out a limit per GiB. Its `_max` is a ceiling then, and gone; without a value per GiB it stays a burst rate.
 * A minimum without a value per GiB does nothing.
 */
function scalePerGib(
  base: DiskQuotaParameter,
  specs: Map<string, string>,
  sizeGiB: number | undefined,
): readonly Diagnostic[] {
  if (!specs.has(`${base}_per_gb`)) return [];
  if (sizeGiB === undefined)
    return [about('needs-size', 'error', `${base}_per_gb`, specs.get(`${base}_per_gb`))];
  const keys = [`${base}_per_gb`, `${base}_per_gb_min`, `${base}_max`] as const;
  const [perGib, least, ceiling] = keys.map(key => parsePythonInt(specs.get(key) ?? ''));
  const bad = keys.filter(key => specs.has(key) && parsePythonInt(specs.get(key) ?? '') === undefined);
  if (bad.length > 0) return bad.map(key => about('not-a-number', 'error', key, specs.get(key)));
  const scaled = (perGib ?? 0n) * BigInt(sizeGiB);
  const value = scaled > (least ?? 0n) ? scaled : (least ?? 0n);
  for (const key of keys) specs.delete(key);
  specs.set(base, String(ceiling !== undefined && ceiling < value ? ceiling : value));
  return [];
}

function readNumber(key: VolumeQosParameter, text: string) {
  const value = text === '' ? 0n : parseLibvirtUnsigned(text);
  const integer = /^[\t\n\r ]*[+-]?[0-9]+$/.test(text);
  if (value !== undefined && value <= largest) {
    const found = value === 0n ? [about('no-limit', 'info', key, text)] : [];
    return { key, text, value: Number(value), diagnostics: found };
  }
  const args = { ...(key.includes('bytes') ? diskBytes : diskOperations), min: 0 };
  const found = integer
    ? { ...about('out-of-range', 'error', key, text), args }
    : about('not-a-number', 'error', key, text);
  return { key, text, value: undefined, diagnostics: [found] };
}

interface ReadGroup {
  readonly values: { readonly group_name?: string };
  readonly diagnostics: readonly Diagnostic[];
}

const noGroup: ReadGroup = { values: {}, diagnostics: [] };

function readGroup(name: string | undefined): ReadGroup {
  if (name === undefined) return noGroup;
  if (isGroupName(name)) return { values: { group_name: name }, diagnostics: [] };
  return { values: {}, diagnostics: [about('not-a-name', 'error', 'group_name', name)] };
}

/** Nova drops what it does not know; some of it libvirt could do. */
function ignoredKeys(specs: ReadonlyMap<string, string>, withExtras: boolean): readonly Diagnostic[] {
  const known: ReadonlySet<string> = new Set(passed);
  const libvirts: ReadonlySet<string> = new Set([...extras, 'group_name']);
  return [...specs].flatMap(([key, text]) => {
    if (known.has(key) || (withExtras && libvirts.has(key))) return [];
    return [about(libvirts.has(key) ? 'dropped-by-nova' : 'unknown-key', 'warning', key, text)];
  });
}

function about(
  code: Diagnostic['code'],
  severity: Diagnostic['severity'],
  path: string,
  value: string | undefined,
): Diagnostic {
  return { code, severity, path, ...(value !== undefined && { value }) };
}
