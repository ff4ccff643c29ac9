import type { TcLine } from '../backend/htb-commands.ts';
import type { InterfaceEnforcer } from '../domain/enforcement.ts';
import type { Limits } from '../domain/tuning.ts';
import type { LonePolicer } from '../observed/lone-policer.ts';
import { networkBurst } from '../ranges.ts';
import { kibibytesToBytes, kilobytesToBytes, rateInTcText, sizeInTcText } from '../units.ts';
import type { HeldKnob } from './observed.ts';
import type { Step } from './plan.ts';

/**
 * The policer that libvirt may leave behind. Since 12 (seen with 12.8; 9.0 and 11.3 do not) it takes the ingress qdisc
 * away only when it makes a new one: when the policed direction is cleared, `tc qdisc del dev DEV ingress` is not run any
 * more, and the limit stays in the kernel while libvirt says that there is none. What it looks like has not changed.
 *
 * @see libvirt src/util/virnetdevbandwidth.c:virNetDevBandwidthSet, virNetDevBandwidthClear
 */
export interface LeftPolicer {
  /** The device of the host that has it. */
  readonly dev: string;
  /** What the kernel has already of which libvirt's definition knows nothing: left by an earlier clearing. */
  readonly left?: LonePolicer;
}

/** What is put in or taken from the kernel with tc, where libvirt leaves its policer. */
export interface PolicerCall extends LonePolicer {
  readonly kind: 'policer-gone' | 'policer-back';
  readonly dev: string;
}

/** The direction that a policer limits: on a macvtap the host's side is the other one. */
export function policedDirection(
  enforcer: InterfaceEnforcer | undefined,
): 'inbound' | 'outbound' | undefined {
  if (enforcer === 'tap') return 'outbound';
  return enforcer === 'macvtap' ? 'inbound' : undefined;
}

/** What libvirt may leave on a device, forwards or backwards; undefined: a step clears no policed direction. */
export function leftPolicer(
  { before, after, enforcer }: Pick<Step, 'before' | 'after' | 'enforcer'>,
  dev: string | undefined,
  knobs: readonly HeldKnob[],
): LeftPolicer | undefined {
  const direction = policedDirection(enforcer);
  if (direction === undefined || dev === undefined) return undefined;
  const was = Boolean(before[`${direction}.average`]);
  const willBe = Boolean(after[`${direction}.average`]);
  const left = was ? undefined : heldPolicer(knobs, dev);
  if (left === undefined && was === willBe) return undefined;
  return { dev, ...(left && { left }) };
}

function heldPolicer(knobs: readonly HeldKnob[], dev: string): LonePolicer | undefined {
  const found = knobs.find(one => one.layer === 'tc' && one.subject === dev && one.knob === 'police');
  const { rateBps, burstBytes } = found?.values ?? {};
  return typeof rateBps === 'number' && typeof burstBytes === 'number' ? { rateBps, burstBytes } : undefined;
}

/** What follows libvirt's call that brings a step's device from some limits to others. */
export function policerCalls(step: Step, from: Limits, to: Limits): readonly PolicerCall[] {
  const { policer, enforcer } = step;
  const direction = policedDirection(enforcer);
  if (policer === undefined || direction === undefined || to[`${direction}.average`]) return [];
  const { dev, left } = policer;
  const libvirts = libvirtsPolicer(from, direction);
  // Undoing: what had been left stood there before.
  const isBack = left !== undefined && to === step.before;
  const expected = libvirts ?? (isBack ? undefined : left);
  return [
    ...(expected ? [{ kind: 'policer-gone', dev, ...expected } as const] : []),
    ...(isBack ? [{ kind: 'policer-back', dev, ...left } as const] : []),
  ];
}

/** Without a burst libvirt takes what a second lets through, counted in KiB. */
function libvirtsPolicer(limits: Limits, direction: 'inbound' | 'outbound'): LonePolicer | undefined {
  const average = Number(limits[`${direction}.average`] ?? 0);
  if (average === 0) return undefined;
  const burst = Number(limits[`${direction}.burst`] ?? 0) || Math.min(average, networkBurst.max);
  return { rateBps: kilobytesToBytes(average), burstBytes: kibibytesToBytes(burst) };
}

/** Whether a policer is the one that is expected: tc rounds what it writes and what it shows. */
export function isSamePolicer(found: LonePolicer, expected: LonePolicer): boolean {
  const rounding = 1024 + (2 * expected.rateBps) / 1e6 + expected.burstBytes / 1e5;
  const burst = Math.min(
    ...[expected.burstBytes, sizeInTcText(expected.burstBytes)].map(off(found.burstBytes)),
  );
  return rateInTcText(found.rateBps) === rateInTcText(expected.rateBps) && burst <= rounding;
}

const off = (found: number) => (expected: number) => Math.abs(found - expected);

/** Takes libvirt's policer away, and the qdisc that it hangs on. */
export function removalLines(dev: string): readonly TcLine[] {
  return [['qdisc', 'del', 'dev', dev, 'ingress']];
}

/** Makes a policer as libvirt makes it. */
export function policerLines({ dev, rateBps, burstBytes }: PolicerCall): readonly TcLine[] {
  const all = ['protocol', 'all', 'u32', 'match', 'u32', '0', '0'];
  const police = ['police', 'rate', `${rateBps}bps`, 'burst', String(Math.round(burstBytes))];
  return [
    ['qdisc', 'add', 'dev', dev, 'ingress'],
    [
      'filter',
      'add',
      'dev',
      dev,
      'parent',
      'ffff:',
      ...all,
      ...police,
      'mtu',
      '64kb',
      'drop',
      'flowid',
      ':1',
    ],
  ];
}
