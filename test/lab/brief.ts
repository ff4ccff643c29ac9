import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Kind } from './kinds.ts';
import { labFolder } from './paths.ts';

/**
 * Suites that a brief run has on one kind only, where most can be seen; all others run on every kind. Each kind gets
 * about the same time.
 */
const onlyOn: Readonly<Record<string, Kind>> = {
  // What is random is as good on any kind; the newest has the most checks of its own.
  'port-qos': 'trixie',
  'host-qos': 'bookworm',
  'port-qos-apply': 'trixie',
  'port-guarantee': 'trixie',
  'random-flavors': 'trixie',
  soak: 'trixie',
  unprivileged: 'trixie',
  'many-domains': 'trixie',
  // Only libvirt before 10.3 leaves rows behind.
  detection: 'bookworm',
  'ovs-defects': 'bookworm',
  'ovs-native': 'bookworm',
  'ovs-native-recovery': 'bookworm',
  'moved-on': 'bookworm',
  // What libvirt tells of is the same on all.
  watch: 'trixie',
  effective: 'bookworm',
  use: 'trixie',
  truth: 'trixie',
  redacted: 'trixie',
  sandbox: 'trixie',
  'neutron-port': 'trixie',
  'same-mac': 'trixie',
  // Older libvirt leaves nothing.
  leftovers: 'forky',
  // cgroup v1 has other files for everything.
  'beyond-nova': 'bookworm-v1',
  'fault-injection': 'bookworm-v1',
};

/** Suites that a brief run has on a kind alone, where there are few: what differs there. All of them are run by hand. */
const allOn: Partial<Record<Kind, readonly string[]>> = {
  forky: ['smoke', 'libvirt-client', 'refusals', 'main-job', 'leftovers', 'random-flavors'],
};

/** How much of the longest suites a brief run does, unless the environment says otherwise. */
export const briefEnvironment: Readonly<Record<string, string>> = {
  VIRT_QUOTA_LAB_FLAVORS: '8',
  // Of what detection finds, one row of each kind.
  VIRT_QUOTA_LAB_REPAIRS: 'sample',
};

/** Files that a brief run leaves out on a kind, as patterns for vitest's `--exclude`. */
export function leftOutOn(kind: Kind): readonly string[] {
  const all = allOn[kind];
  const others = all
    ? suites().filter(suite => !all.includes(suite))
    : Object.keys(onlyOn).filter(suite => onlyOn[suite] !== kind);
  return others.map(suite => `test/lab/suite/${suite}.test.ts`);
}

function suites(): readonly string[] {
  const files = readdirSync(join(labFolder, 'suite'));
  return files.flatMap(file => /^(.+)\.test\.ts$/.exec(file)?.[1] ?? []);
}
