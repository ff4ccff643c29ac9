import fc from 'fast-check';
import type { NicKind } from './domain-xml.ts';

/** A flavor, the devices of the domain it is for, and the QoS of a volume that is attached to it. */
export interface RandomCase {
  readonly extraSpecs: Readonly<Record<string, string>>;
  /** Cinder's front-end QoS of the domain's volume; absent: it has no volume. */
  readonly volume?: { readonly specs: Readonly<Record<string, string>>; readonly sizeGiB: number };
  readonly images: number;
  /** The first one is on a Linux bridge, which is the most particular about numbers. */
  readonly nics: readonly NicKind[];
}

/** Cases that follow from a seed: about half of them nothing refuses, the others lie around the limits of a range. */
export function randomCases(seed: number, count: number): readonly RandomCase[] {
  return fc.sample(cases, { seed, numRuns: count });
}

/** Mostly what stands first. */
const mostly = <T>(usual: fc.Arbitrary<T>, odd: fc.Arbitrary<T>, usualWeight = 12) =>
  fc.oneof({ arbitrary: usual, weight: usualWeight }, { arbitrary: odd, weight: 1 });

const numbers = (...values: readonly (number | string)[]) => fc.constantFrom(...values.map(String));
const between = (min: number, max: number) => fc.integer({ min, max }).map(String);

/** Another way to write a number that Python takes; Nova itself fails on others where it reads the number. */
const pythonic = (value: fc.Arbitrary<string>) =>
  fc
    .tuple(value, fc.constantFrom('0', '+', ' ', '000'), fc.constantFrom('', ' '))
    .map(([text, before, behind]) => before + text.replace(/^[-+]/, '') + behind);

/** Another way to write a number, which libvirt takes or refuses. */
const spelled = (value: fc.Arbitrary<string>) =>
  fc
    .tuple(
      value,
      fc.constantFrom<(text: string) => string>(
        text => `0${text}`,
        text => `+${text}`,
        text => ` ${text}`,
        text => `${text} `,
        text => `-${text}`,
        text => `${text}_0`,
        text => `${text}.0`,
        text => `0x${text}`,
        text => `${text}k`,
        () => '',
        () => '٣٠٠٠',
      ),
    )
    .map(([text, spell]) => spell(text));

const cpuLimit = (usual: fc.Arbitrary<string>, boundaries: fc.Arbitrary<string>) =>
  mostly(mostly(usual, boundaries, 4), pythonic(usual));
const limit = (usual: fc.Arbitrary<string>, boundaries: fc.Arbitrary<string>) =>
  mostly(mostly(usual, boundaries, 4), spelled(usual));

const shares = cpuLimit(
  fc.oneof(between(2, 10_000), numbers(2, 1024, 9999, 10_000)),
  numbers(0, 1, 10_001, 262_143, 262_144, 262_145, 4_294_967_296),
);
const period = cpuLimit(
  fc.oneof(between(1000, 1_000_000), numbers(1000, 1_000_000)),
  numbers(0, 1, 999, 1_000_001, -1000),
);
const quota = cpuLimit(
  fc.oneof(between(1000, 10_000_000), numbers(-1, 0, 1000)),
  numbers(1, 999, '17592186044415', '17592186044416', '-9223372036854775808', '9223372036854775807'),
);
const throttle = limit(
  fc.oneof(between(512, 1_000_000_000), numbers(512, '999999999999999')),
  numbers(0, '1000000000000000', '1000000000000001', -1, '18446744073709551615'),
);
/**
 * The largest inbound average that every libvirt can start; this program takes no larger one on any host, though
 * libvirt 11.3 does.
 */
const largestRate = '50331647999';
const rate = limit(
  fc.oneof(between(1, 10_000_000), numbers(1, 32_768, 125_001)),
  numbers(0, -1, 4_294_967_295, 4_294_967_296, largestRate),
);
const burst = limit(fc.oneof(between(1, 4_194_303), numbers(1, 131_072)), numbers(0, 4_194_303, 4_194_304));

const cpu = fc.record(
  { 'quota:cpu_shares': shares, 'quota:cpu_period': period, 'quota:cpu_quota': quota },
  { requiredKeys: [] },
);

/** One family of disk limits: all in all, or by direction; both together libvirt refuses. */
const diskFamily = (what: 'bytes' | 'iops') =>
  mostly(
    fc.oneof(
      fc.record({ [`quota:disk_total_${what}_sec`]: throttle }),
      fc.record(
        { [`quota:disk_read_${what}_sec`]: throttle, [`quota:disk_write_${what}_sec`]: throttle },
        { requiredKeys: [] },
      ),
    ),
    fc.record({ [`quota:disk_total_${what}_sec`]: throttle, [`quota:disk_read_${what}_sec`]: throttle }),
    8,
  );

const direction = (name: 'inbound' | 'outbound') =>
  fc.record(
    {
      [`quota:vif_${name}_average`]: rate,
      [`quota:vif_${name}_peak`]: rate,
      [`quota:vif_${name}_burst`]: burst,
    },
    { requiredKeys: [] },
  );

/** Each part in about half of the flavors. */
const part = (one: fc.Arbitrary<object>) => fc.oneof(fc.constant({}), one);

const extraSpecs = fc
  .tuple(
    part(cpu),
    part(diskFamily('bytes')),
    part(diskFamily('iops')),
    part(direction('inbound')),
    part(direction('outbound')),
  )
  .map(parts => Object.assign({}, ...parts) as Readonly<Record<string, string>>);

/** A base of a volume with what Cinder can hang on it. */
const volumeBase = (base: string) =>
  fc.oneof(
    fc.record({ [base]: between(100, 100_000) }),
    fc.record({
      [base]: numbers(100, 1000),
      [`${base}_max`]: mostly(numbers(1000, 2000), numbers(0, 99, 999), 2),
    }),
    fc.record(
      {
        [`${base}_per_gb`]: numbers(0, 1, 30),
        [`${base}_per_gb_min`]: numbers(0, 100),
        [`${base}_max`]: numbers(200, 50),
      },
      { requiredKeys: [`${base}_per_gb`] },
    ),
    fc.record({ [`${base}_max`]: numbers(1, 100) }),
  );

const volume = fc.record({
  sizeGiB: fc.constantFrom(1, 10, 1000),
  specs: fc
    .tuple(
      fc
        .constantFrom('total_iops_sec', 'read_iops_sec', 'write_bytes_sec', 'total_bytes_sec')
        .chain(volumeBase),
      fc.record({ size_iops_sec: numbers(0, 4096) }, { requiredKeys: [] }),
    )
    .map(parts => Object.assign({}, ...parts) as Readonly<Record<string, string>>),
});

const cases: fc.Arbitrary<RandomCase> = fc
  .record({
    extraSpecs,
    volume: fc.option(volume, { nil: undefined, freq: 2 }),
    images: fc.integer({ min: 1, max: 2 }),
    more: fc.subarray<NicKind>(['ovs', 'network', 'macvtap'], { maxLength: 1 }),
  })
  .map(({ volume: qos, more, ...one }) => ({
    ...one,
    ...(qos && { volume: qos }),
    nics: ['bridge', ...more],
  }));
