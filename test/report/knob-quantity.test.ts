import { describe, expect, it } from 'vitest';
import { knobLine } from '../../src/report/knob-quantity.ts';
import { readableQuantity } from '../../src/report/quantity.ts';

describe('a quantity', () => {
  it.each([
    [32_768_000, 'bytes/s', '32768000 bytes/s (32.768 MB/s)'],
    [134_217_728, 'bytes', '134217728 bytes (128 MiB)'],
    [131_072, 'KiB', '131072 KiB (128 MiB)'],
    [262_144_000, 'bit/s', '262144000 bit/s (262.144 Mbit/s)'],
    [1_000_000_000, 'kB/s', '1000000000 kB/s (1 TB/s)'],
    [50_000, 'µs', '50000 µs'],
    [512, '', '512'],
    ['max', 'bytes', 'max'],
    [0, 'bytes/s', '0 bytes/s'],
    [-1, 'bytes/s', '-1 bytes/s'],
    [1, 'kB/s', '1 kB/s'],
  ])('%s %s is %s', (value, unit, text) => {
    expect(readableQuantity(value, unit)).toBe(text);
  });

  it.each([
    [1_234_567, 'bytes/s', '1234567 bytes/s'],
    [1_000_001, 'bytes', '1000001 bytes'],
  ])('%s %s is not rounded into a larger unit', (value, unit, text) => {
    expect(readableQuantity(value, unit)).toBe(text);
  });
});

describe('what a knob holds', () => {
  it.each([
    [
      { knob: 'police', parameters: ['outbound.average'] },
      { rateBps: 375_000, burstBytes: 307_200 },
      'rate 375000 bytes/s (375 kB/s), burst 307200 bytes (300 KiB)',
    ],
    [
      { knob: 'cpu.max', parameters: ['vcpu_quota'] },
      { quota: 'max', period: 100_000 },
      'quota max, period 100000 µs',
    ],
    [
      { knob: 'ingress_policing_rate', parameters: ['outbound.average'] },
      { value: 3000 },
      '3000 kbit/s (3 Mbit/s)',
    ],
    [
      { knob: 'queue 0 other_config:burst', parameters: ['inbound.burst'] },
      { value: 8192 },
      '8192 bit (8.192 kbit)',
    ],
    [{ knob: 'outbound.average', parameters: ['outbound.average'] }, { value: 500 }, '500 kB/s'],
    [{ knob: 'iops_size', parameters: ['size_iops_sec'] }, { value: 4096 }, '4096 bytes (4 KiB)'],
    [
      { knob: 'police', parameters: ['outbound.average'] },
      { 'outbound.average': 48_200 },
      'outbound.average 48200 kB/s (48.2 MB/s)',
    ],
    [{ knob: 'cpu.weight', parameters: ['cpu_shares'] }, { weight: 512 }, 'weight 512'],
  ] as const)('%j with %j reads %s', (knob, values, text) => {
    expect(knobLine(knob, values)).toBe(text);
  });

  it('is absent when the knob is not there', () => {
    expect(knobLine({ knob: 'police', parameters: [] }, undefined)).toBe('absent');
  });
});
