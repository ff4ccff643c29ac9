import type { DomainDefinition } from '../domain/definition.ts';
import { interfaceRef } from '../domain/interface-identity.ts';
import { type DeviceRef, type DeviceTuning, type DomainTuning, deviceName } from '../domain/tuning.ts';
import { kilobytesToBytes } from '../units.ts';
import type { Unseen } from './certainty.ts';
import { type Claim, type Effective, effective, inSeries, unseenClaim } from './claim.ts';
import { type CpuBandwidth, effectiveCpu } from './cpu.ts';
import { type DiskState, effectiveDisk } from './disk.ts';
import { meterClaims } from './metered.ts';
import type { NicState } from './nic-state.ts';
import { policedClaims } from './policed.ts';
import { shapedClaims } from './shaped.ts';

/** What is there of a running domain. */
export interface DomainState {
  readonly definition: DomainDefinition;
  readonly groups: readonly CpuBandwidth[];
  /** Groups of the CPU that could not be read; absent: all were. */
  readonly unseenGroups?: readonly Unseen[];
  /** Groups whose quota is there and holds nobody; absent: none. */
  readonly idleGroups?: readonly Claim[];
  readonly disks: readonly DiskState[];
  readonly nics: readonly NicState[];
}

/** What limits each device, in each respect in which anything does or is asked to. */
export function effectiveDomain(state: DomainState, asked: DomainTuning): readonly Effective[] {
  const wanted = new Map(asked.map(one => [deviceName(one.device), one]));
  const of = (device: DeviceRef) => wanted.get(deviceName(device));
  return [
    ...cpuOf(state, of({ kind: 'cpu' })),
    ...state.disks.flatMap(one => effectiveDisk(one, of({ kind: 'disk', target: one.disk.target }))),
    ...state.nics.flatMap(one => effectiveNic(one, of(interfaceRef(one.nic)))),
  ];
}

/** Groups that could not be read may hold the vCPUs to less. */
function cpuOf(
  { definition, groups, unseenGroups = [], idleGroups = [] }: DomainState,
  asked: DeviceTuning | undefined,
): readonly Effective[] {
  const found = effectiveCpu(definition, groups, asked);
  const unread = unseenGroups.map(unseenClaim);
  if (unread.length === 0) {
    return found.map(head => effective(head, [...head.claims, ...idleGroups]));
  }
  const heads =
    found.length > 0 ? found : [{ device: { kind: 'cpu' }, limited: 'cpu', unit: 'CPUs' } as const];
  return heads.map(head =>
    effective(head, [...('claims' in head ? head.claims : []), ...unread, ...idleGroups]),
  );
}

function effectiveNic(state: NicState, asked: DeviceTuning | undefined): readonly Effective[] {
  const device = interfaceRef(state.nic);
  return (['inbound', 'outbound'] as const).flatMap(limited => {
    const tc = limited === state.shaped ? shapedClaims(state) : policedClaims(state);
    const unread = (state.unseen ?? []).map(unseenClaim);
    const claims = inSeries(tc, meterClaims(state, limited, 'B/s'), unread);
    const packets = meterClaims(state, limited, 'packets/s');
    const average = asked?.limits[`${limited}.average`];
    const wanted = average !== undefined && {
      asked: { value: kilobytesToBytes(average), because: asked?.because[`${limited}.average`] ?? '' },
    };
    const isLimited = wanted || claims.some(isTold);
    return [
      ...(isLimited ? [effective({ device, limited, unit: 'B/s', ...wanted }, claims)] : []),
      ...(packets.length > 0
        ? [effective({ device, limited: `${limited} packets`, unit: 'packets/s' }, packets)]
        : []),
    ];
  });
}

/** Whether it limits or may: what is there and limits nothing by itself is told beside a limit only. */
function isTold({ value, standing }: Claim): boolean {
  return value !== undefined || standing === 'unseen';
}
