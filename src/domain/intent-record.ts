import { isUnknownKey } from '../intent/near-key.ts';
import { isXmlText } from '../xml/character-rules.ts';
import type { XmlElement } from '../xml/element.ts';
import { encodeAttribute } from '../xml/entities.ts';
import { childrenNamed, namespaceOf, splitName } from '../xml/namespace.ts';

/** Namespace of the record; its last part grows when the record means something else. */
export const intentNamespace = 'urn:virt-quota:intent:1';
/** The prefix that libvirt is told to use for it. */
export const intentPrefix = 'virtquota';

/**
 * What was asked of a domain: written into its metadata after an apply that holds, so that an audit knows it later.
 * Nova drops it when it writes the definition anew (hard reboot, resize).
 */
export interface IntentRecord {
  /** Name of the flavor; absent when the limits did not come from one. */
  readonly flavor?: string;
  readonly flavorId?: string;
  /** When, in UTC: `2026-11-20T17:00:00Z`. */
  readonly at: string;
  /** Keys and values as they were given. */
  readonly asked: Readonly<Record<string, string>>;
}

/** The record as the element that libvirt keeps. What XML cannot hold is left out. */
export function renderIntentRecord({ flavor, flavorId, at, asked }: IntentRecord): string {
  const identity = {
    at,
    ...(flavor !== undefined && { flavor }),
    ...(flavorId !== undefined && { id: flavorId }),
  };
  const keys = Object.entries(asked).map(([key, value]) => `<asked${attributes({ key, value })}/>`);
  return `<intent${attributes(identity)}>${keys.join('')}</intent>`;
}

/** The record in a domain's `<metadata>`; undefined when there is none of this version. */
export function readIntentRecord(metadata: XmlElement | undefined): IntentRecord | undefined {
  const element = metadata?.children.find(isRecord);
  if (element === undefined) return undefined;
  const flavor = element.attributes.get('flavor');
  const flavorId = element.attributes.get('id');
  const { prefix } = splitName(element.name);
  const asked: Record<string, string> = Object.create(null);
  for (const child of childrenNamed(element, `${prefix}asked`)) {
    asked[child.attributes.get('key') ?? ''] = child.attributes.get('value') ?? '';
  }
  return {
    ...(flavor !== undefined && { flavor }),
    ...(flavorId !== undefined && { flavorId }),
    at: element.attributes.get('at') ?? '',
    asked,
  };
}

/** Whether two records say the same, whenever they were made. */
export function sameIntent(one: IntentRecord | undefined, other: IntentRecord): boolean {
  if (one === undefined) return false;
  return renderIntentRecord({ ...one, at: '' }) === renderIntentRecord({ ...other, at: '' });
}

/** The first key of a record that nobody reads: so much was not understood when it was asked. */
export function unknownKeyIn({ asked }: IntentRecord): string | undefined {
  return Object.keys(asked).find(isUnknownKey);
}

function isRecord(element: XmlElement): boolean {
  return splitName(element.name).local === 'intent' && namespaceOf(element) === intentNamespace;
}

function attributes(values: Readonly<Record<string, string>>): string {
  const given = Object.entries(values).filter(([, value]) => isXmlText(value));
  return given.map(([name, value]) => ` ${name}="${encodeAttribute(value)}"`).join('');
}
