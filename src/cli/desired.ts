import type { Diagnostic } from '../diagnostics.ts';
import type { DomainRef } from '../ports/hypervisor.ts';
import type { Desired } from '../workflow/audit.ts';
import type { DomainView } from '../workflow/look-at.ts';
import { type AskedOptions, readAsked } from './asked.ts';
import type { ConnectOptions } from './connection.ts';
import { type DesiredSources, desiredBy, type TellErrors } from './desired-by.ts';
import { sayDiagnostics, wishOptionsIn } from './quota-input.ts';
import type { Terminal } from './terminal.ts';
import { wishArguments } from './wish-arguments.ts';

/** Options by which an audit is told what domains shall have. */
export interface DesiredOptions extends AskedOptions, ConnectOptions {
  /** A file of assignments, or `-`. */
  readonly from?: string;
  /** A catalogue of flavors: a folder or a file. */
  readonly flavors?: string;
}

/** Reads what domains shall have. Findings are printed. @throws QuotaError `invalid-input` */
export async function readDesired(options: DesiredOptions, terminal: Terminal): Promise<DesiredSources> {
  const given = wishOptionsIn(options).length > 0 ? await readAsked(options, terminal) : undefined;
  const requests = await requestsIn(options, terminal);
  for (const domain of twice(requests.map(request => request.domain))) {
    terminal.say(`warning: '${options.from}' has several lines for '${domain}': the last one counts`);
  }
  const catalogue = await catalogueIn(options);
  return {
    ...(given && { given }),
    options: wishArguments(options),
    requests,
    from: options.from ?? '-',
    ...(catalogue && { catalogue }),
    connect: wishArguments({ ...(options.connect !== undefined && { connect: options.connect }) }),
    prune: options.prune === true,
  };
}

/** So many of them are named. */
const NAMED = 5;

/** Says which assignments are of no domain of this host: the file may be of several hosts, or a name wrong. */
export function sayUnassigned(
  { requests, from }: DesiredSources,
  domains: readonly DomainRef[],
  terminal: Terminal,
): void {
  const here = new Set(domains.flatMap(({ name, uuid }) => [name, uuid]));
  const absent = [...new Set(requests.map(({ domain }) => domain))].filter(domain => !here.has(domain));
  if (absent.length === 0) return;
  const names = absent.slice(0, NAMED).map(domain => `'${domain}'`);
  const more = absent.length > NAMED ? [`${absent.length - NAMED} more`] : [];
  terminal.say(
    `warning: '${from}' assigns flavors to domains that are not here: ${[...names, ...more].join(', ')}`,
  );
}

/** What reads files of many flavors is loaded for those who have some: most audits are told nothing. */
async function requestsIn(options: DesiredOptions, terminal: Terminal): Promise<DesiredSources['requests']> {
  if (options.from === undefined) return [];
  const { readAssignments } = await import('./assignments.ts');
  return readAssignments(options.from, { scopes: [], options, terminal });
}

async function catalogueIn({ flavors }: DesiredOptions): Promise<DesiredSources['catalogue']> {
  return flavors === undefined ? undefined : (await import('./catalogue.ts')).readCatalogue(flavors);
}

function twice(names: readonly string[]): ReadonlySet<string> {
  const first = new Map(names.map((name, at) => [name, at] as const).reverse());
  return new Set(names.filter((name, at) => first.get(name) !== at));
}

/** Reads it, and says what a domain shall have. @throws QuotaError `invalid-input` */
export async function desiredFrom(
  options: DesiredOptions,
  terminal: Terminal,
): Promise<(view: DomainView) => Desired> {
  return desiredBy(await readDesired(options, terminal), errorsSaidOnce(terminal));
}

/** What is asked of many domains in the same words is said once. */
export function errorsSaidOnce(terminal: Terminal): TellErrors {
  const said = new Set<string>();
  return errors => {
    const news = new Map<string, Diagnostic>(errors.map(error => [JSON.stringify(error), error]));
    for (const text of said) news.delete(text);
    for (const text of news.keys()) said.add(text);
    sayDiagnostics([...news.values()], terminal);
  };
}
