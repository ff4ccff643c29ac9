import { LabError } from './lab-error.ts';

/** A sort of hypervisor that the lab can be. */
export type Kind = 'bookworm' | 'bookworm-v1' | 'forky' | 'trixie';

/** The Debian release a root file system is made of. Two kinds may share one. */
export type Suite = 'bookworm' | 'forky' | 'trixie';

/** What makes a kind. */
export interface KindFacts {
  readonly suite: Suite;
  /** The cgroup hierarchy that systemd and libvirt use there. */
  readonly cgroup: 1 | 2;
  /** What the kernel is told beyond the arguments that all kinds get. */
  readonly kernelArguments: readonly string[];
}

/** The programs whose versions decide what happens there. */
export interface Versions {
  readonly kernel: string;
  readonly libvirt: string;
  readonly iproute2: string;
}

/** What the releases have. Of one that is still in the making: what it had when it was tried, and newer since. */
export const releases: Readonly<Record<Suite, Versions & { readonly moves?: true }>> = {
  bookworm: { kernel: '6.1', libvirt: '9.0.0', iproute2: '6.1.0' },
  trixie: { kernel: '6.12', libvirt: '11.3.0', iproute2: '6.15.0' },
  forky: { kernel: '7.2', libvirt: '12.8.0', iproute2: '7.2.0', moves: true },
};

/** Whether a kind's program is not older than a version, `X.Y` or `X.Y.Z`. */
export function hasAtLeast(kind: Kind, program: keyof Versions, version: string): boolean {
  return isAtLeast(releases[kinds[kind].suite][program], version);
}

/** Whether one version, `X.Y` or `X.Y.Z`, is not older than another. */
export function isAtLeast(version: string, other: string): boolean {
  const numbers = version.split('.').map(Number);
  const differing = other.split('.').map((number, place) => (numbers[place] ?? 0) - Number(number));
  return (differing.find(difference => difference !== 0) ?? 0) >= 0;
}

/** Every kind, in the order in which they are tested. */
export const kinds: Readonly<Record<Kind, KindFacts>> = {
  trixie: { suite: 'trixie', cgroup: 2, kernelArguments: [] },
  bookworm: { suite: 'bookworm', cgroup: 2, kernelArguments: [] },
  'bookworm-v1': {
    suite: 'bookworm',
    cgroup: 1,
    kernelArguments: ['systemd.unified_cgroup_hierarchy=0', 'systemd.legacy_systemd_cgroup_controller=1'],
  },
  forky: { suite: 'forky', cgroup: 2, kernelArguments: [] },
};

/** Whether a word names a kind. */
export function isKind(word: string): word is Kind {
  return Object.hasOwn(kinds, word);
}

/**
 * The kinds that words name; all of them when there are no words.
 *
 * @throws LabError `usage` for a word that is no kind.
 */
export function parseKinds(words: readonly string[]): readonly Kind[] {
  if (words.length === 0) return Object.keys(kinds).filter(isKind);
  return words.map(parseKind);
}

/**
 * The kind that a word names.
 *
 * @throws LabError `usage` when there is none.
 */
export function parseKind(word: string): Kind {
  if (isKind(word)) return word;
  throw new LabError('usage', `no kind "${word}": there are ${Object.keys(kinds).join(', ')}`);
}
