import type { TcLine } from '../backend/htb-commands.ts';

/** One operation on a device's tc state. Data: it is kept in the journal. */
export type TcOp =
  /** Lines of one batch, which ends with the first that fails. */
  | { readonly op: 'tc'; readonly lines: readonly TcLine[] }
  /** Lines of which some may have nothing to undo: each is tried, and what was come to is read afterwards. */
  | { readonly op: 'tc-undo'; readonly lines: readonly TcLine[] }
  /** Keeps what a later removal has to do beside taking ours away; nothing: forgets it. */
  | { readonly op: 'remember'; readonly restore: readonly TcLine[] };

/** A line with those that undo it, in the order in which they are carried out. */
export interface TcEdit {
  readonly line: TcLine;
  readonly undo: readonly TcLine[];
}

/** Edits as one batch and the one that undoes it, however far it came. */
export function opsOf(edits: readonly TcEdit[]): { readonly forward: TcOp; readonly undo: TcOp } {
  return {
    forward: { op: 'tc', lines: edits.map(edit => edit.line) },
    undo: { op: 'tc-undo', lines: [...edits].reverse().flatMap(edit => edit.undo) },
  };
}
