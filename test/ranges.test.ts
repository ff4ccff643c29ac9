import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { bandwidthFields } from '../src/domain/bandwidth.ts';
import { blkioTuneFields, hostDeviceFields } from '../src/domain/blkiotune.ts';
import { cpuTuneFields } from '../src/domain/cputune.ts';
import { ioTuneFields } from '../src/domain/iotune.ts';
import { memTuneFields } from '../src/domain/memtune.ts';
import { ownKeys } from '../src/intent/own-keys.ts';
import { quotaKeys } from '../src/intent/quota-keys.ts';
import * as ranges from '../src/ranges.ts';

const src = join(import.meta.dirname, '../src');

describe('the ranges', () => {
  it('are written in one file: no other source has a number that is the end of one', () => {
    const ends = Object.values(ranges)
      .flatMap(range => [range.min, range.max])
      .filter(end => end > 4096 && end < Number.MAX_SAFE_INTEGER && (end > 1e9 || !isRound(end)));
    const wrong = readdirSync(src, { recursive: true, encoding: 'utf8' })
      .filter(name => name.endsWith('.ts') && name !== 'ranges.ts' && !name.startsWith('libvirt/'))
      .flatMap(name =>
        numbersIn(name)
          .filter(number => ends.includes(number))
          .map(number => `${name}: ${number}`),
      );
    expect(new Set(ends).size).toBe(7);
    expect(wrong).toEqual([]);
  });

  it('give an extra spec the unit that libvirt counts the parameter in', () => {
    const units = new Map<string, string>(
      [
        ...cpuTuneFields,
        ...memTuneFields,
        ...blkioTuneFields,
        ...hostDeviceFields,
        ...ioTuneFields,
        ...bandwidthFields,
      ].map(field => [field.parameter, field.unit]),
    );
    const own = ownKeys.filter(key => key.form !== 'name' && units.get(key.parameter) !== key.unit);
    expect(own).toEqual([]);
    const other = quotaKeys.filter(
      key => key.consumer === 'libvirt' && units.get(key.parameter) !== key.unit,
    );
    expect(other).toEqual([]);
  });
});

/** Small powers of ten are the ends of ranges and many other things. */
function isRound(number: number): boolean {
  return /^10*$/.test(String(number));
}

function numbersIn(name: string): readonly number[] {
  const code = readFileSync(join(src, name), 'utf8').replace(/\/\*[\s\S]*?\*\/|\/\/.*/g, '');
  return [...code.matchAll(/\b\d[\d_]*(?=n?\b)/g)].map(([text]) => Number(text.replaceAll('_', '')));
}
