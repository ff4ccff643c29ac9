import { type OvsRow, type OvsState, ovsMap, ovsNumber, ovsReference, ovsRow } from '../observed/ovs.ts';
import { quotedLines } from '../observed/quoted-lines.ts';
import type { KnobValues } from '../verify/expectation.ts';
import type { Evidence, Reading } from '../verify/reading.ts';
import { unseen } from './unseen.ts';

const policingColumns = ['ingress_policing_rate', 'ingress_policing_burst'] as const;
const configKeys = ['min-rate', 'max-rate', 'burst'] as const;

/** One knob of a port as the database has it. */
interface OvsKnob {
  readonly knob: string;
  readonly table: string;
  /** The column's or key's value as OVSDB writes it; absent: not there. */
  readonly raw?: unknown;
  /** What is there in its place, when it is not: the rest of its row. */
  readonly instead?: unknown;
  /** What counts of it. */
  readonly values?: KnobValues | undefined;
  /** What keeps it out of force, in the words of where it was read. */
  readonly idleBy?: Evidence | undefined;
}

/** What Open vSwitch's database says of one port: a reading per column and `other_config` key. */
export function observeOvsPort(state: OvsState, dev: string): readonly Reading[] {
  return knobsOf(state, dev).map(({ knob, table, raw, instead, values, idleBy }): Reading => {
    const name = { layer: 'ovs', subject: dev, knob } as const;
    if (idleBy !== undefined) return { ...name, idle: true, evidence: idleBy };
    return {
      ...name,
      ...(values !== undefined && { values }),
      evidence: { source: `ovs-vsctl list ${table}`, text: textOf(raw ?? instead) },
    };
  });
}

function textOf(cell: unknown): string {
  return cell === undefined ? '' : quotedLines([JSON.stringify(cell)]);
}

/** The readings of a port when the database does not answer. */
export function unseenOvsPort(dev: string, why: string): readonly Reading[] {
  const none: OvsState = { interfaces: [], ports: [], qos: [], queues: [] };
  const knobs = knobsOf(none, dev).map(({ knob }) => ({ layer: 'ovs', subject: dev, knob }) as const);
  return unseen(knobs, 'ovs-vsctl', why);
}

function knobsOf(state: OvsState, dev: string): readonly OvsKnob[] {
  const row = ovsRow(state.interfaces, 'name', dev);
  const port = ovsRow(state.ports, 'name', dev);
  const qos = referenced(state.qos, port?.qos);
  const queue = referenced(state.queues, ovsMap(qos?.queues).get(0));
  const type = typeof qos?.type === 'string' ? { type: qos.type } : undefined;
  return [
    ...policingColumns.map(column => ({
      knob: column,
      table: `Interface ${dev}`,
      raw: row?.[column],
      values: single(row?.[column]),
      idleBy: column === 'ingress_policing_rate' ? packetsInstead(row, dev) : undefined,
    })),
    { knob: 'qos', table: `Port ${dev}`, raw: qos?.type, instead: port?.qos, values: type },
    ...configKnobs('qos', qos),
    { knob: 'qos queues:0', table: 'QoS', raw: qos?.queues, values: queue && { value: 'attached' } },
    ...configKnobs('queue 0', queue),
  ];
}

/**
 * Told to police packets, Open vSwitch polices no bytes; told both, Linux takes neither.
 * @see openvswitch lib/netdev-linux.c:tc_add_matchall_policer, linux net/sched/act_police.c:tcf_police_init
 */
function packetsInstead(row: OvsRow | undefined, dev: string): Evidence | undefined {
  const kpkts = row?.ingress_policing_kpkts_rate;
  const rate = row?.ingress_policing_rate;
  if (typeof kpkts !== 'number' || kpkts <= 0 || rate === 0) return undefined;
  const text = `ingress_policing_rate=${String(rate)} ingress_policing_kpkts_rate=${kpkts}`;
  return { source: `ovs-vsctl list Interface ${dev}`, text };
}

function configKnobs(name: 'qos' | 'queue 0', row: OvsRow | undefined): readonly OvsKnob[] {
  const config = ovsMap(row?.other_config);
  return configKeys.map(key => ({
    knob: `${name} other_config:${key}`,
    table: `${name === 'qos' ? 'QoS' : 'Queue'} ${ovsReference(row?._uuid) ?? ''}`.trimEnd(),
    raw: config.get(key),
    instead: row?.other_config,
    values: single(config.get(key)),
  }));
}

function referenced(rows: readonly OvsRow[], reference: unknown): OvsRow | undefined {
  const uuid = ovsReference(reference);
  return uuid === undefined ? undefined : ovsRow(rows, '_uuid', uuid);
}

function single(value: unknown): KnobValues | undefined {
  const number = ovsNumber(value);
  return number === undefined ? undefined : { value: number };
}
