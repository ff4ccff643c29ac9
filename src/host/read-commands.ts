const TC_OBJECTS = new Set(['class', 'qdisc', 'filter']);
const OVS_READS = new Set(['list', 'get', 'find']);

/**
 * Whether an argv is one of the few commands that only look: `tc … show`, `tc -V`,
 * `ovs-vsctl … list|get|find`, `ovs-ofctl … dump-flows|dump-meters|meter-stats`.
 */
export function isReadCommand(argv: readonly string[]): boolean {
  const [program, ...rest] = argv;
  if (program === 'tc') return isTcRead(rest);
  if (program === 'ovs-vsctl') return isOvsRead(rest);
  if (program === 'ovs-ofctl') return isOpenFlowRead(rest);
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

/** Options, then what to dump of which bridge. */
function isOpenFlowRead(words: readonly string[]): boolean {
  const line = words.join(' ');
  return /^(?:(?:--timeout=\d{1,2}|-O OpenFlow1[0-5]|--no-names|--no-stats) )*(?:dump-flows|dump-meters|meter-stats) [A-Za-z0-9_][\w.-]{0,14}(?: table=\d{1,3})?$/.test(
    line,
  );
}
