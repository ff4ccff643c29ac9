import { parseTcCounters, type TcCounters } from '../tc-counters.ts';
import { type PoliceWords, parsePolice } from './police-words.ts';

/**
 * What becomes of a packet after an action: `pass` and `pipe` at the end accept it, `continue` goes on to the next filter,
 * `pipe` to the next action. @see linux net/sched/act_api.c:tcf_action_exec, iproute2 tc/m_action.c:action_n2a
 */
export type Control =
  | 'continue'
  | 'pass'
  | 'pipe'
  | 'drop'
  | 'reclassify'
  | 'stolen'
  | 'trap'
  | { readonly chain: number };

/** One action of a filter, in its order. */
export type TcAction =
  | {
      readonly kind: 'police';
      readonly words: PoliceWords;
      /** How many filters have this very policer, wherever they are; absent: tc did not say. */
      readonly binds?: number;
      readonly counters?: TcCounters;
      readonly text: string;
    }
  | {
      readonly kind: 'plain';
      readonly control: Control;
      /** The priority that it gives to a packet, as tc writes a class: `1:`, `1:2`. htb looks at it first. */
      readonly priority?: string;
      /** The mark that it gives to a packet. */
      readonly mark?: number;
      /** It sends the packet to another device for good; absent: it does not. */
      readonly device?: string;
      /** It may make another protocol of the packet (vlan). */
      readonly isAnother?: true;
      readonly text: string;
    }
  | { readonly kind: 'unknown'; readonly text: string };

/** An action's own line and those below it. */
export interface ActionLines {
  /** Without `action order 1:`. */
  readonly head: string;
  readonly details: readonly string[];
}

/** Actions that leave the packet as it is, or change what is in it, and say what becomes of it last. */
const CLOSING = /^(?:skbedit|sample) /;

/** Reads one action; what is none of a closed list is `unknown`. */
export function parseAction({ head, details }: ActionLines): TcAction {
  if (head.startsWith('police ')) return policer(head, details);
  const control = controlOf(head, details);
  // Part of a mark, or that of a connection: which it is then is not known.
  if (control === undefined || /^skbedit .*mark \S+\//.test(head)) return { kind: 'unknown', text: head };
  const priority = /^skbedit .*?(?:^| )priority (\S+)/.exec(head)?.[1];
  const mark = /^skbedit .*?(?:^| )mark (\d{1,10})(?: |$)/.exec(head)?.[1];
  const device = / Redirect to device (\S{1,15})\)/.exec(head)?.[1];
  return {
    kind: 'plain',
    control,
    ...(priority !== undefined && { priority }),
    ...(mark !== undefined && { mark: Number(mark) }),
    ...(device !== undefined && { device }),
    ...(head.startsWith('vlan ') && { isAnother: true }),
    text: head,
  };
}

function policer(head: string, details: readonly string[]): TcAction {
  const words = parsePolice(head);
  if (words === undefined) return { kind: 'unknown', text: head };
  const binds = details
    .map(line => /(?:^|\s)bind (\d{1,9})(?:\s|$)/.exec(line)?.[1])
    .find(one => one !== undefined);
  const counters = details.map(parseTcCounters).find(one => one !== undefined);
  return {
    kind: 'police',
    words,
    ...(binds !== undefined && { binds: Number(binds) }),
    ...(counters && { counters }),
    text: head,
  };
}

/** What an action that is no policer does with a packet; undefined: it is not known. */
function controlOf(head: string, details: readonly string[]): Control | undefined {
  const gact = /^gact action (.+)$/.exec(head)?.[1];
  // One that is sometimes something else says so in the line below.
  if (gact !== undefined) {
    return details.some(line => /^\s*random type (?!none )/.test(line)) ? undefined : parseControl(gact);
  }
  const mirred = /^mirred \((?:Egress|Ingress) (?:Redirect|Mirror) to device \S{1,15}\) (.+)$/.exec(
    head,
  )?.[1];
  if (mirred !== undefined) return parseControl(mirred);
  if (/^vlan +(?:pop|push|modify)\b/.test(head) || CLOSING.test(head)) return lastControl(head);
  const named = /^(?:pedit|csum \([^)]{0,60}\)) action (.+?)(?: keys \d{1,3})?$/.exec(
    head.replace(/ +/g, ' '),
  )?.[1];
  if (named !== undefined) return parseControl(named);
  const skbmod = /^skbmod (\S+)/.exec(head)?.[1];
  return skbmod === undefined ? undefined : parseControl(skbmod);
}

const WORDS: Readonly<Record<string, Control>> = {
  continue: 'continue',
  pass: 'pass',
  ok: 'pass',
  pipe: 'pipe',
  drop: 'drop',
  shot: 'drop',
  reclassify: 'reclassify',
  stolen: 'stolen',
  queued: 'stolen',
  trap: 'trap',
};

/** `pipe`, `goto chain 5`; undefined: a word that is not known (`jump 1`). */
export function parseControl(text: string): Control | undefined {
  const chain = /^goto chain (\d{1,10})$/.exec(text)?.[1];
  if (chain !== undefined) return { chain: Number(chain) };
  return Object.hasOwn(WORDS, text) ? WORDS[text] : undefined;
}

function lastControl(head: string): Control | undefined {
  const chain = /goto chain \d{1,10}$/.exec(head)?.[0];
  return parseControl(chain ?? head.split(' ').at(-1) ?? '');
}
