import type { PortRows } from './port-rows.ts';

/** A meter with its number, as it is to be. */
export interface MeterSpec {
  readonly id: number;
  readonly unit: 'pktps' | 'kbps';
  readonly rate: number;
  /** 0: none. */
  readonly burst: number;
}

/** What is done to a port in one go. Each is made for what there is at that moment, so that doing it twice does no harm. */
export type PortOp =
  /** The database comes to hold this, in one transaction. */
  | { readonly kind: 'rows'; readonly rows: PortRows }
  /** These meters come to be so. */
  | { readonly kind: 'meters'; readonly bridge: string; readonly set: readonly MeterSpec[] }
  /** These meters go. */
  | { readonly kind: 'no-meters'; readonly bridge: string; readonly ids: readonly number[] }
  /**
   * These flows, in the words of ovs-ofctl, come to be there and no other with this cookie, in one bundle. Those with
   * another cookie are put where there is none, or one of ours.
   */
  | {
      readonly kind: 'flows';
      readonly bridge: string;
      readonly cookie: string;
      readonly set: readonly string[];
    };
