import type { TcClass } from '../tc-class.ts';
import { htbDefault, type TcQdisc } from '../tc-qdisc.ts';
import { familiesOf } from './family.ts';
import type { HfscClass } from './hfsc.ts';
import type { PathPart } from './path.ts';
import type { TcRule } from './rule.ts';
import { type Doubt, type End, type Packets, walk } from './walk.ts';

/** All that decides where a packet goes that a device sends. What was not read is left out, and is then not known. */
export interface ClassTree {
  readonly qdiscs?: readonly TcQdisc[];
  /** Those of htb. */
  readonly classes: readonly TcClass[];
  /** Those of hfsc. */
  readonly hfsc?: readonly HfscClass[];
  /** Of the root qdisc. */
  readonly filters?: readonly TcRule[];
  /** By class: filters of those that are no leaves. */
  readonly classFilters?: ReadonlyMap<string, readonly TcRule[]>;
  /** Of `clsact`, which come before the root qdisc; empty where there is none. */
  readonly egress?: readonly TcRule[];
}

/** Where some packets end. */
export interface Destination {
  /** `direct`: past all classes. `nowhere`: a filter drops them. `lost`: it is not known where. */
  readonly to: 'direct' | 'lost' | 'nowhere' | TcClass;
  readonly families: Packets['families'];
  readonly part: PathPart;
  /** What led them there. */
  readonly text: string;
  readonly rule?: TcRule;
  readonly doubt?: Doubt;
}

/** Why nothing is known of where packets go. */
export const FILTERS = 'the filters of the root qdisc were not read';
/** As above. */
export const EGRESS = 'the filters of clsact were not read';

/** Where all packets go that an htb qdisc at the root is given; a text: why that is not known. */
export function destinationsIn(tree: ClassTree, root: TcQdisc): readonly Destination[] | string {
  const { filters, egress } = tree;
  if (filters === undefined) return FILTERS;
  return egress === undefined ? EGRESS : new Search({ ...tree, filters, egress }, root).destinations();
}

/** Follows packets as htb does. */
class Search {
  readonly #tree: ClassTree & Required<Pick<ClassTree, 'filters' | 'egress'>>;
  readonly #root: TcQdisc;
  /** Of its handle: `1:`. */
  readonly #major: string;

  constructor(tree: ClassTree & Required<Pick<ClassTree, 'filters' | 'egress'>>, root: TcQdisc) {
    this.#tree = tree;
    this.#root = root;
    this.#major = /^[0-9a-f]*:/.exec(root.handle)?.[0] ?? '1:';
  }

  destinations(): readonly Destination[] {
    const { egress, filters } = this.#tree;
    return walk(egress, { families: familiesOf('all'), met: [] }).flatMap(({ packets, fate, rule }) => {
      if (fate !== 'accepted') return [this.#ended(packets, fate, 'egress', rule)];
      const { priority } = packets;
      const isOurs = priority?.startsWith(this.#major) ?? false;
      const setter = egress.find(one =>
        one.actions.some(action => action.kind === 'plain' && action.priority === priority),
      );
      const chosen = isOurs ? this.#chosen(priority ?? '', packets, 'egress', setter, 0) : undefined;
      return chosen ?? this.#through(filters, packets, 'filters', 0);
    });
  }

  /** What one list of filters makes of packets. */
  #through(
    rules: readonly TcRule[],
    packets: Packets,
    part: PathPart,
    depth: number,
  ): readonly Destination[] {
    return walk(rules, packets).flatMap(({ packets: some, fate, rule }) => {
      if (fate !== 'accepted') return [this.#ended(some, fate, part, rule)];
      const { classid } = rule ?? {};
      const chosen = classid === undefined ? undefined : this.#chosen(classid, some, part, rule, depth);
      return chosen ?? [this.#byDefault(some)];
    });
  }

  /** undefined: there is no such class, and the default one is taken. */
  #chosen(
    classid: string,
    packets: Packets,
    part: PathPart,
    rule: TcRule | undefined,
    depth: number,
  ): readonly Destination[] | undefined {
    const place = {
      families: packets.families,
      part,
      text: rule?.text ?? '',
      ...(rule && { rule }),
      ...doubtOf(packets),
    };
    if (classid.startsWith(this.#major) && /^[0-9a-f]*:0*$/.test(classid))
      return [{ to: 'direct', ...place }];
    const found = this.#tree.classes.find(one => one.handle === classid);
    if (found === undefined) return undefined;
    if (!this.#isInner(found)) return [{ to: found, ...place }];
    const rules = this.#tree.classFilters?.get(found.handle);
    if (rules === undefined || depth > 8) {
      const why = `the filters of class ${found.handle} were not read`;
      const doubt = rule === undefined ? {} : { doubt: { rule, why } };
      return [{ ...place, to: 'lost', ...doubt, text: found.text }];
    }
    return this.#through(rules, packets, 'class filters', depth + 1);
  }

  #byDefault(packets: Packets): Destination {
    const minor = htbDefault(this.#root);
    const place = { families: packets.families, ...doubtOf(packets) };
    const found = this.#tree.classes.find(one => one.handle === `${this.#major}${(minor ?? 1).toString(16)}`);
    if (minor === 0 || found === undefined)
      return { to: 'direct', part: 'qdiscs', text: this.#root.text, ...place };
    const child = this.#tree.classes.find(one => one.parent === found.handle);
    if (child !== undefined) return { to: 'direct', part: 'classes', text: child.text, ...place };
    return { to: found, part: 'qdiscs', text: this.#root.text, ...place };
  }

  #isInner({ handle }: TcClass): boolean {
    return this.#tree.classes.some(one => one.parent === handle);
  }

  /** What another device is given may come back from it, as from an ifb. */
  #ended(
    packets: Packets,
    fate: Exclude<End['fate'], 'accepted'>,
    part: PathPart,
    rule: TcRule | undefined,
  ): Destination {
    const away =
      fate === 'left' && rule ? { doubt: { rule, why: 'it sends packets to another device' } } : {};
    return {
      to: fate === 'dropped' ? 'nowhere' : 'lost',
      families: packets.families,
      part,
      text: rule?.text ?? '',
      ...(rule && { rule }),
      ...away,
      ...doubtOf(packets),
    };
  }
}

function doubtOf({ doubt }: Packets): Pick<Destination, 'doubt'> {
  return doubt === undefined ? {} : { doubt };
}

/** Levels of classes that htb has. @see linux net/sched/sch_htb.c:TC_HTB_MAXDEPTH */
const LEVELS = 8;

/** A class and those above it, upwards. Of classes that go round in a circle, which no kernel has, each is there once. */
export function lineage(one: TcClass, classes: readonly TcClass[]): readonly TcClass[] {
  const line: TcClass[] = [];
  for (let next: TcClass | undefined = one; next !== undefined && line.length < LEVELS; ) {
    if (line.includes(next)) break;
    line.push(next);
    const above: string | undefined = next.parent;
    next = above === undefined ? undefined : classes.find(({ handle }) => handle === above);
  }
  return line;
}

/**
 * What a class lets through at most, in B/s: its ceiling, and beyond its own rate only what those above have to lend. One
 * without a parent has nobody to borrow from.
 */
export function classLimit(of: TcClass, classes: readonly TcClass[]): number {
  const nothing = Number.POSITIVE_INFINITY;
  return lineage(of, classes).reduceRight((lent, { parent, rateBps, ceilBps }) => {
    if (parent === undefined) return rateBps ?? nothing;
    return Math.min(ceilBps ?? rateBps ?? nothing, Math.max(rateBps ?? 0, lent));
  }, nothing);
}
