import type { Diagnostic } from '../diagnostics.ts';
import type { FlavorQuota } from '../intent/flavor-quota.ts';
import { isRefusedByTc, kibibytesToBytes, kilobytesToBytes, maxTcBurstBytes } from '../units.ts';
import type { InterfaceDefinition } from './definition.ts';
import { interfaceEnforcer } from './enforcement.ts';

/** A version of a program whose versions decide what may be. */
export interface ToolVersion {
  readonly major: number;
  readonly minor: number;
}

/**
 * Since which iproute2 tc refuses a burst that outlasts its clock, by what it is told for. Before, it wrote another number.
 *
 * @see iproute2 3b26e8ab (tc/m_police.c, 6.18: "POLICE: burst out of range"), f6cb25ef (tc/q_htb.c, 7.1: "htb: burst out
 *   of range"); seen with 7.2
 */
const burstRefusedSince = {
  police: { major: 6, minor: 18 },
  htb: { major: 7, minor: 1 },
} as const;

/** What limits one direction of an interface. */
type TcKind = keyof typeof burstRefusedSince;

/** What limits the guest's inbound and outbound traffic: a macvtap is seen from the other side. */
const kindsBy: Readonly<Record<string, readonly [inbound: TcKind, outbound: TcKind]>> = {
  tap: ['htb', 'police'],
  macvtap: ['police', 'htb'],
};

/**
 * Bursts that the host's tc refuses, since they outlast its clock: the domain does not start with them, and a running one
 * cannot get them. Older ones write another number, of which the flavor's own findings warn.
 *
 * @param iproute2 the host's; absent: not known
 * @param interfaces what the limits are for; absent: a tap
 */
export function checkBursts(
  { limits, because }: FlavorQuota['interface'],
  iproute2: ToolVersion | undefined,
  interfaces?: readonly InterfaceDefinition[],
): readonly Diagnostic[] {
  if (iproute2 === undefined) return [];
  const enforcers = new Set<string>(interfaces?.map(interfaceEnforcer) ?? ['tap']);
  const kinds = [...enforcers].flatMap(enforcer => (kindsBy[enforcer] ? [kindsBy[enforcer]] : []));
  return (['inbound', 'outbound'] as const).flatMap((direction, at): readonly Diagnostic[] => {
    const parameter = `${direction}.burst` as const;
    const rateBps = kilobytesToBytes(limits[`${direction}.average`] ?? 0);
    const burst = limits[parameter] ?? 0;
    const told = kinds.some(both => isSince(iproute2, burstRefusedSince[both[at] ?? 'htb']));
    if (!told || rateBps === 0 || burst === 0 || !isRefusedByTc(rateBps, kibibytesToBytes(burst))) return [];
    const max = Math.floor(maxTcBurstBytes(rateBps) / kibibytesToBytes(1));
    const args = { min: 1, max, unit: 'KiB', iproute2: `${iproute2.major}.${iproute2.minor}` };
    const path = because[parameter] ?? parameter;
    return [{ code: 'burst-too-large', severity: 'error', path, value: String(burst), args }];
  });
}

function isSince(one: ToolVersion, other: ToolVersion): boolean {
  return one.major > other.major || (one.major === other.major && one.minor >= other.minor);
}
