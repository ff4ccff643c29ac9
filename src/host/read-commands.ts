const TC_OBJECTS = new Set(['class', 'qdisc', 'filter']);
const OVS_READS = new Set(['list', 'get', 'find']);

/** Whether an argv is one of the few commands that only look: `tc … show`, `tc -V`, `ovs-vsctl … list|get|find`. */
export function isReadCommand(argv: readonly string[]): boolean {
  const [program, ...rest] = argv;
  if (program === 'tc') return isTcRead(rest);
  if (program === 'ovs-vsctl') return isOvsRead(rest);
  return false;
}

function isTcRead(words: readonly string[]): boolean {
  const options = words.findIndex(word => !/^-[jrsd]$/.test(word));
  const [object = '', verb] = options < 0 ? [] : words.slice(options);
  return (words.length === 1 && object === '-V') || (TC_OBJECTS.has(object) && verb === 'show');
}

/** Every command of the chain (`--` between) has to be a read; options before it start with `--`. */
function isOvsRead(words: readonly string[]): boolean {
  const commands: string[][] = [[]];
  for (const word of words) {
    if (word === '--') commands.push([]);
    else commands.at(-1)?.push(word);
  }
  return commands.every(command => OVS_READS.has(command.find(word => !word.startsWith('--')) ?? ''));
}
