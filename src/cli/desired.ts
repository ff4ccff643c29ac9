import type { DesiredSource } from '../audit/domain-audit.ts';
import type { RepairContext } from '../audit/repair.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Flavor } from '../intent/flavor.ts';
import { wholeQuota } from '../intent/whole-quota.ts';
import type { Desired } from '../workflow/audit.ts';
import type { DomainView } from '../workflow/look-at.ts';
import { type AskedOptions, readAsked, recordOf } from './asked.ts';
import { readAssignments } from './assignments.ts';
import { type Catalogue, readCatalogue } from './catalogue.ts';
import type { ConnectOptions } from './connection.ts';
import { sayDiagnostics, wishOptionsIn } from './quota-input.ts';
import type { Terminal } from './terminal.ts';
import { propertyArguments, wishArguments } from './wish-arguments.ts';

/** Options by which an audit is told what domains shall have. */
export interface DesiredOptions extends AskedOptions, ConnectOptions {
  /** A file of assignments, or `-`. */
  readonly from?: string;
  /** A catalogue of flavors: a folder or a file. */
  readonly flavors?: string;
}

/**
 * Says what a domain shall have, by the first of these that knows: the flavor given, its assignment, the catalogue (by
 * the flavor that Nova's metadata names), extra specs in Nova's metadata, our own record, libvirt's definition.
 *
 * @throws QuotaError `invalid-input`
 */
export async function desiredFrom(
  options: DesiredOptions,
  terminal: Terminal,
): Promise<(view: DomainView) => Desired> {
  const given = wishOptionsIn(options).length > 0 ? await readAsked(options, terminal) : undefined;
  const requests =
    options.from === undefined ? [] : await readAssignments(options.from, { scopes: [], options, terminal });
  const assigned = new Map(requests.map(request => [request.domain, request]));
  for (const domain of twice(requests.map(request => request.domain))) {
    terminal.say(`warning: '${options.from}' has several lines for '${domain}': the last one counts`);
  }
  const catalogue = options.flavors === undefined ? undefined : await readCatalogue(options.flavors);
  const connect = wishArguments({ ...(options.connect !== undefined && { connect: options.connect }) });
  const prune = options.prune === true;
  const beside = { catalogue, connect, prune, sayErrors: errorsSaidOnce(terminal) };
  return view => {
    if (given !== undefined)
      return named('flavor', given.record?.flavor, given, { options: wishArguments(options) });
    const request = assigned.get(view.state.uuid) ?? assigned.get(view.state.name);
    if (request === undefined) return known(view, beside);
    // What volumes shall have is in the file alone.
    const repair =
      request.volumes?.length === 0
        ? { options: [...connect, ...propertyArguments(request.record?.asked ?? {})] }
        : { options: [...connect, '--from', options.from ?? '-'], isFile: true };
    return named('assignment', request.record?.flavor, request, repair);
  };
}

function twice(names: readonly string[]): ReadonlySet<string> {
  const first = new Map(names.map((name, at) => [name, at] as const).reverse());
  return new Set(names.filter((name, at) => first.get(name) !== at));
}

/** What is to be known beside the domain itself. */
interface Known {
  readonly catalogue: Catalogue | undefined;
  readonly connect: readonly string[];
  readonly prune: boolean;
  /** Of what is asked of many domains in the same words. */
  readonly sayErrors: (where: string, diagnostics: readonly Diagnostic[]) => void;
}

/** What a flavor asks for and no host could do is left out, which has to be said: nobody would miss it otherwise. */
function errorsSaidOnce(terminal: Terminal): Known['sayErrors'] {
  const said = new Set<string>();
  return (where, diagnostics) => {
    const errors = diagnostics
      .filter(one => one.severity === 'error')
      .map(one => ({ ...one, path: `${where}: ${one.path}` }));
    const news = errors.filter(one => !said.has(JSON.stringify(one)));
    for (const one of news) said.add(JSON.stringify(one));
    sayDiagnostics(news, terminal);
  };
}

/** What the domain itself tells. */
function known(view: DomainView, { catalogue, connect, prune, sayErrors }: Known): Desired {
  const { nova, intent } = view.live ?? view.config ?? {};
  const ofFlavor = (source: DesiredSource, { name, extraSpecs }: Flavor, how?: readonly string[]) => {
    const { quota, diagnostics } = wholeQuota(extraSpecs);
    sayErrors(`${source} ${name ?? view.state.name}`, diagnostics);
    const { record } = recordOf({ extraSpecs }, {});
    const asks = how ?? propertyArguments(record?.asked ?? {});
    const what = { quota, ...(prune && { prune }), ...(record && { record }) };
    return named(source, name, what, { options: [...connect, ...asks] });
  };
  const listed = catalogue?.get(nova?.id ?? '') ?? catalogue?.get(nova?.name ?? '');
  if (listed !== undefined) return ofFlavor('catalogue', listed);
  const specs = nova?.extraSpecs;
  if (nova !== undefined && specs !== undefined) {
    return ofFlavor('nova-metadata', { ...nova, extraSpecs: specs }, ['--flavor-from-metadata']);
  }
  if (intent !== undefined) {
    const name = intent.flavor === undefined ? {} : { name: intent.flavor };
    return ofFlavor('record', { ...name, extraSpecs: intent.asked });
  }
  return { source: 'libvirt', asked: { quota: wholeQuota({}).quota } };
}

function named(
  source: DesiredSource,
  flavor: string | undefined,
  asked: Desired['asked'],
  repair: RepairContext,
): Desired {
  return { source, asked, ...(flavor !== undefined && { flavor }), repair };
}
