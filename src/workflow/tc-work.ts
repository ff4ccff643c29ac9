import type { TcLine } from '../backend/htb-commands.ts';
import { QuotaError } from '../errors.ts';
import type { TcOp } from '../plan/tc-op.ts';
import type { Knob } from '../verify/expectation.ts';
import type { Reading } from '../verify/reading.ts';
import type { HostWork } from './host-change.ts';
import { remember } from './remembered.ts';
import { runWrite } from './run-write.ts';
import type { HostSurroundings } from './surroundings.ts';

/** How a device's tc state is written; each kind reads it in its own way. */
export function tcWork(
  surroundings: HostSurroundings,
  what: { readonly kind: string; readonly subject: string },
  observe: (knobs: readonly Knob[]) => Promise<readonly Reading[]>,
): HostWork<TcOp> {
  const { kind, subject } = what;
  return {
    kind,
    subject,
    observe,
    perform: async op => {
      switch (op.op) {
        case 'tc':
          return runWrite(surroundings.hostWriter, subject, batch(op.lines));
        case 'tc-undo':
          return undoing(surroundings, subject, op.lines);
        case 'remember':
          return remember(surroundings, what, op.restore);
      }
    },
  };
}

/** Where some lines have nothing to undo, tc says that it failed. What counts is what is read afterwards. */
async function undoing(
  { hostWriter, logger }: HostSurroundings,
  subject: string,
  lines: readonly TcLine[],
): Promise<void> {
  try {
    await runWrite(hostWriter, subject, batch(lines, ['-force']));
  } catch (error) {
    if (!(error instanceof QuotaError)) throw error;
    logger?.debug(`${subject}: not all there was to undo: ${error.message}`);
  }
}

function batch(lines: readonly TcLine[], options: readonly string[] = []) {
  return {
    argv: ['tc', ...options, '-batch', '-'],
    input: lines.map(words => `${words.join(' ')}\n`).join(''),
  };
}

/** A device that has to be looked at before it is written to. */
export function notSeen(subject: string, why: string): QuotaError {
  return new QuotaError('refused', subject, `${subject} cannot be looked at: ${why}`);
}
