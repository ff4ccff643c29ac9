import type { Diagnostic } from '../diagnostics.ts';
import { parseLibvirtUnsigned, parsePythonInt } from '../integers.ts';
import type { Asked } from './asked-limits.ts';

/** A limit's number, and what is to be said about it. */
export interface ReadNumber {
  /** Absent when nothing in libvirt, QEMU or tc takes it. 0: no limit. Negative (cpu quota): no limit. */
  readonly value?: number;
  readonly diagnostics: readonly Diagnostic[];
}

const integer = /^\s*[+-]?[0-9]+$/;

/** Reads a limit as its reader does, and checks it against the range that holds on every host. */
export function readQuotaNumber(asked: Asked): ReadNumber {
  const { entry, text } = asked;
  if (text === '' && entry.element === 'iotune')
    return { value: 0, diagnostics: [about(asked, 'no-limit', 'warning')] };
  const value = entry.copied === 'as-int' ? parsePythonInt(text) : parseLibvirtUnsigned(text);
  if (value === undefined) {
    return integer.test(text) ? outOfRange(asked) : { diagnostics: [about(asked, 'not-a-number', 'error')] };
  }
  if (meansNoLimit(asked, value)) {
    return { value: exactOr(value, -1), diagnostics: [about(asked, 'no-limit', 'info')] };
  }
  return value < BigInt(entry.min) || value > BigInt(entry.max)
    ? outOfRange(asked)
    : { value: Number(value), diagnostics: [] };
}

/** libvirt takes any negative quota of 64 bits for "no limit", and 0 for "not set" where it is not a weight. */
function meansNoLimit({ entry }: Asked, value: bigint): boolean {
  if (entry.parameter === 'cpu_shares') return false;
  if (entry.parameter === 'vcpu_quota' && value < 0n) return value >= -(2n ** 63n);
  return value === 0n;
}

/** Which negative number says "no limit" does not matter when it is too large to be exact. */
function exactOr(value: bigint, fallback: number): number {
  return value < BigInt(Number.MIN_SAFE_INTEGER) ? fallback : Number(value);
}

function outOfRange(asked: Asked): ReadNumber {
  const { min, max, unit, parameter } = asked.entry;
  const code = parameter.endsWith('.burst') ? 'burst-too-large' : 'out-of-range';
  return { diagnostics: [{ ...about(asked, code, 'error'), args: { min, max, unit } }] };
}

function about({ key, text }: Asked, code: Diagnostic['code'], severity: Diagnostic['severity']): Diagnostic {
  return { code, severity, path: key, value: text };
}
