import { interfaceEnforcer } from '../domain/enforcement.ts';
import type { TcClass } from '../observed/tc-class.ts';
import { detourOf } from '../observed/tc-detour.ts';
import type { TcQdisc } from '../observed/tc-qdisc.ts';
import { parseTcRate } from '../observed/tc-quantity.ts';
import { bitsToBytes, kilobytesToBytes } from '../units.ts';
import type { Claim, Owner } from './claim.ts';
import { type NicState, qosOf } from './nic-state.ts';

/** The root qdisc and what it does. A device has one, so whoever made it is alone. */
interface Root {
  readonly owner: Owner;
  readonly at: string;
  readonly value?: number;
  readonly note?: string;
  /** Made of a row of its database. */
  readonly isOpenVswitchs?: boolean;
}

/** What limits the direction that goes out of the device: its root qdisc, and what is only written down. */
export function shapedClaims(state: NicState): readonly Claim[] {
  const root = state.tc && rootOf(state);
  const { owner, at, value, note } = root ?? {};
  const idle =
    root === undefined
      ? ({ standing: 'unseen', why: 'tc could not be seen' } as const)
      : ({ standing: 'not-in-force', why: instead(root) } as const);
  const bound: readonly Claim[] =
    owner === undefined || at === undefined || value === undefined
      ? []
      : [{ owner, at, value, standing: 'binds', ...(note !== undefined && { why: note }) }];
  const written = [rowOf(state, root), definitionOf(state, root)].flatMap(claim => claim ?? []);
  return [...bound, ...written.map(claim => ({ ...claim, ...idle })), ...noopOf(state)];
}

/** A limit that is written down where the kernel does not have it. */
type Written = Pick<Claim, 'owner' | 'at' | 'value'>;

/** Open vSwitch's row, when its classes are not there. */
function rowOf(state: NicState, root: Root | undefined): Written | undefined {
  const qos = qosOf(state);
  if (qos?.maxRate === undefined || qos.type !== 'linux-htb' || root?.isOpenVswitchs === true)
    return undefined;
  return { owner: qos.owner, at: `ovs ${state.dev} qos max-rate`, value: bitsToBytes(qos.maxRate) };
}

/** libvirt's definition, when neither its class nor its row is there. On a port its peak is what a guest gets. */
function definitionOf(state: NicState, root: Root | undefined): Written | undefined {
  const { nic, shaped } = state;
  const average = nic.bandwidth[`${shaped}.average`];
  const owner = qosOf(state)?.owner;
  const isPort = interfaceEnforcer(nic) === 'ovs';
  const isWritten = (isPort ? owner : root?.owner) === 'libvirt';
  if (average === undefined || isWritten || owner === 'virt-quota') return undefined;
  const limit = isPort ? (nic.bandwidth[`${shaped}.peak`] ?? average) : average;
  return { owner: 'libvirt', at: 'definition', value: kilobytesToBytes(limit) };
}

function noopOf(state: NicState): readonly Claim[] {
  if (qosOf(state)?.type !== 'linux-noop') return [];
  const why = 'it limits nothing, and keeps Open vSwitch from removing the root qdisc';
  return [{ owner: 'os-vif', at: `ovs ${state.dev} qos linux-noop`, standing: 'not-in-force', why }];
}

function instead({ at, value, owner }: Root): string {
  return value === undefined ? `no such class (${at})` : `the root qdisc is another one (${at}, ${owner})`;
}

function rootOf(state: NicState): Root {
  const { tc, dev } = state;
  const qdiscs = tc?.qdiscs ?? [];
  const root = qdiscs.find(qdisc => qdisc.parent === 'root');
  const classes = tc?.classes ?? [];
  const byHandle = (handle: string) => classes.find(one => one.handle === handle);
  const port = byHandle('1:fffe');
  if (port !== undefined) return ofOpenVswitch(state, port, byHandle('1:1'));
  const own = byHandle('1:1');
  const isReached = tc !== undefined && detourOf(tc) === undefined;
  if (own !== undefined && own.parent === undefined && isReached) return ofLibvirt(state, own);
  if (root?.kind === 'tbf') return ofTbf(root, dev);
  return { owner: 'unknown', at: `tc ${dev} qdisc ${root?.kind ?? ''}`.trimEnd() };
}

/** The queue's class borrows from the port's up to its ceiling, whatever its own rate. */
function ofOpenVswitch(state: NicState, port: TcClass, queue: TcClass | undefined): Root {
  const ceilings = [port.ceilBps, queue?.ceilBps].filter(ceil => ceil !== undefined);
  const owner = qosOf(state)?.owner ?? 'unknown';
  const at = `tc ${state.dev} class htb 1:1 parent 1:fffe`;
  return { owner, at, isOpenVswitchs: true, ...(ceilings.length > 0 && { value: Math.min(...ceilings) }) };
}

/** A class without a parent has nobody to borrow from: its rate is the limit, and a ceiling above it does nothing. */
function ofLibvirt({ nic, shaped, dev }: NicState, { rateBps, ceilBps }: TcClass): Root {
  const isDefined = nic.bandwidth[`${shaped}.average`] !== undefined;
  const idle = rateBps !== undefined && ceilBps !== undefined && ceilBps > rateBps;
  return {
    owner: isDefined ? 'libvirt' : 'unknown',
    at: `tc ${dev} class htb 1:1`,
    ...(rateBps !== undefined && { value: rateBps }),
    ...(idle && { note: 'the peak is out of reach: the class has no parent to borrow from' }),
  };
}

/** @see neutron agent/linux/tc_lib.py:TcCommand.set_tbf_bw_limit */
function ofTbf({ options }: TcQdisc, dev: string): Root {
  const rate = parseTcRate(/(?:^| )rate (\S+)/.exec(options)?.[1] ?? '');
  return { owner: 'neutron', at: `tc ${dev} qdisc tbf`, ...(rate !== undefined && { value: rate }) };
}
