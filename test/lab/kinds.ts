import { LabError } from './lab-error.ts';

/** A sort of hypervisor that the lab can be. */
export type Kind = 'bookworm' | 'bookworm-v1' | 'trixie';

/** The Debian release a root file system is made of. Two kinds may share one. */
export type Suite = 'bookworm' | 'trixie';

/** What makes a kind. */
export interface KindFacts {
  readonly suite: Suite;
  /** The cgroup hierarchy that systemd and libvirt use there. */
  readonly cgroup: 1 | 2;
  /** What the kernel is told beyond the arguments that all kinds get. */
  readonly kernelArguments: readonly string[];
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
