import { type OvsRow, type OvsState, ovsReference, ovsRow } from '../observed/ovs.ts';
import { attachedQos } from '../observed/ovs-owner.ts';
import {
  bitsAt,
  foundRow,
  type Guarantee,
  guaranteedPort,
  queuesOf,
  uplinkHolder,
  uplinkOf,
  uplinkRow,
} from '../observed/ovs-uplink.ts';
import { uplinkMark } from '../observed/ovs-uplink-mark.ts';
import { destroyRows, markSetting, type OvsPart } from './ovs-parts.ts';

/**
 * The parts of a transaction by which a port comes to have these queues on uplinks and no others. Ports share an uplink's
 * row: queues of others stay, it is made with the first queue and goes with the last.
 */
export function guaranteeParts(
  state: OvsState,
  dev: string,
  wanted: readonly Guarantee[],
): readonly OvsPart[] {
  const kept = wanted.map(one => ownQueue(state, dev, one));
  const queues = state.queues.filter(row => guaranteedPort(row) === dev && !kept.includes(row));
  return [
    ...goneFrom(state, dev, wanted).flatMap(one => withoutQueues(state, one)),
    ...wanted.flatMap(one => withQueue(state, dev, one)),
    ...destroyRows('Queue', queues),
  ];
}

/** A row of ours that queues of a port are to go from. */
export interface GoneFrom {
  readonly uplink: string;
  readonly qos: OvsRow;
  readonly numbers: readonly number[];
  /** Whether it has no other queue, so that it goes too. */
  readonly isLast: boolean;
}

/** From which rows queues of a port have to go, for it to have only those that are wanted. */
export function goneFrom(state: OvsState, dev: string, wanted: readonly Guarantee[]): readonly GoneFrom[] {
  return state.qos.flatMap(qos => {
    const uplink = uplinkOf(qos);
    if (uplink === undefined) return [];
    const stays = wanted.filter(one => one.uplink === uplink && uplinkRow(state, uplink) === qos);
    const queues = queuesOf(state, qos);
    const numbers = [...queues]
      .filter(([number, row]) => guaranteedPort(row) === dev && !stays.some(one => one.queue === number))
      .map(([number]) => number);
    if (numbers.length === 0) return [];
    return [{ uplink, qos, numbers, isLast: queues.size === numbers.length && stays.length === 0 }];
  });
}

/** Why queues cannot be made now, although a plan has them: somebody was faster. undefined: they can. */
export function whyNotGuaranteed(
  state: OvsState,
  dev: string,
  wanted: readonly Guarantee[],
): string | undefined {
  for (const { uplink, queue } of wanted) {
    const holder = uplinkHolder(state, uplink);
    if (holder !== undefined) return `'${uplink}' has the QoS row of ${holder}`;
    const now = queuesOf(state, uplinkRow(state, uplink)).get(queue);
    if (now !== undefined && guaranteedPort(now) !== dev)
      return `queue ${queue} of '${uplink}' is ${guaranteedPort(now) ?? "somebody else's"} by now`;
  }
  return undefined;
}

function withoutQueues(state: OvsState, gone: GoneFrom): readonly OvsPart[] {
  const { qos, numbers, isLast } = gone;
  const uuid = ovsReference(qos._uuid) ?? '';
  if (!isLast) return [['remove', 'QoS', uuid, 'queues', ...numbers.map(String)]];
  return [...released(state, gone), ['--if-exists', 'destroy', 'QoS', uuid]];
}

/** The uplink has again what it was found with, unless somebody has given it another row since. */
function released(state: OvsState, { uplink, qos }: GoneFrom): readonly OvsPart[] {
  const now = attachedQos(state, uplink);
  if ((now !== undefined && now !== qos) || ovsRow(state.ports, 'name', uplink) === undefined) return [];
  const found = foundRow(state, qos);
  if (found !== undefined) return [['set', 'Port', uplink, `qos=${found}`]];
  return now === undefined ? [] : [['clear', 'Port', uplink, 'qos']];
}

function withQueue(state: OvsState, dev: string, wanted: Guarantee): readonly OvsPart[] {
  const qos = uplinkRow(state, wanted.uplink);
  if (qos === undefined) return newRow(state, dev, wanted);
  const uuid = ovsReference(qos._uuid) ?? '';
  const row = ownQueue(state, dev, wanted);
  const isWhole = qos.type === 'linux-htb' && bitsAt(qos, 'max-rate') === wanted.uplinkBits;
  const settings = [
    ...(isWhole ? [] : ['type=linux-htb', `other_config:max-rate=${wanted.uplinkBits}`]),
    ...(row === undefined ? [`queues:${wanted.queue}=@guarantee`] : []),
  ];
  return [
    ...attached(state, wanted, uuid),
    ...(settings.length === 0 ? [] : [['set', 'QoS', uuid, ...settings]]),
    ...(row === undefined ? [newQueue(dev, wanted)] : changedQueue(row, wanted)),
  ];
}

function attached(state: OvsState, { uplink, inForce }: Guarantee, uuid: string): readonly OvsPart[] {
  const isAttached = ovsReference(attachedQos(state, uplink)?._uuid) === uuid;
  if (isAttached === inForce) return [];
  return [inForce ? ['set', 'Port', uplink, `qos=${uuid}`] : ['clear', 'Port', uplink, 'qos']];
}

function newRow(state: OvsState, dev: string, wanted: Guarantee): readonly OvsPart[] {
  const { uplink, queue, uplinkBits, inForce } = wanted;
  const found = ovsReference(attachedQos(state, uplink)?._uuid);
  const marks = [
    markSetting(uplinkMark.uplink, uplink),
    ...(found === undefined ? [] : [markSetting(uplinkMark.found, found)]),
  ];
  const config = ['type=linux-htb', `other_config:max-rate=${uplinkBits}`, `queues:${queue}=@guarantee`];
  return [
    ...(inForce ? [['set', 'Port', uplink, 'qos=@uplink']] : []),
    ['--id=@uplink', 'create', 'QoS', ...config, ...marks],
    newQueue(dev, wanted),
  ];
}

function newQueue(dev: string, wanted: Guarantee): OvsPart {
  return ['--id=@guarantee', 'create', 'Queue', ...configOf(wanted), markSetting(uplinkMark.port, dev)];
}

function changedQueue(row: OvsRow, wanted: Guarantee): readonly OvsPart[] {
  const isSame = bitsAt(row, 'min-rate') === wanted.minBits && bitsAt(row, 'max-rate') === wanted.maxBits;
  return isSame ? [] : [['set', 'Queue', ovsReference(row._uuid) ?? '', ...configOf(wanted)]];
}

function configOf({ minBits, maxBits }: Guarantee): readonly string[] {
  return [`other_config:min-rate=${minBits}`, `other_config:max-rate=${maxBits}`];
}

function ownQueue(state: OvsState, dev: string, { uplink, queue }: Guarantee): OvsRow | undefined {
  const row = queuesOf(state, uplinkRow(state, uplink)).get(queue);
  return guaranteedPort(row) === dev ? row : undefined;
}
