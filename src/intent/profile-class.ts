import { type Diagnostic, errorAt } from '../diagnostics.ts';
import { maxDscp, parseDscp } from './dscp.ts';
import { type Json, jsonType, scalarText } from './json-text.ts';
import { type PortRange, parsePortRange } from './port-range.ts';
import { parseRateBits } from './rate.ts';

/** What queues the packets of one class. */
export type LeafQdisc = 'sfq' | 'fq_codel';

/** One class of traffic. A packet belongs to it by its code point or, failing that, by its port. */
export interface ProfileClass {
  readonly name: string;
  /** 0–7; what is left over is offered to the lowest number first. 0 is the priority class. */
  readonly priority: number;
  /** Code points 0–63. */
  readonly dscp: readonly number[];
  /** For the ports: `tcp`, `udp` or `sctp`. */
  readonly protocols: readonly string[];
  /** Destination ports. */
  readonly ports: readonly PortRange[];
  /** What the class gets in any case, bit/s. */
  readonly guaranteeBits: number;
  /** What it gets at most, bit/s. */
  readonly ceilingBits: number;
  readonly leaf: LeafQdisc;
  /** Takes everything that no other class takes. */
  readonly isDefault: boolean;
}

/** What a class takes from its profile. */
export interface ClassPreset {
  /** What percentages are of, bit/s. */
  readonly linkBits: number;
  readonly leaf: string | undefined;
}

const keys = new Set([
  ...['name', 'priority', 'dscp', 'protocols', 'ports', 'guarantee', 'ceiling', 'leaf', 'default'],
]);

/** Priority of a class that does not say. */
const usualPriority = 3;

/** Reads one class. Without a class in the result, the findings say what is wrong with it. */
export function readClass(
  json: Json,
  path: string,
  preset: ClassPreset,
): { readonly class?: ProfileClass; readonly diagnostics: readonly Diagnostic[] } {
  if (!(json instanceof Map)) {
    return {
      diagnostics: [errorAt('wrong-type', path, undefined, { type: jsonType(json), must: 'object' })],
    };
  }
  const found: Diagnostic[] = [];
  const read = reader(json, path, found);
  const one: ProfileClass = {
    name: read.word('name', /^[\w.-]{1,40}$/) ?? '',
    priority: Number(read.word('priority', /^[0-7]$/, String(usualPriority))),
    dscp: read.list('dscp', text => within(parseDscp(text), maxDscp)),
    protocols: read.list('protocols', text => (/^(tcp|udp|sctp)$/.test(text) ? text : undefined)),
    ports: read.list('ports', parsePortRange),
    guaranteeBits: read.rate('guarantee', preset.linkBits),
    ceilingBits: json.has('ceiling') ? read.rate('ceiling', preset.linkBits) : preset.linkBits,
    leaf: read.word('leaf', /^(sfq|fq_codel)$/, preset.leaf ?? 'fq_codel') === 'sfq' ? 'sfq' : 'fq_codel',
    isDefault: read.word('default', /^(true|false)$/, 'false') === 'true',
  };
  for (const key of json.keys()) if (!keys.has(key)) found.push(errorAt('unknown-field', `${path}.${key}`));
  const without = (key: 'ports' | 'protocols') =>
    one[key].length === 0 && !found.some(({ path: at }) => at === `${path}.${key}`);
  if (one.ports.length > 0 && without('protocols'))
    found.push(errorAt('missing-key', `${path}.ports`, undefined, { needs: 'protocols' }));
  if (one.protocols.length > 0 && without('ports'))
    found.push(errorAt('missing-key', `${path}.protocols`, undefined, { needs: 'ports' }));
  return found.length > 0 ? { diagnostics: found } : { class: one, diagnostics: [] };
}

function within(value: number | undefined, max: number): number | undefined {
  return value !== undefined && value <= max ? value : undefined;
}

function reader(json: ReadonlyMap<string, Json>, path: string, found: Diagnostic[]) {
  const refuse = (key: string, text: string | undefined, code: Diagnostic['code'] = 'unknown-choice') => {
    found.push(errorAt(code, `${path}.${key}`, text, { allowed: allowed[key] ?? '' }));
    return undefined;
  };
  return {
    word(key: string, pattern: RegExp, preset?: string): string | undefined {
      const text = json.has(key) ? scalarText(json.get(key)) : preset;
      if (text !== undefined && pattern.test(text)) return text;
      return text === undefined && !json.has(key)
        ? void found.push(errorAt('missing-key', path, undefined, { needs: key }))
        : refuse(key, text);
    },
    rate(key: string, linkBits: number): number {
      const text = scalarText(json.get(key));
      if (text === undefined && !json.has(key)) {
        found.push(errorAt('missing-key', path, undefined, { needs: key }));
        return 0;
      }
      const bits = parseRateBits(text ?? '', linkBits === 0 ? undefined : linkBits);
      // Without a rate of the link no percentage can be read; the link's own finding says so.
      if (bits === undefined && !(linkBits === 0 && text?.trim().endsWith('%')))
        refuse(key, text, 'not-a-rate');
      return bits ?? 0;
    },
    list<T>(key: string, parse: (text: string) => T | undefined): readonly T[] {
      const value = json.get(key) ?? [];
      const items: readonly Json[] = Array.isArray(value) ? value : [value];
      return items.flatMap(item => {
        const text = scalarText(item);
        const parsed = text === undefined ? undefined : parse(text);
        if (parsed === undefined) refuse(key, text);
        return parsed === undefined ? [] : [parsed];
      });
    },
  };
}

const allowed: Readonly<Record<string, string>> = {
  name: 'letters, digits, - _ . (at most 40)',
  priority: '0–7',
  dscp: 'EF, AF11–AF43, CS0–CS7, LE, VA, 0–63',
  protocols: 'tcp, udp, sctp',
  ports: '1–65535, FROM-TO',
  leaf: 'sfq, fq_codel',
  default: 'true, false',
};
