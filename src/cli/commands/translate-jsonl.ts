import type { HostCapabilities } from '../../domain/capabilities.ts';
import { translateBulk } from '../../domain/translate-bulk.ts';
import { type BulkReading, readBulkRequest } from '../../intent/bulk-request.ts';
import { unreadable } from '../../intent/bulk-specs.ts';
import { renderBulkLine } from '../../report/bulk-line.ts';
import { exitCode } from '../exit-codes.ts';
import { describedHost, type HostOptions } from '../host-options.ts';
import { openInput } from '../inputs.ts';
import { type InputLine, linesOf } from '../line-stream.ts';
import { type Loudness, processTerminal } from '../terminal.ts';

const LINE_LIMIT = 1024 * 1024;

/** Options of `translate --jsonl`. */
export interface TranslateJsonlOptions extends HostOptions, Loudness {
  /** A file; true or `-`: standard input. */
  readonly jsonl: string | true;
}

/** What came of the lines. */
interface Count {
  lines: number;
  bad: number;
  firstBad?: number;
}

/**
 * `virt-quota translate --jsonl`: one line of JSON out for each one in, in order, blank ones left out. A line that cannot
 * be read becomes one that says so, and makes the exit code {@link exitCode}`.invalid` in the end.
 */
export async function translateJsonl(options: TranslateJsonlOptions): Promise<void> {
  const host = describedHost(options);
  const input = options.jsonl === true ? '-' : options.jsonl;
  const count: Count = { lines: 0, bad: 0 };
  const terminal = processTerminal(options);
  for await (const lines of linesOf(openInput(input), LINE_LIMIT)) {
    let output = '';
    for (const line of lines) output += translateLine(line, count, host);
    await terminal.outPaced(output);
  }
  if (count.bad === 0) return;
  process.exitCode = exitCode.invalid;
  const { bad, lines, firstBad } = count;
  const text = `${bad} of ${lines} lines could not be read, the first is line ${firstBad}`;
  terminal.say(`virt-quota: ${text}`, { always: true });
}

function translateLine(line: InputLine, count: Count, host: HostCapabilities): string {
  count.lines += 1;
  if (typeof line === 'string' && isBlank(line)) return '';
  const { id, request, diagnostics } = read(line, count.lines);
  if (request === undefined) {
    count.bad += 1;
    count.firstBad ??= count.lines;
  }
  const translation = request && translateBulk(request, host, diagnostics);
  return renderBulkLine(id, translation, diagnostics);
}

function read(line: InputLine, number: number): BulkReading {
  if (typeof line === 'string') return readBulkRequest(line, number);
  return { diagnostics: [unreadable(number, line.problem)] };
}

function isBlank(line: string): boolean {
  return line === '' || line.trim() === '';
}
