import { type Iproute2Version, parseIproute2Version } from '../observed/iproute2-version.ts';
import { parseTcClasses, type TcClass } from '../observed/tc-class.ts';
import { parseTcFilters, type TcFilter } from '../observed/tc-filter-list.ts';
import { type HfscClass, parseHfscClasses } from '../observed/tc-path/hfsc.ts';
import { parseTcRules, type TcRule } from '../observed/tc-path/rule.ts';
import { parseTcPolicers, type TcPolicer } from '../observed/tc-policer.ts';
import { parseTcQdiscs, type TcQdisc } from '../observed/tc-qdisc.ts';
import type { TcTree } from '../observed/tc-tree.ts';
import { HostReadError, type HostReader } from '../ports/host.ts';

/** What was asked and what it answered. */
export interface TcAnswer<T> {
  /** The command line. */
  readonly source: string;
  readonly found: readonly T[];
}

/** The version of this host's tc. @throws HostReadError */
export async function readIproute2Version(host: HostReader): Promise<Iproute2Version> {
  const version = parseIproute2Version(await answer(host, ['tc', '-V']));
  if (version === undefined) throw new HostReadError("'tc -V' names no version");
  return version;
}

/** The htb classes of a device. @throws HostReadError when there is no such device here */
export async function readTcClasses(host: HostReader, dev: string): Promise<TcAnswer<TcClass>> {
  return asked(host, ['tc', '-j', 'class', 'show', 'dev', checked(dev)], parseTcClasses);
}

/** The policers on a device's ingress. @throws HostReadError when there is no such device here */
export async function readTcPolicers(host: HostReader, dev: string): Promise<TcAnswer<TcPolicer>> {
  return asked(host, policersOf(dev), parseTcPolicers);
}

/** Policers that were found before, as an answer of its own. */
export function policersSeen(dev: string, found: readonly TcPolicer[]): TcAnswer<TcPolicer> {
  return { source: policersOf(dev).join(' '), found };
}

function policersOf(dev: string): readonly string[] {
  return rulesAt(dev, ['parent', 'ffff:']);
}

/**
 * Filters of a device: of its root qdisc when `hook` is empty, else of what it names: `['parent', 'ffff:']` (an `ingress`
 * qdisc), `['ingress']` and `['egress']` (`clsact`), `['parent', '1:1']` (a class).
 *
 * @throws HostReadError when there is no such device here
 */
export function readTcRules(
  host: HostReader,
  dev: string,
  hook: readonly string[],
): Promise<TcAnswer<TcRule>> {
  return asked(host, rulesAt(dev, hook), parseTcRules);
}

/** With the options of the other questions about a device, so that one process can answer them all. */
function rulesAt(dev: string, hook: readonly string[]): readonly string[] {
  return ['tc', '-r', '-s', '-d', 'filter', 'show', 'dev', checked(dev), ...hook];
}

/** A tree with what tc was asked for each part of it. */
export interface TcTreeAnswer {
  readonly tree: TcTree;
  readonly sources: { readonly qdiscs: string; readonly classes: string; readonly filters: string };
}

/** What shapes the packets that a device sends. @throws HostReadError when there is no such device here */
export async function readTcTree(host: HostReader, dev: string): Promise<TcTreeAnswer> {
  const [qdiscs, classes, filters] = await Promise.all([
    readTcQdiscs(host, dev),
    asked(host, ['tc', '-d', '-j', 'class', 'show', 'dev', checked(dev)], parseTcClasses),
    readTcFilters(host, dev),
  ]);
  return {
    tree: { qdiscs: qdiscs.found, classes: classes.found, filters: filters.found },
    sources: { qdiscs: qdiscs.source, classes: classes.source, filters: filters.source },
  };
}

/** The filters of a device's root qdisc. @throws HostReadError when there is no such device here */
export function readTcFilters(host: HostReader, dev: string): Promise<TcAnswer<TcFilter>> {
  return asked(host, ['tc', '-d', 'filter', 'show', 'dev', checked(dev)], parseTcFilters);
}

/** The qdiscs of a device. @throws HostReadError when there is no such device here */
export function readTcQdiscs(host: HostReader, dev: string): Promise<TcAnswer<TcQdisc>> {
  return asked(host, ['tc', '-d', 'qdisc', 'show', 'dev', checked(dev)], parseTcQdiscs);
}

/**
 * The same, asked with the options of {@link readTcPolicers}, so that one process can answer both. Statistics are left
 * out. @throws HostReadError when there is no such device here
 */
export function readTcQdiscsBeside(host: HostReader, dev: string): Promise<TcAnswer<TcQdisc>> {
  const argv = ['tc', '-r', '-s', '-d', 'qdisc', 'show', 'dev', checked(dev)];
  return asked(host, argv, parseTcQdiscs);
}

/** All filters on a device's ingress. @throws HostReadError when there is no such device here */
export function readTcIngressFilters(host: HostReader, dev: string): Promise<TcAnswer<TcFilter>> {
  return asked(host, ['tc', '-d', 'filter', 'show', 'dev', checked(dev), 'parent', 'ffff:'], parseTcFilters);
}

async function asked<T>(
  host: HostReader,
  argv: readonly string[],
  parse: (text: string) => readonly T[],
): Promise<TcAnswer<T>> {
  const text = await answer(host, argv);
  return { source: argv.join(' '), found: understood(argv, () => parse(text)) };
}

/**
 * The same with what went through them, and in text whatever tc is: as the policers are asked for, so that both can be
 * asked at once. @throws HostReadError when there is no such device here
 */
export async function readTcClassCounters(host: HostReader, dev: string): Promise<TcAnswer<TcClass>> {
  const argv = ['tc', '-r', '-s', '-d', 'class', 'show', 'dev', checked(dev)];
  return { source: argv.join(' '), found: parseTcClasses(await answer(host, argv)) };
}

/** The hfsc classes of a device; in text they are told with their rates. @throws HostReadError */
export async function readTcHfscClasses(host: HostReader, dev: string): Promise<TcAnswer<HfscClass>> {
  return asked(host, ['tc', '-r', '-s', '-d', 'class', 'show', 'dev', checked(dev)], parseHfscClasses);
}

/** @see linux net/core/dev.c:dev_valid_name */
function checked(dev: string): string {
  if (/^[^\s/:]{1,15}$/.test(dev) && dev !== '.' && dev !== '..') return dev;
  throw new HostReadError(`'${dev}' cannot be a network device`);
}

async function answer(host: HostReader, argv: readonly string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.run(argv);
  if (exitCode === 0) return stdout;
  const why = stderr.trim().split('\n')[0] ?? '';
  throw new HostReadError(`'${argv.join(' ')}' failed: ${why.slice(0, 200) || `exit status ${exitCode}`}`);
}

function understood<T>(argv: readonly string[], parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw new HostReadError(`'${argv.join(' ')}' did not answer JSON`, { cause: error });
  }
}
