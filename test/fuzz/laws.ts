import { QuotaError } from '../../src/errors.ts';
import { LibvirtError } from '../../src/libvirt/error.ts';
import { HostReadError } from '../../src/ports/host.ts';
import { oneLine } from '../../src/report/table.ts';
import { BrokenLaw, type Harness } from './harness.ts';

/** A law that an input breaks. */
export interface Breach {
  /** `closed-set`, `time`, `memory`, `control-character`, `long-message`, or what the harness calls it. */
  readonly law: string;
  readonly detail: string;
}

/** An input that was read. */
export interface Checked {
  readonly breach?: Breach;
  /** CPU time of the whole process, in ms. */
  readonly cpuMs: number;
}

/** A message quotes what is wrong, and perhaps some of it again. In UTF-16 units, besides its own words. */
const QUOTED = 3;
const OWN_WORDS = 4096;
/** What one input may cost: generous, since other work runs beside it. */
const BASE_MS = 400;
const MS_PER_CHARACTER = 0.005;
const MOST_MEMORY = 400 * 1024 ** 2;

/** What no text for a terminal has but its line ends. */
const control =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]|\p{Surrogate}/u;

/** Reads an input and looks at everything that must hold of it. */
export async function check(harness: Harness, input: string): Promise<Checked> {
  const memory = process.memoryUsage.rss();
  let { breach, cpuMs } = await readOnce(harness, input);
  const budget = BASE_MS + input.length * MS_PER_CHARACTER;
  // Once may be the machine, twice is the input.
  for (let again = 0; cpuMs > budget && again < 1; again += 1) {
    cpuMs = Math.min(cpuMs, (await readOnce(harness, input)).cpuMs);
  }
  if (cpuMs > budget) breach ??= { law: 'time', detail: `${Math.round(cpuMs)} ms of CPU time` };
  const grown = process.memoryUsage.rss() - memory;
  if (grown > MOST_MEMORY) breach ??= { law: 'memory', detail: `${Math.round(grown / 1024 ** 2)} MiB more` };
  return { cpuMs, ...(breach && { breach }) };
}

/** Reads it, and whatever is thrown is looked at. */
async function readOnce(harness: Harness, input: string): Promise<Checked> {
  const before = process.cpuUsage();
  let breach: Breach | undefined;
  try {
    const seen = harness.read(input);
    const { texts } = seen instanceof Promise ? await seen : seen;
    breach = textBreach(texts);
  } catch (error) {
    breach = breachOf(error, input);
  }
  const { user, system } = process.cpuUsage(before);
  return { cpuMs: (user + system) / 1000, ...(breach && { breach }) };
}

function textBreach(texts: readonly string[]): Breach | undefined {
  for (const text of texts) {
    const found = control.exec(text);
    if (found === null) continue;
    const around = text.slice(Math.max(0, found.index - 60), found.index + 20);
    return { law: 'control-character', detail: JSON.stringify(around) };
  }
  return undefined;
}

function breachOf(error: unknown, input: string): Breach | undefined {
  if (error instanceof BrokenLaw) return { law: error.message.split(':')[0] ?? '', detail: error.message };
  if (!isClosed(error)) {
    const { stack = String(error) } = error as Error;
    return { law: 'closed-set', detail: stack.split('\n').slice(0, 6).join('\n') };
  }
  if (error.message.length > OWN_WORDS + QUOTED * input.length)
    return {
      law: 'long-message',
      detail: `${error.message.length} characters: ${error.message.slice(0, 200)}`,
    };
  return textBreach([oneLine(error.message)]);
}

function isClosed(error: unknown): error is Error {
  if (error instanceof QuotaError) return error.code !== 'internal';
  return error instanceof HostReadError || error instanceof LibvirtError;
}
