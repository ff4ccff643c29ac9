import type { MidonetPolice } from '../backend/midonet-police.ts';
import { policePath } from '../observed/tc-path/police-path.ts';
import type { TcRule } from '../observed/tc-path/rule.ts';
import type { TcPolicer } from '../observed/tc-policer.ts';
import type { TcQdisc } from '../observed/tc-qdisc.ts';
import { sizeInTcText } from '../units.ts';
import type { Demand, Knob, KnobValues } from './expectation.ts';
import type { HostFacts } from './host-facts.ts';
import type { Reading } from './reading.ts';
import { brokenBy } from './tap-path.ts';
import { tcValues } from './tc-values.ts';

/** The qdisc of what a device receives. */
const ingressKnob = 'qdisc ingress';

/** MidoNet's filter: there is one at each preference. */
function policeKnob(pref: number): string {
  return `police basic pref ${pref}`;
}

/** A policer that decides before MidoNet's does, and lets no packet through to it. */
function beforeKnob(pref: number): string {
  return `police before pref ${pref}`;
}

/** What tc must hold for MidoNet's limit. Rate in B/s, burst and mtu in bytes. */
export function expectMidonet(
  dev: string,
  police: MidonetPolice,
  facts: Pick<HostFacts, 'iproute2'>,
): readonly Demand[] {
  const { pref, mtuBytes, rateBps, burstBytes } = police;
  const because = ['bandwidth_limit egress'];
  const { expected, tolerance } = tcValues({ rateBps, burstBytes, writer: 'tc' }, false, facts);
  const lost = Math.abs(sizeInTcText(mtuBytes) - mtuBytes);
  const values = { ...tolerance?.values, ...(lost > 0 && { mtuBytes: lost }) };
  const reason = tolerance?.reason ?? 'tc rounds what it prints';
  const at = (knob: string): Knob => ({ layer: 'tc', subject: dev, knob });
  return [
    { ...at(ingressKnob), because, expected: { handle: 'ffff:' } },
    {
      ...at(policeKnob(pref)),
      because,
      expected: { protocol: 'all', ...expected, mtuBytes, action: 'drop' },
      tolerance: { values, reason },
    },
    { ...at(beforeKnob(pref)), because },
  ];
}

/** That MidoNet's filter is gone. */
export function expectNoMidonet(dev: string, pref: number): readonly Demand[] {
  return [{ layer: 'tc', subject: dev, knob: policeKnob(pref), because: [] }];
}

/** What is on a device's ingress, with what tc was asked. */
export interface IngressAnswers {
  readonly qdiscs: { readonly source: string; readonly found: readonly TcQdisc[] };
  /** All filters, in the order in which packets meet them. */
  readonly rules: readonly TcRule[];
  /** Those of them that police. */
  readonly policers: { readonly source: string; readonly found: readonly TcPolicer[] };
}

/** Reads the knobs of {@link expectMidonet} for the filter at one preference. */
export function midonetReadings(
  dev: string,
  pref: number,
  { qdiscs, rules, policers }: IngressAnswers,
): readonly Reading[] {
  const ingress = qdiscs.found.find(one => one.kind === 'ingress');
  const police = midonetPoliceOf(policers.found, pref);
  const before = policers.found.find(one => one.pref < pref && decides(one));
  const at = (knob: string, source: string, text: string | undefined, values: KnobValues | undefined) => ({
    ...({ layer: 'tc', subject: dev, knob } as const),
    ...(values !== undefined && { values }),
    evidence: { source, text: text ?? '' },
  });
  return [
    at(ingressKnob, qdiscs.source, ingress?.text, ingress && { handle: ingress.handle }),
    brokenBy(
      at(policeKnob(pref), policers.source, police?.text, police && valuesOf(police)),
      police && policePath(rules, police.rule, ingress),
    ),
    at(beforeKnob(pref), policers.source, before?.text, before && valuesOf(before)),
  ];
}

/** The filter that is MidoNet's, or as good as. */
export function midonetPoliceOf(policers: readonly TcPolicer[], pref: number): TcPolicer | undefined {
  return policers.find(one => one.pref === pref && one.filter === 'basic' && one.matchesAll);
}

/** Whether a packet that conforms is done with. What exceeds goes on only where the action is `…/continue`. */
function decides({ matchesAll, action = '' }: TcPolicer): boolean {
  return matchesAll && !/continue|pipe/.test(action);
}

function valuesOf({ protocol, rateBps, burstBytes, mtuBytes, action }: TcPolicer): KnobValues {
  const values = { protocol, rateBps, burstBytes, mtuBytes, action };
  const known = Object.entries(values).filter(
    (one): one is [string, string | number] => one[1] !== undefined,
  );
  return Object.fromEntries(known);
}
