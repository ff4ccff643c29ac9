import { describe, expect, it } from 'vitest';
import {
  bitsToBytes,
  bytesToOvsTicks,
  bytesToTcTicks,
  cpuWeightToShares,
  fitsTcTicks,
  isRefusedByTc,
  kibibytesToBits,
  kibibytesToBytes,
  kibibytesToPolicingBurst,
  kilobytesToBits,
  kilobytesToBytes,
  kilobytesToKbit,
  kilobytesToPolicingRate,
  maxTcBurstBytes,
  policingBurstToBytes,
  policingRateToBytes,
  rateInTcText,
  sizeInTcText,
  tcDefaultBurstBytes,
  tcTicksToBytes,
} from '../src/units.ts';

describe('units', () => {
  it.each([
    ['kB/s are 1000 bytes', kilobytesToBytes(32768), 32_768_000],
    ['KiB are 1024 bytes', kibibytesToBytes(131072), 134_217_728],
    ['kB/s are 8 Kbit/s', kilobytesToKbit(32768), 262_144],
    ['kB/s are 8000 bit/s in a QoS row', kilobytesToBits(65536), 524_288_000],
    ['KiB are 8192 bits in a QoS row', kibibytesToBits(131072), 1_073_741_824],
    ['kB/s are 8 kbit/s of policing', kilobytesToPolicingRate(32768), 262_144],
    ['KiB are 8 kbit of policing', kibibytesToPolicingBurst(131072), 1_048_576],
    ['a policing rate counts 1000 bits', policingRateToBytes(3000), 375_000],
    ['a policing burst counts 1024 bits', policingBurstToBytes(2400), 307_200],
    ['a policing burst of 0 is 8000 kbit', policingBurstToBytes(0), 1_024_000],
    ['a weight of 77 is 788 shares', cpuWeightToShares(77), 788],
    ['a weight of 1 is 10 shares', cpuWeightToShares(1), 10],
    ['bits are cut to whole bytes', bitsToBytes(15), 1],
    ['no burst is one large packet', tcDefaultBurstBytes(1_111_000), 1600],
    ['and more above 1 GB/s', tcDefaultBurstBytes(4_294_967_295_000), 5894],
  ])('%s', (_what, converted, written) => {
    expect(converted).toBe(written);
  });

  it.each([
    ['1024 KiB at 1 MB/s', 1_000_000, 1_048_576, 'truncating', 0xfa0000, 1_048_576],
    ['1600 B at 2 MB/s', 2_000_000, 1600, 'truncating', 0x30d4, 1600],
    ['1600 B at 1111 kB/s', 1_111_000, 1600, 'truncating', 0x57e4, 1599],
    ['1600 B at 1500 kB/s', 1_500_000, 1600, 'truncating', 0x4110, 1597],
    ['1600 B at 250 MB/s', 250_000_000, 1600, 'truncating', 0x5d, 1250],
    ['1600 B at 600 MB/s', 600_000_000, 1600, 'truncating', 0x1f, 600],
    ['1600 B at 65536 kB/s before 6.15', 65_536_000, 1600, 'truncating', 375, 1572],
    ['1600 B at 65536 kB/s since 6.15', 65_536_000, 1600, 'exact', 382, 1602],
    ['what is longer than the clock wraps before 6.15', 1000, 300_000, 'truncating', 392_532_704, 25_122],
    ['what is longer than microseconds wraps twice', 7000, 134_217_728, 'truncating', 1_092_915_771, 489_626],
    ['what is longer than the clock is cut since 6.15', 1000, 300_000, 'exact', 4_294_967_295, 274_877],
  ] as const)('tc: %s', (_what, rateBps, bytes, rounding, ticks, shown) => {
    expect(bytesToTcTicks(rateBps, bytes, rounding)).toBe(ticks);
    expect(tcTicksToBytes(rateBps, ticks, rounding)).toBe(shown);
  });

  it('a burst of more than 274 s does not fit', () => {
    expect(fitsTcTicks(1000, 274_877)).toBe(true);
    expect(fitsTcTicks(1000, 274_878)).toBe(false);
  });

  // `tc class add … htb rate R burst B` and `police rate R burst B` of iproute2 7.2, on Linux 7.2.
  it.each([
    [1000, 274_877, false],
    [1000, 274_878, true],
    [15_625_000, 4_294_967_294, false],
    [15_625_000, 4_294_967_295, true],
    [20_000_000, 5_120_000_000, false],
  ])('newer tc at %d B/s, a burst of %d bytes: refused is %s', (rateBps, bytes, isRefused) => {
    expect(isRefusedByTc(rateBps, bytes)).toBe(isRefused);
    expect(bytes <= maxTcBurstBytes(rateBps)).toBe(!isRefused);
  });

  it('Open vSwitch rounds ticks down', () => {
    expect(bytesToOvsTicks(32_768_000, 134_217_728)).toBe(64_000_000);
    expect(bytesToOvsTicks(1_000_000, 1564)).toBe(24_437);
    expect(bytesToOvsTicks(0, 1564)).toBe(0);
  });

  it.each([
    [32_768_000, 32_768_000],
    [125_001_000, 125_000_000],
    [125_001, 125_000],
    [1_234_567_000, 1_234_500_000],
    [4_294_967_295_000, 4_294_875_000_000],
    [1, 1],
  ])('tc prints %d B/s so that %d B/s are read', (rateBps, shown) => {
    expect(rateInTcText(rateBps)).toBe(shown);
  });

  it.each([
    [134_217_728, 134_217_728],
    [1_048_383, 1_048_383],
    [1_048_570, 1_048_576],
    [12_800_000, 12_800_000],
    [4_294_966_272, 4_294_963_200],
    [1599, 1599],
  ])('tc prints %d bytes so that %d are read', (bytes, shown) => {
    expect(sizeInTcText(bytes)).toBe(shown);
  });
});
