import { portCookie } from '../backend/ovs-port-flows.ts';
import { isKnownLine, type TcKind } from './known-lines.ts';
import { orphanKind, orphanSubject } from './orphan-plan.ts';
import { portKind } from './plan-port.ts';

const DEVICE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;

type Fields = Readonly<Record<string, unknown>>;
type IsKnown = (op: Fields, subject: string) => boolean;

/** What each kind of plan does to its subject. */
const known: Readonly<Record<string, IsKnown>> = {
  profile: (op, dev) => isTcOp(op, 'profile', dev),
  midonet: (op, dev) => isTcOp(op, 'midonet', dev),
  [portKind]: isPortOp,
  [orphanKind]: (op, subject) =>
    subject === orphanSubject &&
    ((op.kind === 'destroy' && areTexts(op.uuids)) || (op.kind === 'restore' && Array.isArray(op.rows))),
};

/**
 * What a plan that was kept does that no plan of its kind does, or does to something else than its subject. undefined:
 * nothing. A file holds what is to be done as data, and what of it is carried out is decided here.
 *
 * @returns to be said after the file's name
 */
export function unknownIn(plan: {
  readonly kind: string;
  readonly subject: string;
  readonly steps: readonly { readonly forward: readonly unknown[]; readonly undo: readonly unknown[] }[];
}): string | undefined {
  const { kind, subject, steps } = plan;
  const isKnown = Object.hasOwn(known, kind) ? known[kind] : undefined;
  // Nobody carries out what is of another kind.
  if (isKnown === undefined) return undefined;
  if (!DEVICE.test(subject)) return `is about '${subject}', which is no device`;
  const ops = steps.flatMap(step => [...step.forward, ...step.undo]);
  const bad = ops.find(op => !isFields(op) || !isKnown(op, subject));
  if (bad === undefined) return undefined;
  return `has a step that virt-quota never makes for '${subject}': ${JSON.stringify(bad).slice(0, 200)}`;
}

function isTcOp(op: Fields, kind: TcKind, dev: string): boolean {
  const lines =
    op.op === 'remember' ? op.restore : op.op === 'tc' || op.op === 'tc-undo' ? op.lines : undefined;
  return Array.isArray(lines) && lines.every(one => isKnownLine(one, kind, dev));
}

function isPortOp(op: Fields, dev: string): boolean {
  if (op.kind === 'rows') return isFields(op.rows) && op.rows.dev === dev;
  if (typeof op.bridge !== 'string' || !DEVICE.test(op.bridge)) return false;
  if (op.kind === 'flows') return op.cookie === portCookie(dev) && areTexts(op.set);
  if (op.kind === 'meters') return Array.isArray(op.set) && op.set.every(isMeter);
  return op.kind === 'no-meters' && Array.isArray(op.ids) && op.ids.every(isCount);
}

function isMeter(value: unknown): boolean {
  if (!isFields(value)) return false;
  const { id, unit, rate, burst } = value;
  return [id, rate, burst].every(isCount) && (unit === 'pktps' || unit === 'kbps');
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}

function areTexts(value: unknown): boolean {
  return Array.isArray(value) && value.every(one => typeof one === 'string');
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
