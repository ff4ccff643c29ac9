import type { Diagnostic } from '../diagnostics.ts';
import { parseLibvirtUnsigned, parsePythonInt, shortInteger } from '../integers.ts';
import type { Asked, AskedLimits } from './asked-limits.ts';

const integer = /^[\t\n\r ]*[+-]?[0-9]+$/;

/**
 * Reads a limit as its reader does, and checks it against the range that holds on every host.
 *
 * @returns 0: no limit. Negative (cpu quota): no limit. undefined: nothing in libvirt, QEMU or tc takes it.
 */
export function readQuotaNumber(
  asked: Asked,
  limits: AskedLimits,
  diagnostics: Diagnostic[],
): number | undefined {
  const { entry, text } = asked;
  const short = shortInteger(text);
  if (short !== undefined && short >= entry.min && short <= entry.max) return short;
  const { value, finding } = readRemarkable(asked, limits);
  if (finding !== undefined) diagnostics.push(finding);
  return value;
}

/** A number, and what is remarkable about it. */
interface Reading {
  readonly value?: number;
  readonly finding?: Diagnostic;
}

/** Any text at all: what says "no limit", is out of range, or is written in an unusual way. */
function readRemarkable(asked: Asked, limits: AskedLimits): Reading {
  const { entry, text } = asked;
  if (text === '' && entry.element === 'iotune')
    return { value: 0, finding: about(asked, 'no-limit', 'warning') };
  const value = entry.copied === 'as-int' ? parsePythonInt(text) : parseLibvirtUnsigned(text);
  if (value === undefined) {
    return { finding: integer.test(text) ? outOfRange(asked) : about(asked, 'not-a-number', 'error') };
  }
  if (meansNoLimit(asked, value)) {
    return { value: exactOr(value, -1), finding: about(asked, 'no-limit', 'info') };
  }
  if (value >= BigInt(entry.min) && value <= BigInt(entry.max)) return { value: Number(value) };
  return isIdle(asked, limits) ? { value: 0 } : { finding: outOfRange(asked) };
}

/** libvirt reads peak and burst besides an average of 0, and forgets them: no number is too large for that. */
function isIdle({ entry: { needs, parameter } }: Asked, { by }: AskedLimits): boolean {
  const average = needs === undefined || needs === parameter ? undefined : by[needs];
  return average !== undefined && parseLibvirtUnsigned(average.text) === 0n;
}

/** libvirt reads negative quotas in 64 bits. */
function meansNoLimit({ entry }: Asked, value: bigint): boolean {
  if (value === 0n) return entry.lifted !== undefined;
  return entry.lifted === 'zero-or-negative' && value < 0n && value >= -(2n ** 63n);
}

/** Which negative number says "no limit" does not matter when it is too large to be exact. */
function exactOr(value: bigint, fallback: number): number {
  return value < BigInt(Number.MIN_SAFE_INTEGER) ? fallback : Number(value);
}

function outOfRange(asked: Asked): Diagnostic {
  const { min, max, unit, where, parameter } = asked.entry;
  const code = parameter.endsWith('.burst') ? 'burst-too-large' : 'out-of-range';
  return { ...about(asked, code, 'error'), args: { min, max, unit, ...(where && { where }) } };
}

function about({ key, text }: Asked, code: Diagnostic['code'], severity: Diagnostic['severity']): Diagnostic {
  return { code, severity, path: key, value: text };
}
