import type { BandwidthLimit } from '../intent/port-qos.ts';
import { kilobitsToBytes, kilobitsToMidonetBytes } from '../units.ts';
import type { TcLine } from './htb-commands.ts';

/**
 * The two forms of MidoNet's filter: the one that its agent writes, with an mtu that is a slip of the pen, and the one
 * of its documentation. Both limit the same.
 *
 * @see midonet docs/qos.md, midolman/src/main/scala/org/midonet/midolman/host/services/TcRequestHandler.scala
 */
export const midonetForms = {
  agent: { pref: 5, mtuBytes: 65_335 },
  documented: { pref: 49, mtuBytes: 65_535 },
} as const;

/** Which form. */
export type MidonetForm = keyof typeof midonetForms;

/** MidoNet's police filter. Rates in B/s, sizes in bytes. */
export interface MidonetPolice {
  readonly pref: number;
  readonly mtuBytes: number;
  readonly rateBps: number;
  readonly burstBytes: number;
}

/** The filter for a limit. Without a burst MidoNet takes 0, which drops everything. */
export function midonetPolice(limit: BandwidthLimit, form: MidonetForm): MidonetPolice {
  return {
    ...midonetForms[form],
    rateBps: kilobitsToBytes(limit.maxKbps),
    burstBytes: kilobitsToMidonetBytes(limit.maxBurstKbit ?? 0),
  };
}

/** The qdisc that the filter hangs on. */
export function ingressLine(dev: string, verb: 'add' | 'del'): TcLine {
  return ['qdisc', verb, 'dev', dev, ...(verb === 'add' ? ['handle', 'ffff:', 'ingress'] : ['ingress'])];
}

/** @param handle of the filter among those of its preference */
export function policeLine(
  dev: string,
  verb: 'add' | 'change' | 'del',
  { pref, mtuBytes, rateBps, burstBytes }: MidonetPolice,
  handle: string,
): TcLine {
  return [
    ...['filter', verb, 'dev', dev, 'parent', 'ffff:', 'protocol', 'all', 'pref', String(pref)],
    ...['handle', handle, 'basic'],
    ...(verb === 'del'
      ? []
      : [
          ...['police', 'rate', `${rateBps}bps`, 'burst', String(burstBytes)],
          ...['mtu', String(mtuBytes), 'drop'],
        ]),
  ];
}
