import { editDistance } from './edit-distance.ts';
import { findOwnKey, ownKeys, ownNamespace } from './own-keys.ts';
import { findQuotaKey, quotaKeys, quotaPrefix } from './quota-keys.ts';

/** What an extra spec is that nobody reads as a limit, though it looks like one. */
export interface NearKey {
  /** `slip`: nobody reads it at all. `scheduler`: only who chooses a host does, and compares. */
  readonly kind: 'slip' | 'scheduler';
  /** The key that is likely meant; absent: none is near. */
  readonly meant?: string;
}

/** Nova's API takes no longer keys. */
const longest = 255;

/** No key of ours has half as many. */
const mostWords = 16;

/** No word of ours without a piece of one of these, written as anybody would: most extra specs are done with here. */
const reminds = /quot|qout|qut|shar|peri|byte|iops|bps|bound|aver|peak|burst|[^\u0000-\u007f]/i;

/** Namespaces in which names are anybody's own: what stands there is a resource, a trait, an alias. */
const ofOthers = /^(?:resources|trait|required|member_of|group_policy|pci_passthrough|accel)[^:]*:/i;

/** @see nova nova/scheduler/filters/aggregate_instance_extra_specs.py, compute_capabilities_filter.py */
const ofScheduler = /^(?:aggregate_instance_extra_specs|capabilities):/;

/** A namespace of quotas, whatever comes behind it. */
const inNamespace = /(?:^|:)[\s"']*(?:virt[-_]?)?quotas?\s*[:.]/i;

/**
 * Looks at an extra spec that is none of the catalogue's: whether it is written so that a person meant one.
 *
 * @returns undefined: it is something else
 */
export function nearKey(extraSpec: string): NearKey | undefined {
  if (extraSpec.length > longest || !reminds.test(extraSpec) || ofOthers.test(extraSpec)) return undefined;
  const meant = meantBy(extraSpec);
  if (ofScheduler.test(extraSpec)) return meant === undefined ? undefined : { kind: 'scheduler', meant };
  if (meant !== undefined) return { kind: 'slip', meant };
  return inNamespace.test(extraSpec) ? { kind: 'slip' } : undefined;
}

/** Whether an extra spec looks like one of ours, and nobody reads it. */
export function isUnknownKey(extraSpec: string): boolean {
  if (extraSpec.startsWith(ownNamespace)) return findOwnKey(extraSpec) === undefined;
  if (findQuotaKey(extraSpec) !== undefined) return false;
  return extraSpec.startsWith(quotaPrefix) || nearKey(extraSpec)?.kind === 'slip';
}

function meantBy(extraSpec: string): string | undefined {
  const words = wordsOf(extraSpec);
  if (words.length > mostWords) return undefined;
  const parts = extraSpec.split(':').map(part => wordsOf(part).join('_'));
  const behind = words.flatMap((word, at) => behindNamespace(word, words.slice(at + 1)));
  if (behind.length > 0) return first(behind, nearest) ?? first(parts, exactly) ?? first(behind, withoutLast);
  const [namespace = '', ...rest] = words;
  if (technical.has(namespace)) return exactly(rest.join('_'));
  // Without any namespace a short name is too common to be guessed.
  const name = words.join('_');
  return parts.length === 1 ? (exactly(name) ?? (name.length >= 8 ? nearest(name) : undefined)) : undefined;
}

/** What follows the word `quota`, which may be misspelled or have grown together with it. */
function behindNamespace(word: string, rest: readonly string[]): readonly string[] {
  if (editDistance(word, 'quota', 1) <= 1) return rest.length === 0 ? [] : [rest.join('_')];
  if (word.startsWith('quota')) return [[word.slice('quota'.length), ...rest].join('_')];
  return word.endsWith('quota') && rest.length > 0 ? [rest.join('_')] : [];
}

/** A unit, or a remark, behind the name. */
function withoutLast(name: string): string | undefined {
  return exactly(name.replace(/_[a-z0-9]+$/, ''));
}

function first(texts: readonly string[], find: (text: string) => string | undefined): string | undefined {
  for (const text of texts) {
    const found = find(text);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Namespaces in which nobody else has such a name. */
const technical = new Set([
  'hw',
  'os',
  'nova',
  'libvirt',
  'kvm',
  'qemu',
  'flavor',
  'specs',
  'properties',
  'property',
]);

/** Words that people write for ours. */
const synonyms: Readonly<Record<string, string>> = {
  vcpu: 'cpu',
  nic: 'vif',
  net: 'vif',
  network: 'vif',
  interface: 'vif',
  in: 'inbound',
  out: 'outbound',
  avg: 'average',
  second: 'sec',
  seconds: 'sec',
  share: 'shares',
  byte: 'bytes',
  iop: 'iops',
};

/** In small letters of ASCII, without whatever stands between them. A letter of another script is one slip. */
function wordsOf(text: string): readonly string[] {
  const ascii = text
    .normalize('NFKC')
    .replace(/\p{Cf}/gu, '')
    .replace(/\P{ASCII}/gu, '*');
  const plain = ascii.replace(/([a-z])(?=[A-Z])/g, '$1_').toLowerCase();
  const words = plain.split(/[^a-z0-9*]+/).filter(word => word !== '' && word !== 'per');
  return words.map(word => (Object.hasOwn(synonyms, word) ? (synonyms[word] ?? word) : word));
}

/** A key by a name that it may be called by. */
interface Name {
  readonly key: string;
  readonly name: string;
}

const fullNames: readonly Name[] = [
  ...quotaKeys.filter(entry => entry.consumer === 'libvirt').map(({ key }) => named(key, quotaPrefix)),
  ...ownKeys.map(({ key }) => named(key, ownNamespace)),
  ...quotaKeys.filter(entry => entry.consumer === 'vmware').map(({ key }) => named(key, quotaPrefix)),
];

const names: readonly Name[] = fullNames.flatMap(withShorter);

function named(key: string, namespace: string): Name {
  return { key, name: key.slice(namespace.length) };
}

/** What libvirt itself calls it, without the kind of device, and without the second. */
function withShorter({ key, name }: Name): readonly Name[] {
  const short = name.replace(/^(?:cpu|disk|vif)_/, '');
  const all = [name, name.replace(/_sec$/, ''), short, short.replace(/_sec$/, '')];
  return [...new Set(all)].filter(one => one !== 'quota').map(one => ({ key, name: one }));
}

function exactly(name: string): string | undefined {
  return fullNames.find(one => one.name === name)?.key;
}

/** The key with the fewest slips; none when two different ones are as near. */
function nearest(name: string): string | undefined {
  const squashed = name.replaceAll('_', '');
  if (squashed === '') return undefined;
  const same = names.find(one => one.name === name || one.name.replaceAll('_', '') === squashed);
  if (same !== undefined) return same.key;
  const most = name.length < 8 ? 1 : 2;
  const near = names.map(one => ({ key: one.key, slips: editDistance(name, one.name, most) }));
  const least = Math.min(...near.map(one => one.slips));
  const keys = new Set(near.filter(one => one.slips === least).map(one => one.key));
  return least <= most && keys.size === 1 ? [...keys][0] : undefined;
}
