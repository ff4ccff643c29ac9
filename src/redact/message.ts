import { redactPath } from './path.ts';
import type { Pseudonyms } from './pseudonyms.ts';
import { redactTcWords } from './tc-output.ts';
import { isTcWord } from './tc-words.ts';
import { redactToken } from './tokens.ts';

/** Words of messages of this program, of libvirt, of Open vSwitch and of the system. */
const words = new Set(
  `a an all already also and another answer answers any are as at be because been before below but by can cannot closed
  code command connection could database denied did directory does domain entries error exists exit exited expected failed
  file folder for from group had has have holds host id if in input into interrupted invalid is it its large larger later
  leads libvirt link list lost machine match matching memory message metadata missing more must namespace name names network no
  nor not nothing number object of on only open operation option or other out outside parameter path permission permitted
  place plain port process program property quickly read reads record refused regular requested run running say says
  server signal socket so status still such support supported system table tables than that the them there these this
  time timed to too unable unknown unreachable unsupported up used uuid value version was went were what which will with
  within without would write wrong yet you your column contain contains entry row bridge interface device devices cgroup cgroups controller
  made make makes known kill killed end ended ms s seconds second bytes byte capture captured domains definition
  configuration config live persistent inactive active monitor timeout qemu driver internal argument arguments operation
  disk block statistics throttle sees looked look one two its' 'tc capability capabilities access open(2) fatal
  tc ovs-vsctl ovs-ofctl virsh tar failed: mount mounted busy again transport endpoint connected reset peer broken pipe`.split(
    /\s+/,
  ),
);
const errno = /^E[A-Z0-9]{2,12}$/;
const programs = new Set(['tc', 'ovs-vsctl', 'ovs-ofctl']);

/**
 * What an error says: common words and numbers stay. Whatever stands in quotes is a name, however common it is as a
 * word, unless it is a path or a command line.
 */
export function redactMessage(text: string, names: Pseudonyms): string {
  return text
    .split(/('[^'\n]*'|"[^"\n]*"|`[^`'\n]*')/)
    .map((part, at, parts) => {
      if (at % 2 === 0) return redactProse(part, names);
      const isDevice = /\b(?:device|interface|port|bridge)\s*$/i.test(parts[at - 1] ?? '');
      if (isDevice) return `${part[0]}${names.device(part.slice(1, -1))}${part.at(-1)}`;
      return `${part[0]}${redactQuoted(part.slice(1, -1), names)}${part.at(-1)}`;
    })
    .join('');
}

function redactQuoted(quoted: string, names: Pseudonyms): string {
  if (quoted.startsWith('/')) return redactPath(quoted, names);
  const [program = '', ...rest] = quoted.split(' ');
  if (programs.has(program)) {
    if (program === 'tc') return redactTcWords(quoted.split(' '), names).join(' ');
    return [program, ...rest.map(word => redactWord(word, names))].join(' ');
  }
  return redactToken(quoted, names, word => names.word(word));
}

function redactProse(text: string, names: Pseudonyms): string {
  return text
    .split(/(\s+)/)
    .map(token => (/^\s*$/.test(token) ? token : redactToken(token, names, word => redactWord(word, names))))
    .join('');
}

function redactWord(word: string, names: Pseudonyms): string {
  if (word.startsWith('/')) return redactPath(word, names);
  if (words.has(word.toLowerCase()) || errno.test(word) || isTcWord(word)) return word;
  return names.word(word);
}
