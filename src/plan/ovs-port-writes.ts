import type { OvsPortLimits, OvsShaping } from '../domain/ovs-port.ts';
import { type OvsRow, type OvsState, ovsMap, ovsReference, ovsRow } from '../observed/ovs.ts';
import { attachedQos, markOf, ovsHolders, ovsMark } from '../observed/ovs-owner.ts';
import { destroyRows, markSetting, ovsTransaction } from './ovs-parts.ts';

/** A port of Open vSwitch and the domain whose tap it is. */
export interface LimitedPort {
  readonly dev: string;
  /** The domain's UUID. */
  readonly domain: string;
}

/**
 * Takes what is ours out of force and leaves the rows where they are; undefined when nothing of ours is in force. Open
 * vSwitch then removes its tc state (and, with the QoS, whatever else stands at the tap's root), so that setting the same
 * again writes tc anew.
 *
 * @see openvswitch lib/netdev-linux.c:netdev_linux_set_qos, netdev_linux_set_policing
 */
export function detachPort(state: OvsState, dev: string): readonly string[] | undefined {
  const holder = ovsHolders(state).get(dev);
  const parts = [
    ...(holder?.inbound ? [['clear', 'Port', dev, 'qos']] : []),
    ...(holder?.outbound ? [['set', 'Interface', dev, ...policing({ rate: 0, burst: 0 })]] : []),
  ];
  return ovsTransaction(parts);
}

/**
 * One transaction that gives a port its limits and no other: rows of ours that are attached to nothing any more go, and
 * without a limit for what the domain receives the `linux-noop` row comes back that was there before. undefined: nothing
 * to write.
 */
export function setPort(
  state: OvsState,
  port: LimitedPort,
  limits: OvsPortLimits,
): readonly string[] | undefined {
  const { dev } = port;
  const row = ovsRow(state.interfaces, 'name', dev);
  const parts = row === undefined ? [] : [...shape(state, port, limits), ...police(row, port, limits)];
  return ovsTransaction([...parts, ...destroyed(state, dev)]);
}

function shape(
  state: OvsState,
  port: LimitedPort,
  { inbound }: OvsPortLimits,
): readonly (readonly string[])[] {
  const { dev } = port;
  const noop = noopRow(state, dev);
  if (inbound === undefined) {
    const now = attachedQos(state, dev);
    if (now !== undefined && markOf(now, 'domain') === undefined) return [];
    if (noop !== undefined) return [['set', 'Port', dev, `qos=${noop}`]];
    return now === undefined ? [] : [['clear', 'Port', dev, 'qos']];
  }
  const config = configOf(inbound);
  const marks = [mark('domain', port.domain), mark('port', dev)];
  const instead = noop === undefined ? [] : [mark('insteadOf', noop)];
  return [
    ['set', 'Port', dev, 'qos=@qos'],
    ['--id=@qos', 'create', 'QoS', 'type=linux-htb', ...config, 'queues:0=@queue', ...marks, ...instead],
    ['--id=@queue', 'create', 'Queue', ...config, ...marks],
  ];
}

function police(
  row: OvsRow,
  { dev, domain }: LimitedPort,
  { outbound }: OvsPortLimits,
): readonly (readonly string[])[] {
  if (outbound !== undefined)
    return [['set', 'Interface', dev, ...policing(outbound), mark('domain', domain)]];
  if (markOf(row, 'domain') === undefined) return [];
  return [
    ['set', 'Interface', dev, ...policing({ rate: 0, burst: 0 })],
    ['remove', 'Interface', dev, 'external_ids', ovsMark.domain],
  ];
}

/** The row that told Open vSwitch to keep off: attached, or what a row of ours stands instead of. */
function noopRow(state: OvsState, dev: string): string | undefined {
  const now = attachedQos(state, dev);
  if (now?.type === 'linux-noop') return ovsReference(now._uuid);
  const replaced = state.qos
    .filter(row => markOf(row, 'port') === dev)
    .map(row => markOf(row, 'insteadOf'))
    .find(uuid => uuid !== undefined && ovsRow(state.qos, '_uuid', uuid)?.type === 'linux-noop');
  return replaced;
}

/** Rows of ours for this port, and those that no port has any more: Open vSwitch collects neither table. */
function destroyed(state: OvsState, dev: string): readonly (readonly string[])[] {
  const attached = new Set(state.ports.filter(port => port.name !== dev).map(port => ovsReference(port.qos)));
  const isKept = (row: OvsRow) =>
    markOf(row, 'domain') === undefined || attached.has(ovsReference(row._uuid));
  const inUse = new Set(
    state.qos.filter(isKept).flatMap(row => [...ovsMap(row.queues).values()].map(ovsReference)),
  );
  const queues = state.queues.filter(
    row => markOf(row, 'domain') !== undefined && !inUse.has(ovsReference(row._uuid)),
  );
  return [
    ...destroyRows(
      'QoS',
      state.qos.filter(row => !isKept(row)),
    ),
    ...destroyRows('Queue', queues),
  ];
}

function configOf(shaping: OvsShaping): readonly string[] {
  return Object.entries(shaping).map(([key, bits]) => `other_config:${key}=${bits}`);
}

function policing({ rate, burst }: { readonly rate: number; readonly burst: number }): readonly string[] {
  return [`ingress_policing_rate=${rate}`, `ingress_policing_burst=${burst}`];
}

function mark(name: keyof typeof ovsMark, value: string): string {
  return markSetting(ovsMark[name], value);
}
