import { interfaceEnforcer } from '../domain/enforcement.ts';
import { egressRate, type SentRate, sentRate } from '../observed/tc-path/sent-rate.ts';
import { bitsToBytes, kilobytesToBytes } from '../units.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import { type Claim, inSeries, type Owner, unseenClaim } from './claim.ts';
import { type NicState, qosOf } from './nic-state.ts';

/** The root qdisc and what it does. A device has one, so whoever made it is alone. */
interface Root {
  readonly owner: Owner;
  readonly at: string;
  /** Limits that everything passes. */
  readonly claims: readonly Claim[];
  /** Made of a row of its database. */
  readonly isOpenVswitchs?: boolean;
}

/** What limits the direction that goes out of the device: its root qdisc, and what is only written down. */
export function shapedClaims(state: NicState): readonly Claim[] {
  const root = state.tc && rootOf(state, state.tc);
  const open = root?.claims.find(claim => claim.standing === 'unseen');
  const idle =
    root === undefined
      ? ({ standing: 'unseen', why: 'tc could not be seen' } as const)
      : open !== undefined
        ? ({ standing: 'unseen', why: open.why ?? 'what the root qdisc does is not known' } as const)
        : ({ standing: 'not-in-force', why: instead(root) } as const);
  const written = [rowOf(state, root), definitionOf(state, root)].flatMap(claim => claim ?? []);
  return [
    ...inSeries(root?.claims ?? [], state.tc ? beforeRoot(state.dev, state.tc) : []),
    ...written.map(claim => ({ ...claim, ...idle })),
    ...noopOf(state),
  ];
}

/** Filters of clsact come before the root qdisc. */
function beforeRoot(dev: string, tc: TapLimits): readonly Claim[] {
  const rate = egressRate(tc);
  if (rate === undefined || rate.is === 'everything') return [];
  return claimsAt(dev, rate, () => 'unknown');
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

function instead({ at, owner, claims }: Root): string {
  return claims.some(one => one.value !== undefined)
    ? `the root qdisc is another one (${at}, ${owner})`
    : `no such class (${at})`;
}

function rootOf(state: NicState, tc: TapLimits): Root {
  const { dev } = state;
  const rate = sentRate(tc);
  const isOpenVswitchs = tc.classes.some(one => one.handle === '1:fffe');
  const ownerAt = (at: string): Owner => {
    if (isOpenVswitchs && at.startsWith('class htb 1:1')) return qosOf(state)?.owner ?? 'unknown';
    if (at === 'class htb 1:1') return isDefined(state) ? 'libvirt' : 'unknown';
    // @see neutron agent/linux/tc_lib.py:TcCommand.set_tbf_bw_limit
    return at === 'qdisc tbf' ? 'neutron' : 'unknown';
  };
  const claims = claimsAt(dev, rate, ownerAt).map(claim => ({ ...claim, ...peakNote(claim, tc) }));
  const at = rate.is === 'rate' || rate.is === 'partial' ? (rate.parts[0]?.at ?? '') : rate.at;
  return { owner: ownerAt(at), at: `tc ${dev} ${at}`, claims, ...(isOpenVswitchs && { isOpenVswitchs }) };
}

function isDefined({ nic, shaped }: NicState): boolean {
  return nic.bandwidth[`${shaped}.average`] !== undefined;
}

/** What is known of a way out, as limits that everything passes. */
function claimsAt(dev: string, rate: SentRate, ownerAt: (at: string) => Owner): readonly Claim[] {
  if (rate.is === 'everything') return [];
  if (rate.is === 'unknown') return [unseenClaim({ at: `tc ${dev} ${rate.at}`, why: rate.why })];
  const why = rate.why === undefined ? {} : { why: rate.why };
  return rate.parts.map(({ at, bps }) => ({
    owner: ownerAt(at),
    at: `tc ${dev} ${at}`,
    value: bps,
    standing: rate.is === 'partial' ? 'partial' : 'looser',
    ...why,
  }));
}

/** A class without a parent has nobody to borrow from: its rate is the limit, and a ceiling above it does nothing. */
function peakNote({ at }: Claim, { classes }: TapLimits): Pick<Claim, 'why'> {
  const own = classes.find(one => at.endsWith(` class htb ${one.handle}`) && one.parent === undefined);
  const isIdle = own?.rateBps !== undefined && own.ceilBps !== undefined && own.ceilBps > own.rateBps;
  return isIdle ? { why: 'the peak is out of reach: the class has no parent to borrow from' } : {};
}
