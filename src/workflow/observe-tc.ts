import { drops, isOpenVswitchs, plainPolicer } from '../observed/policers.ts';
import { classPath } from '../observed/tc-path/class-path.ts';
import { classLimit } from '../observed/tc-path/destinations.ts';
import type { PathBreak } from '../observed/tc-path/path.ts';
import { policersOf } from '../observed/tc-policer.ts';
import type { HostReader } from '../ports/host.ts';
import type { Knob, KnobValues } from '../verify/expectation.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import type { Reading } from '../verify/reading.ts';
import { brokenBy, idle, policerPath } from '../verify/tap-path.ts';
import { partOf, readTap, type TapAnswers, tapOf } from './read-tap.ts';
import { unseen } from './unseen.ts';

/** The class that Open vSwitch makes of a port. */
const OF_PORT = '1:fffe';

/** libvirt's class, and the two that Open vSwitch makes of a `linux-htb` row. */
const classKnobs = [
  { knob: 'class htb 1:1', handle: '1:1', parent: undefined },
  { knob: 'class htb 1:fffe', handle: OF_PORT, parent: undefined },
  { knob: 'class htb 1:1 parent 1:fffe', handle: '1:1', parent: OF_PORT },
] as const;

const policeKnobs = ['police', 'police matchall'] as const;

/** What was read of one device. */
export interface ObservedTc {
  readonly readings: readonly Reading[];
  /** All of its classes and filters, whoever made them; absent: they could not be seen. */
  readonly state?: TapLimits;
}

/** Reads one device's classes and policers. A knob that is not there has a reading without values. */
export async function observeTc(host: HostReader, dev: string): Promise<ObservedTc> {
  const answers = await readTap(host, dev);
  const { classes, ingress } = answers;
  const state = tapOf(answers);
  const readings = [
    ...('why' in classes
      ? unseen(knobsOf(dev, classNames), `tc class show dev ${dev}`, classes.why)
      : classKnobs.map(one => classReading(dev, one, answers))),
    ...('why' in ingress
      ? unseen(knobsOf(dev, policeKnobs), `tc filter show dev ${dev} parent ffff:`, ingress.why)
      : policeKnobs.map(knob => policeReading(dev, knob, answers))),
  ];
  return state === undefined ? { readings } : { readings, state };
}

/** The readings of a device that cannot be looked at. */
export function unseenTc(dev: string, why: string): readonly Reading[] {
  return unseen(knobsOf(dev, [...classNames, ...policeKnobs]), 'tc', why);
}

const classNames = classKnobs.map(one => one.knob);

function knobsOf(dev: string, names: readonly string[]): readonly Knob[] {
  return names.map(knob => ({ layer: 'tc', subject: dev, knob }));
}

function classReading(
  dev: string,
  { knob, handle, parent }: (typeof classKnobs)[number],
  answers: TapAnswers,
): Reading {
  const tree = tapOf({ ...answers, ingress: { found: { source: '', found: [] } } });
  const { source = '' } = partOf(answers, 'classes');
  // Whatever is above libvirt's class, it limits what it did: only Open vSwitch's is another limit.
  const isMeant = (above: string | undefined) =>
    parent === undefined ? above !== OF_PORT : above === parent;
  const found = tree?.classes.find(one => one.handle === handle && isMeant(one.parent));
  if (tree === undefined || found === undefined) {
    return reading({ dev, knob, source, instead: tree === undefined ? '' : shapingOf(tree) });
  }
  const { rateBps, ceilBps, burstBytes, cburstBytes, text } = found;
  const whole = reading({ dev, knob, source, text }, { rateBps, ceilBps, burstBytes, cburstBytes });
  const through = classLimit(found, tree.classes);
  // libvirt's own class has nobody to borrow from, which is why its peak does nothing.
  if (parent === undefined && rateBps !== undefined && through > rateBps)
    return idle(whole, `class ${found.parent} above it lends it ${through - rateBps} B/s beyond its rate`);
  return onTheWay(whole, classPath(tree, handle), answers);
}

function policeReading(dev: string, knob: (typeof policeKnobs)[number], answers: TapAnswers): Reading {
  const { source = '' } = partOf(answers, 'ingress');
  const tap = tapOf({ ...answers, classes: { found: { source: '', found: [] } } });
  const policers = policersOf(tap?.ingress ?? []);
  const found = knob === 'police' ? plainPolicer(policers) : policers.find(isOpenVswitchs);
  if (tap === undefined || found === undefined) {
    return reading({ dev, knob, source, instead: textsOf(tap?.ingress ?? []) });
  }
  const { rateBps, burstBytes, text } = found;
  const whole = reading({ dev, knob, source, text }, { rateBps, burstBytes });
  if (!drops(found)) return idle(whole, 'it lets pass what is too much');
  return onTheWay(whole, policerPath(tap, found), answers);
}

/** What the way to a limit makes of its reading; the lines that tell so come first. */
function onTheWay(whole: Reading, found: PathBreak | undefined, answers: TapAnswers): Reading {
  if (found === undefined) return whole;
  const { source = whole.evidence.source, why } = partOf(answers, found.part);
  const own = whole.evidence.text;
  const text = found.text === '' || found.text.includes(own) ? found.text || own : `${found.text}\n${own}`;
  const told = { ...whole, evidence: { source, text } };
  const unread = found.how === 'unknown' && why !== undefined;
  return brokenBy(told, unread ? { ...found, why: `${found.why}: ${why}` } : found);
}

/** As much of tc's lines as helps to see what is there in place of a limit. */
const MOST_TEXT = 600;

function shapingOf({ classes, qdiscs = [] }: TapLimits): string {
  const root = qdiscs.filter(one => one.parent !== 'ffff:fff1');
  return [...root, ...classes]
    .map(one => one.text)
    .join('\n')
    .slice(0, MOST_TEXT);
}

function textsOf(rules: TapLimits['ingress']): string {
  return rules
    .map(one => one.text)
    .join('\n')
    .slice(0, MOST_TEXT);
}

function reading(
  found: { dev: string; knob: string; source: string; text?: string; instead?: string },
  values: Readonly<Record<string, number | undefined>> = {},
): Reading {
  const { dev, knob, source, text, instead = '' } = found;
  const known = Object.entries(values).filter((entry): entry is [string, number] => entry[1] !== undefined);
  const held: KnobValues = Object.fromEntries(known);
  return {
    layer: 'tc',
    subject: dev,
    knob,
    ...(text !== undefined && { values: held }),
    evidence: { source, text: text ?? instead },
  };
}
