import { XMLParser } from 'fast-xml-parser';
import { QuotaError } from '../errors.ts';
import type { XmlElement } from './element.ts';
import { decodeEntities } from './entities.ts';
import { checkWellFormed, problemAt } from './well-formed.ts';

/** fast-xml-parser refuses or renames some element names (`prototype`, `toString`) unless they come disguised. */
const disguise = '<';
const metadata: unique symbol = XMLParser.getMetaDataSymbol() as never;
const attributesKey = ':@';

/** A node as fast-xml-parser makes it with `preserveOrder`: one key besides the attributes, its name. */
interface Node {
  readonly [name: string]: unknown;
  readonly [attributesKey]?: Readonly<Record<string, string>>;
  readonly [metadata]?: { readonly startIndex: number; readonly endIndex: number };
}

const parser = new XMLParser({
  preserveOrder: true,
  captureMetaData: true,
  ignoreAttributes: false,
  attributeNamePrefix: '@',
  cdataPropName: '#cdata',
  trimValues: false,
  parseTagValue: false,
  processEntities: false,
  ignorePiTags: true,
  maxNestedTags: 1000,
  transformTagName: name => (name.startsWith(disguise) ? name : disguise + name),
});

/**
 * Reads XML into elements that know where they stand in the text. Hostile input ends in one clear error; no entity
 * is expanded but the five predefined and numeric ones.
 *
 * @param subject what the text is, for messages: a file, `domain XML`.
 * @throws QuotaError `invalid-input` when it is not well-formed, with line and column.
 */
export function locate(xml: string, subject = 'domain XML'): XmlElement {
  const expected = checkWellFormed(xml, subject);
  const nodes = parse(xml, subject);
  const counter = { elements: 0 };
  const [root, ...others] = elementsAmong(nodes, { xml, counter, hasNamespace: false });
  if (root === undefined || others.length > 0)
    throw problemAt(xml, 0, subject, 'not exactly one root element');
  if (counter.elements !== expected) {
    throw new QuotaError(
      'internal',
      subject,
      `saw ${counter.elements} of ${expected} elements of ${subject}`,
    );
  }
  return root;
}

function parse(xml: string, subject: string): readonly Node[] {
  try {
    return parser.parse(xml);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new QuotaError('invalid-input', subject, `${subject} cannot be read: ${reason}`, { cause });
  }
}

/** What an element cannot know by itself. */
interface Surroundings {
  readonly xml: string;
  readonly counter: { elements: number };
  /** Whether a namespace is the default around it. */
  readonly hasNamespace: boolean;
}

function elementsAmong(nodes: readonly Node[], around: Surroundings): readonly XmlElement[] {
  return nodes.flatMap(node => {
    const name = Object.keys(node).find(key => key.startsWith(disguise));
    return name === undefined ? [] : [elementOf(node, name, around)];
  });
}

function elementOf(node: Node, disguised: string, around: Surroundings): XmlElement {
  const { xml, counter } = around;
  counter.elements += 1;
  const name = disguised.slice(disguise.length);
  const attributes = attributesOf(node);
  const namespace = attributes.get('xmlns');
  const hasNamespace = namespace === undefined ? around.hasNamespace : namespace !== '';
  const content = node[disguised] as readonly Node[];
  const place = node[metadata];
  const start = place?.startIndex ?? 0;
  const end = place?.endIndex ?? 0;
  const contentStart = endOfStartTag(xml, start);
  const selfClosed = contentStart === end;
  return {
    name,
    attributes,
    children: elementsAmong(content, { ...around, hasNamespace }),
    text: content.map(textOf).join(''),
    start,
    contentStart,
    contentEnd: selfClosed ? end : xml.lastIndexOf('</', end - 1),
    end,
    selfClosed,
    foreign: hasNamespace && !name.includes(':'),
  };
}

function attributesOf(node: Node): ReadonlyMap<string, string> {
  const entries = Object.entries(node[attributesKey] ?? {});
  return new Map(
    entries.map(([name, value]) => [name.slice(1), decodeEntities(value.replace(/[\t\n]/g, ' '))]),
  );
}

function textOf(node: Node): string {
  const text = node['#text'];
  if (typeof text === 'string') return decodeEntities(text);
  const cdata = node['#cdata'] as readonly Node[] | undefined;
  return typeof cdata?.[0]?.['#text'] === 'string' ? cdata[0]['#text'] : '';
}

/** Just after the `>` that ends the tag which begins at `start`; quoted values may contain `>`. */
function endOfStartTag(xml: string, start: number): number {
  const tag = /(?:[^>"']|"[^"]*"|'[^']*')*>/y;
  tag.lastIndex = start;
  tag.test(xml);
  return tag.lastIndex;
}
