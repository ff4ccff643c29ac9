import type { Diagnostic } from '../../diagnostics.ts';
import type { Marking } from '../../intent/marking.ts';
import { socketOption } from './socket-option.ts';
import { notExpressible, type TargetText, targetText } from './target.ts';

/** Calls with which a program marks what its own socket sends; the program chooses the sockets. */
export function setsockopt(marking: Marking): TargetText {
  const lines = marking.families.map(family => {
    const { levelName, level, optionName, option, value } = socketOption(family, marking.dscp);
    const call = `setsockopt(fd, ${levelName}, ${optionName}, &(int){${value}}, sizeof(int));`;
    return `${call} /* level ${level}, option ${option}, value 0x${value.toString(16)} */`;
  });
  return targetText(lines, marking.direction === 'ingress' ? [onlySent()] : []);
}

function onlySent(): Diagnostic {
  return notExpressible('direction', 'setsockopt');
}
