import type { PathBreak } from '../observed/tc-path/path.ts';
import { policePath } from '../observed/tc-path/police-path.ts';
import type { TcPolicer } from '../observed/tc-policer.ts';
import type { TapLimits } from './host-facts.ts';

/** What keeps a policer on a device's ingress from being its limit. */
export function policerPath({ ingress, qdiscs }: TapLimits, { rule }: TcPolicer): PathBreak | undefined {
  return policePath(
    ingress,
    rule,
    qdiscs?.find(one => one.kind === 'ingress' || one.kind === 'clsact'),
  );
}
