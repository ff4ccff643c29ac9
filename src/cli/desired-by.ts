import type { DesiredSource } from '../audit/domain-audit.ts';
import type { RepairContext } from '../audit/repair.ts';
import type { Diagnostic } from '../diagnostics.ts';
import type { Flavor } from '../intent/flavor.ts';
import { isUnknownKey } from '../intent/near-key.ts';
import { notUnderstood, quotedKeys } from '../intent/understood.ts';
import { wholeQuota } from '../intent/whole-quota.ts';
import type { Desired } from '../workflow/audit.ts';
import type { DomainView } from '../workflow/look-at.ts';
import type { DomainRequest } from '../workflow/plan-domain.ts';
import type { Asked } from '../workflow/wish.ts';
import { recordOf } from './asked.ts';
import type { Catalogue } from './catalogue.ts';
import { propertyArguments } from './wish-arguments.ts';

/** All that was read of what domains shall have: data alone, so that it can be handed to another thread. */
export interface DesiredSources {
  /** For all of them. */
  readonly given?: Asked;
  /** `given` as the options of an apply. */
  readonly options: readonly string[];
  readonly requests: readonly DomainRequest[];
  /** Where the requests were read, for an apply. */
  readonly from: string;
  readonly catalogue?: Catalogue;
  readonly connect: readonly string[];
  readonly prune: boolean;
}

/** Is told what a flavor asks for and no host could do, or nobody reads: it is left out, and nobody would miss it otherwise. */
export type TellErrors = (errors: readonly Diagnostic[]) => void;

/**
 * Says what a domain shall have, by the first of these that knows: the flavor given, its assignment, the catalogue (by
 * the flavor that Nova's metadata names), extra specs in Nova's metadata, our own record, libvirt's definition.
 */
export function desiredBy(sources: DesiredSources, tellErrors: TellErrors): (view: DomainView) => Desired {
  const { given, options, connect, from } = sources;
  // A line that has such a key is refused with all the others.
  const ofFile =
    sources.requests.map(({ record }) => allowing(record?.asked)).find(one => one.length > 0) ?? [];
  const assigned = new Map(sources.requests.map(request => [request.domain, request]));
  return view => {
    if (given !== undefined) {
      const how = [...options, ...allowing(given.record?.asked)];
      return named('flavor', given.record?.flavor, given, { options: how });
    }
    const request = assigned.get(view.state.uuid) ?? assigned.get(view.state.name);
    if (request === undefined) return known(view, sources, tellErrors);
    // What volumes shall have is in the file alone.
    const specs = request.record?.asked;
    const repair =
      request.volumes?.length === 0
        ? { options: [...connect, ...propertyArguments(specs ?? {}), ...allowing(specs)] }
        : { options: [...connect, '--from', from, ...ofFile], isFile: true };
    return named('assignment', request.record?.flavor, request, repair);
  };
}

/** What the domain itself tells. */
function known(
  view: DomainView,
  { catalogue, connect, prune }: DesiredSources,
  tellErrors: TellErrors,
): Desired {
  const { nova, intent } = view.live ?? view.config ?? {};
  const understood = (source: DesiredSource, specs: Flavor['extraSpecs'] | undefined) => {
    const keys = specs === undefined ? [] : notUnderstood(specs);
    if (keys.length > 0) tellErrors([nothingUnderstood(source, nova?.name ?? view.state.name, keys)]);
    return specs !== undefined && keys.length === 0;
  };
  const ofFlavor = (source: DesiredSource, { name, extraSpecs }: Flavor, how?: readonly string[]) => {
    const { quota, diagnostics } = wholeQuota(extraSpecs);
    tellErrors(lostIn(diagnostics, `${source} ${name ?? view.state.name}`));
    const { record } = recordOf({ extraSpecs }, {});
    const asks = how ?? propertyArguments(record?.asked ?? {});
    const what = { quota, ...(prune && { prune }), ...(record && { record }) };
    return named(source, name, what, { options: [...connect, ...asks, ...allowing(record?.asked)] });
  };
  const listed = catalogue?.get(nova?.id ?? '') ?? catalogue?.get(nova?.name ?? '');
  if (listed !== undefined && understood('catalogue', listed.extraSpecs))
    return ofFlavor('catalogue', listed);
  const specs = nova?.extraSpecs;
  const isInMetadata = understood('nova-metadata', specs);
  const isRecorded = !isInMetadata && understood('record', intent?.asked);
  if (catalogue !== undefined && listed === undefined && nova !== undefined)
    tellErrors([notListed(nova, isInMetadata ? 'nova-metadata' : isRecorded ? 'record' : 'libvirt')]);
  if (isInMetadata && specs !== undefined) {
    return ofFlavor('nova-metadata', { ...nova, extraSpecs: specs }, ['--flavor-from-metadata']);
  }
  if (isRecorded && intent !== undefined) {
    const name = intent.flavor === undefined ? {} : { name: intent.flavor };
    return ofFlavor('record', { ...name, extraSpecs: intent.asked });
  }
  return { source: 'libvirt', asked: { quota: wholeQuota({}).quota } };
}

/** What its domains shall have is taken from elsewhere, which must not happen in silence. */
function notListed({ name, id }: Partial<Flavor>, instead: DesiredSource): Diagnostic {
  const path = `flavor '${name ?? id ?? '?'}'`;
  return { code: 'not-in-catalogue', severity: 'warning', path, args: { instead } };
}

function nothingUnderstood(source: DesiredSource, name: string, keys: readonly string[]): Diagnostic {
  const args = { keys: quotedKeys(keys) };
  return { code: 'nothing-understood', severity: 'error', path: `${source} ${name}`, args };
}

/** What would vanish with the limit that somebody meant: errors, and keys that nobody reads. */
function lostIn(diagnostics: readonly Diagnostic[], where: string): readonly Diagnostic[] {
  const lost = diagnostics.filter(one => one.severity === 'error' || one.code === 'unknown-key');
  return lost.map(one => ({ ...one, path: `${where}: ${one.path}` }));
}

/** An apply refuses what has unknown keys, and a repair has to repair. */
function allowing(asked: Readonly<Record<string, string>> = {}): readonly string[] {
  return Object.keys(asked).some(isUnknownKey) ? ['--allow-unknown'] : [];
}

function named(
  source: DesiredSource,
  flavor: string | undefined,
  asked: Desired['asked'],
  repair: RepairContext,
): Desired {
  return { source, asked, ...(flavor !== undefined && { flavor }), repair };
}
