import type { Diagnostic } from '../../diagnostics.ts';
import { QuotaError } from '../../errors.ts';
import { givenTwice, type Json } from '../json-text.ts';
import type { ClientCommand } from './client-command.ts';
import { refusedLine } from './refusal.ts';

/** A flavor, a QoS or a policy while it is put together from several commands. */
type Draft = Map<string, Json>;

/** All that a text holds, by what it is about. */
export interface Paste {
  readonly flavors: Draft[];
  readonly qosSpecs: Draft[];
  readonly policies: Draft[];
  readonly subject: string;
  readonly found: Diagnostic[];
}

/** As the APIs answer: `{"flavors": […], "qos_specs": […], "policies": […]}`, without what there is none of. */
export function pasteJson({ flavors, qosSpecs, policies }: Paste): Json {
  const lists: readonly (readonly [string, readonly Json[]])[] = [
    ['flavors', flavors],
    ['qos_specs', qosSpecs],
    ['policies', policies],
  ];
  return new Map(lists.filter(([, list]) => list.length > 0));
}

/** The one by this name or id; a new one where there is none yet. Without a name it is the one without. */
export function draftNamed(drafts: Draft[], name: string | undefined): Draft {
  const known = drafts.find(
    draft => draft.get('name') === name || (name !== undefined && draft.get('id') === name),
  );
  if (known !== undefined) return known;
  const draft: Draft = new Map(name === undefined ? [] : [['name', name]]);
  add(drafts, draft);
  return draft;
}

/** What a client printed of one of them stands for all that was known of it. */
export function replaceDraft(drafts: Draft[], json: ReadonlyMap<string, Json>): void {
  const named = ['name', 'id'].map(key => json.get(key)).filter(value => value !== undefined && value !== '');
  const at = drafts.findIndex(draft => named.includes(draft.get('name')) || named.includes(draft.get('id')));
  if (at < 0) add(drafts, new Map(json));
  else drafts[at] = new Map(json);
}

/** Most flavors, QoS or policies that are put together from what was copied. */
const most = 2000;

function add(drafts: Draft[], draft: Draft): void {
  drafts.push(draft);
  if (drafts.length <= most) return;
  const what = `more than ${most} in a text that was copied: give what the client prints with -f json`;
  throw new QuotaError('invalid-input', 'text', what);
}

/** Puts a command's `key=value` pairs under `member`, or takes keys away that it unsets; each is told where one is lost. */
export function changeProperties(draft: Draft, member: string, command: ClientCommand, paste: Paste): void {
  const { verb, properties, line, told } = command;
  const known = draft.get(member);
  const values = new Map(known instanceof Map && !command.options.has('no-property') ? known : []);
  for (const property of properties) {
    const [key, value] =
      verb === 'unset' ? [property.split('=')[0] ?? ''] : pairOf(property, paste.subject, line);
    if (value === undefined) {
      values.delete(key);
      paste.found.push({ code: 'unset-in-text', severity: 'warning', path: key, args: { line, by: told } });
      continue;
    }
    if (values.has(key)) paste.found.push(givenTwice(key, values.get(key)));
    values.set(key, value);
  }
  const isTold =
    verb === 'create' || (verb === 'set' && (properties.length > 0 || command.options.has('no-property')));
  if (isTold || known !== undefined) draft.set(member, values);
}

function pairOf(property: string, subject: string, line: number): readonly [string, string] {
  const equals = property.indexOf('=');
  if (equals > 0) return [property.slice(0, equals).trim(), property.slice(equals + 1)];
  throw refusedLine(subject, line, `property '${property}' is not KEY=VALUE`);
}
