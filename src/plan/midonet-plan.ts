import type { TcLine } from '../backend/htb-commands.ts';
import { ingressLine, type MidonetPolice, policeLine } from '../backend/midonet-police.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { TcFilter } from '../observed/tc-filter-list.ts';
import type { TcPolicer } from '../observed/tc-policer.ts';
import { bytesShownToTold } from '../units.ts';
import {
  expectMidonet,
  expectNoMidonet,
  type IngressAnswers,
  midonetPoliceOf,
} from '../verify/expect-midonet.ts';
import type { HostFacts } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { roundingOf } from '../verify/tc-values.ts';
import { type HostStep, type PlannedHost, planHost } from './host-plan.ts';
import { opsOf, type TcEdit, type TcOp } from './tc-op.ts';

/** A device's ingress as it was found. */
export interface FoundIngress extends IngressAnswers {
  readonly dev: string;
  /** All filters there, whatever they do. */
  readonly filters: readonly TcFilter[];
  readonly readings: readonly Reading[];
  readonly facts: Pick<HostFacts, 'iproute2'>;
  /** What a removal has to do beside: take the qdisc away that came with the filter. */
  readonly remembered: readonly TcLine[];
}

/** The plan to bring MidoNet's filter onto a device. */
export function planMidonet(
  police: MidonetPolice,
  found: FoundIngress,
  diagnostics: readonly Diagnostic[],
): PlannedHost<TcOp> {
  const { dev, readings, facts, remembered } = found;
  const demands = expectMidonet(dev, police, facts);
  const hasIngress = found.qdiscs.found.some(one => one.kind === 'ingress');
  const steps = (): readonly HostStep<TcOp>[] => {
    const edits = [
      ...(hasIngress ? [] : [{ line: ingressLine(dev, 'add'), undo: [ingressLine(dev, 'del')] }]),
      policeEdit(police, found),
    ];
    const { forward, undo } = opsOf(edits);
    const restore = hasIngress ? remembered : [ingressLine(dev, 'del')];
    return [
      {
        name: `policer of ${dev}`,
        forward: [{ op: 'remember', restore }, forward],
        undo: [undo, { op: 'remember', restore: remembered }],
      },
    ];
  };
  const all = [...diagnostics, ...inTheWay(police.pref, found)];
  return planHost({ kind: 'midonet', subject: dev, demands, readings, steps, diagnostics: all });
}

/** The plan to take MidoNet's filter away, and its qdisc where that came with it and nobody else uses it. */
export function planNoMidonet(pref: number, found: FoundIngress): PlannedHost<TcOp> {
  const { dev, readings, filters, remembered } = found;
  const before = midonetPoliceOf(found.policers.found, pref);
  const demands = expectNoMidonet(dev, pref);
  const isAlone = filters.every(one => one.pref === pref && one.handle === before?.handle);
  const after = isAlone ? remembered : [];
  const steps = (): readonly HostStep<TcOp>[] => {
    if (before === undefined) return [];
    const undo = [...(after.length > 0 ? [ingressLine(dev, 'add')] : []), foundLine('add', before, found)];
    return [
      {
        name: `policer of ${dev}`,
        forward: [
          { op: 'tc', lines: [policeLine(dev, 'del', numbersOf(before, found), before.handle), ...after] },
          { op: 'remember', restore: isAlone ? [] : remembered },
        ],
        undo: [
          { op: 'tc-undo', lines: undo },
          { op: 'remember', restore: remembered },
        ],
      },
    ];
  };
  return planHost({ kind: 'midonet', subject: dev, demands, readings, steps, diagnostics: [] });
}

/** One that is there is changed where it stands: at no moment is nothing policed. */
function policeEdit(police: MidonetPolice, found: FoundIngress): TcEdit {
  const { dev, policers } = found;
  const before = midonetPoliceOf(policers.found, police.pref);
  if (before === undefined) {
    const [add, del] = [policeLine(dev, 'add', police, '0x1'), policeLine(dev, 'del', police, '0x1')];
    return { line: add, undo: [del] };
  }
  const undo = [foundLine('change', before, found)];
  return { line: policeLine(dev, 'change', police, before.handle), undo };
}

function foundLine(verb: 'add' | 'change', before: TcPolicer, found: FoundIngress): TcLine {
  return policeLine(found.dev, verb, numbersOf(before, found), before.handle);
}

function numbersOf(before: TcPolicer, { facts }: FoundIngress): MidonetPolice {
  const { pref, rateBps = 0, burstBytes = 0, mtuBytes = 0 } = before;
  return { pref, rateBps, burstBytes: bytesShownToTold(rateBps, burstBytes, roundingOf(facts)), mtuBytes };
}

/** What makes it impossible, or would make something else of what is there. */
function inTheWay(pref: number, { dev, qdiscs, filters, policers }: FoundIngress): readonly Diagnostic[] {
  const ours = midonetPoliceOf(policers.found, pref);
  const other = filters.find(
    one => one.pref === pref && !(one.handle === ours?.handle && one.kind === 'basic'),
  );
  const clsact = qdiscs.found.find(one => one.kind === 'clsact');
  const refused = (value: string, fate: string): Diagnostic => ({
    ...{ code: 'foreign-qdisc', severity: 'error', path: dev, value, args: { fate } },
  });
  return [
    ...(clsact === undefined ? [] : [refused(`clsact ${clsact.handle}`, 'no ingress beside it')]),
    ...(other === undefined ? [] : [foreignFilter(dev, other)]),
    ...(ours === undefined || ours.action === 'drop' ? [] : [foreignFilter(dev, ours)]),
  ];
}

function foreignFilter(
  path: string,
  { pref, ...found }: { readonly pref: number; readonly kind?: string; readonly filter?: string },
): Diagnostic {
  const value = found.kind ?? found.filter ?? '';
  return { code: 'foreign-filter', severity: 'error', path, value, args: { pref } };
}
