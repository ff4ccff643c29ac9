const DEVICE = /^[A-Za-z0-9_][A-Za-z0-9_.-]{0,14}$/;
/** Nothing that a batch would take for a comment, a quote or a line that goes on. */
const WORD = /^[A-Za-z0-9_.:/-]{1,64}$/;
const VERBS: Readonly<Record<string, ReadonlySet<string>>> = {
  qdisc: new Set(['add', 'del']),
  class: new Set(['add', 'change', 'del']),
  filter: new Set(['add', 'change', 'del']),
};
/** More than any profile has. */
const MAX_LINES = 100_000;

/**
 * Whether an argv is `tc [-force] -batch -` with lines that add, change or delete qdiscs, classes and filters of one
 * device and do nothing else.
 *
 * @param input the lines
 */
export function isTcWrite(argv: readonly string[], input: string): boolean {
  if (!/^tc(?: -force)? -batch -$/.test(argv.join(' '))) return false;
  const lines = input.split('\n');
  if (lines.pop() !== '' || lines.length === 0 || lines.length > MAX_LINES) return false;
  const devices = new Set(lines.map(deviceOf));
  return devices.size === 1 && !devices.has(undefined);
}

/** The device that a line writes to; undefined: it is none that may be. */
function deviceOf(line: string): string | undefined {
  const [object = '', verb = '', dev, name = '', ...rest] = line.split(' ');
  const verbs = Object.hasOwn(VERBS, object) ? VERBS[object] : undefined;
  const isFine = verbs?.has(verb) === true && dev === 'dev' && DEVICE.test(name) && rest.length > 0;
  return isFine && rest.every(word => WORD.test(word) && word !== 'dev') ? name : undefined;
}
