import type { TcCounters } from './tc-counters.ts';
import { parseTcRules, type TcRule } from './tc-path/rule.ts';

/** A filter on ingress that polices, as tc shows it. */
export interface TcPolicer {
  /** `u32`, `matchall`, `basic`, `flower`, … */
  readonly filter: string;
  /** `all`, `ip`, … */
  readonly protocol: string;
  /** Of the filter among those of its preference, as tc writes it: `0x1`, `800::800`. */
  readonly handle: string;
  /** The filter's priority: packets meet the lowest first. The kernel chooses from 49152 down where none was given. */
  readonly pref: number;
  /** Whether it takes every packet of its protocol. */
  readonly matchesAll: boolean;
  readonly rateBps?: number;
  readonly burstBytes?: number;
  /** The kernel's own figure for the burst, 64 ns each; only in raw output (`-r`). */
  readonly burstTicks?: number;
  /** Larger packets are dropped whatever the rate. */
  readonly mtuBytes?: number;
  /** What happens above the rate: `drop`, `drop/continue`, … */
  readonly action?: string;
  /** What came to it, dropped or not. */
  readonly counters?: TcCounters;
  /** The filter as a whole. */
  readonly rule: TcRule;
  /** tc's line. */
  readonly text: string;
}

/**
 * The policers in the answer to `tc -r -s -d filter show dev … parent ffff:`, in the order in which packets meet them.
 * The text is what counts: tc never puts a policer's rate into JSON.
 *
 * @see iproute2 tc/m_police.c:print_police
 */
export function parseTcPolicers(answer: string): readonly TcPolicer[] {
  return policersOf(parseTcRules(answer));
}

/** The policers among filters. */
export function policersOf(rules: readonly TcRule[]): readonly TcPolicer[] {
  return rules.flatMap(rule =>
    rule.actions.flatMap((action): readonly TcPolicer[] => {
      if (action.kind !== 'police') return [];
      const { kind, protocol, handle, pref, takes } = rule;
      const { rateBps, burstBytes, burstTicks, mtuBytes, action: above } = action.words;
      return [
        {
          filter: kind,
          ...{ protocol, handle, pref, matchesAll: takes === 'all' },
          ...(rateBps !== undefined && { rateBps }),
          ...(burstBytes !== undefined && { burstBytes }),
          ...(burstTicks !== undefined && { burstTicks }),
          ...(mtuBytes !== undefined && { mtuBytes }),
          ...(above !== undefined && { action: above }),
          ...(action.counters && { counters: action.counters }),
          rule,
          text: action.text,
        },
      ];
    }),
  );
}
