import {
  readTcClassCounters,
  readTcClasses,
  readTcHfscClasses,
  readTcQdiscsBeside,
  readTcRules,
  type TcAnswer,
} from '../host/tc.ts';
import type { TcClass } from '../observed/tc-class.ts';
import type { ClassTree } from '../observed/tc-path/destinations.ts';
import type { HfscClass } from '../observed/tc-path/hfsc.ts';
import type { PathPart } from '../observed/tc-path/path.ts';
import type { TcRule } from '../observed/tc-path/rule.ts';
import type { TcQdisc } from '../observed/tc-qdisc.ts';
import type { HostReader } from '../ports/host.ts';
import type { TapLimits } from '../verify/host-facts.ts';
import { look, type Seen } from './unseen.ts';

/** What tc said of a device, part by part. */
export interface TapAnswers {
  readonly classes: Seen<TcAnswer<TcClass>>;
  readonly ingress: Seen<TcAnswer<TcRule>>;
  readonly qdiscs: Seen<TcAnswer<TcQdisc>>;
  readonly filters: Seen<TcAnswer<TcRule>>;
  readonly egress: Seen<TcAnswer<TcRule>>;
  readonly hfsc: Seen<TcAnswer<HfscClass>>;
  /** By class. */
  readonly classFilters: ReadonlyMap<string, Seen<TcAnswer<TcRule>>>;
  /** Devices to which filters on ingress send packets (`ifb`). */
  readonly redirected: ReadonlyMap<string, ClassTree>;
}

/** Nothing is there to be asked for. */
const none = { found: { source: '', found: [] } } as const;

/** Reads everything that decides what becomes of the packets of a device. */
export async function readTap(host: HostReader, dev: string): Promise<TapAnswers> {
  const answers = await readDevice(host, dev);
  const devices = 'found' in answers.ingress ? devicesIn(answers.ingress.found.found) : [];
  const trees = await Promise.all(devices.map(async one => tapOf(await readDevice(host, one))));
  const redirected = devices.flatMap((one, at) => {
    const tree = trees[at];
    return tree === undefined ? [] : [[one, tree] as const];
  });
  return { ...answers, redirected: new Map(redirected) };
}

/** Others than a few are nobody's way to limit a tap. */
const MOST_DEVICES = 4;

function devicesIn(rules: readonly TcRule[]): readonly string[] {
  const actions = rules.flatMap(rule => rule.actions);
  const devices = actions.flatMap(one =>
    one.kind === 'plain' && one.device !== undefined ? [one.device] : [],
  );
  return [...new Set(devices)].slice(0, MOST_DEVICES);
}

async function readDevice(host: HostReader, dev: string): Promise<TapAnswers> {
  const [classes, counters, plain, qdiscs, filters] = await Promise.all([
    look(() => readTcClasses(host, dev)),
    look(() => readTcClassCounters(host, dev)),
    look(() => readTcRules(host, dev, ['parent', 'ffff:'])),
    look(() => readTcQdiscsBeside(host, dev)),
    look(() => readTcRules(host, dev, [])),
  ]);
  const isHfsc = 'found' in qdiscs && qdiscs.found.found.some(one => one.kind === 'hfsc');
  const hasClsact = 'found' in qdiscs && qdiscs.found.found.some(one => one.kind === 'clsact');
  const inner = 'found' in filters && filters.found.found.length > 0 ? innerClasses(classes) : [];
  const [hfsc, ingress, egress, ...own] = await Promise.all([
    isHfsc ? look(() => readTcHfscClasses(host, dev)) : none,
    hasClsact ? look(() => readTcRules(host, dev, ['ingress'])) : plain,
    hasClsact ? look(() => readTcRules(host, dev, ['egress'])) : none,
    ...inner.map(handle => look(() => readTcRules(host, dev, ['parent', handle]))),
  ]);
  return {
    classes: counted(classes, counters),
    ingress,
    qdiscs,
    filters,
    egress: 'found' in qdiscs ? egress : qdiscs,
    hfsc,
    classFilters: new Map(inner.map((handle, at) => [handle, own[at] ?? none])),
    redirected: new Map(),
  };
}

/** Those that are no leaves: they may have filters of their own. */
function innerClasses(classes: TapAnswers['classes']): readonly string[] {
  if (!('found' in classes)) return [];
  const parents = new Set(classes.found.found.map(one => one.parent));
  return classes.found.found.map(one => one.handle).filter(handle => parents.has(handle));
}

/** What went through a class is told in another answer than its exact numbers. */
function counted(classes: TapAnswers['classes'], counters: TapAnswers['classes']): TapAnswers['classes'] {
  if (!('found' in classes) || !('found' in counters)) return classes;
  const of = new Map(counters.found.found.map(one => [one.handle, one.counters]));
  const { source, found } = classes.found;
  const all = found.map((one): TcClass => {
    const known = of.get(one.handle);
    return known === undefined ? one : { counters: known, ...one };
  });
  return { found: { source, found: all } };
}

/** The same without what was asked; undefined: its classes or its ingress could not be seen. */
export function tapOf(answers: TapAnswers): TapLimits | undefined {
  const { classes, ingress, qdiscs, filters, egress, hfsc, classFilters, redirected } = answers;
  if (!('found' in classes) || !('found' in ingress)) return undefined;
  const inner = [...classFilters].flatMap(([handle, seen]) =>
    'found' in seen ? [[handle, seen.found.found] as const] : [],
  );
  return {
    classes: classes.found.found,
    ingress: ingress.found.found,
    ...('found' in qdiscs && { qdiscs: qdiscs.found.found }),
    ...('found' in filters && { filters: filters.found.found }),
    ...('found' in egress && { egress: egress.found.found }),
    ...('found' in hfsc && hfsc.found.found.length > 0 && { hfsc: hfsc.found.found }),
    ...(inner.length > 0 && { classFilters: new Map(inner) }),
    ...(redirected.size > 0 && { redirected }),
  };
}

/** The command that told of a part, and why it could not be read where it was not. */
export function partOf(
  answers: TapAnswers,
  part: PathPart,
): { readonly source?: string; readonly why?: string } {
  const seen = part === 'class filters' ? [...answers.classFilters.values()][0] : answers[part];
  if (seen === undefined) return {};
  return 'found' in seen ? { source: seen.found.source } : { why: seen.why };
}
