import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import type { Recording } from '../../src/host/recorded.ts';
import {
  emptyRecording,
  loadRecording,
  recordedIn,
  recordHost,
  recordHypervisor,
} from '../../src/host/recording.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { type AuditOutcome, auditDomains } from '../../src/workflow/audit.ts';
import { effectiveLimits } from '../../src/workflow/effective.ts';
import type { ReadSurroundings } from '../../src/workflow/surroundings.ts';

const asDefined = () => ({ source: 'libvirt', asked: { quota: wholeQuota({}).quota } }) as const;

/** Folders of all hosts that were captured. */
export function capturedFolders(): readonly string[] {
  return ['workflow/captured', 'cli/captured', 'host/captured'].flatMap(folder => {
    const path = join(import.meta.dirname, '..', folder);
    return readdirSync(path).map(name => join(path, name));
  });
}

/** All that an audit reads of a captured host, and with `effective` what that reads besides. */
export async function recordingOf(folder: string, { effective = false } = {}): Promise<Recording> {
  const source = await loadRecording(folder);
  const recording = emptyRecording();
  const hypervisor = recordHypervisor(capturedHypervisor(source), recording);
  const surroundings = { hypervisor, host: recordHost(capturedHost(source), recording) };
  await hypervisor.info();
  for (const outcome of await audit(surroundings)) {
    if (!effective || !('audit' in outcome)) continue;
    await effectiveLimits(surroundings, outcome.audit.domain.uuid, () => asDefined().asked).catch(() => {});
  }
  return recording;
}

/** What an audit of a recording comes to. */
export function audited(recording: Recording): Promise<readonly AuditOutcome[]> {
  const source = recordedIn(recording);
  return audit({ hypervisor: capturedHypervisor(source), host: capturedHost(source) });
}

async function audit(surroundings: ReadSurroundings): Promise<readonly AuditOutcome[]> {
  const outcomes: AuditOutcome[] = [];
  const domains = await surroundings.hypervisor.listDomains();
  for await (const outcome of auditDomains(surroundings, domains, asDefined)) outcomes.push(outcome);
  return outcomes;
}

/** Everything of a recording as one text. */
export function textOf(recording: Recording): string {
  return JSON.stringify(recording, (_, value) => (value instanceof Map ? [...value] : value));
}

/**
 * Fails unless both say the same, but that what has a name has another one: the same for the same, and no two the same.
 *
 * @param ambiguous a name that is also a word: it may stay where it is one
 */
export function expectRenamed(before: unknown, after: unknown, ambiguous = ''): void {
  const renamed = new Map<string, string>();
  const taken = new Map<string, string>();
  const compare = (one: unknown, other: unknown, at: string): void => {
    if (typeof one === 'string' && typeof other === 'string') {
      compareTexts(one, other, at);
      return;
    }
    if (typeof one !== 'object' || one === null || typeof other !== 'object' || other === null) {
      expect({ at, value: other }).toEqual({ at, value: one });
      return;
    }
    const [mine, theirs] = [Object.entries(one), Object.entries(other)];
    expect({ at, keys: theirs.length }).toEqual({ at, keys: mine.length });
    for (const [index, [key, value]] of mine.entries()) {
      compareTexts(key, theirs[index]?.[0] ?? '', at);
      compare(value, theirs[index]?.[1], `${at}.${key}`);
    }
  };
  const compareTexts = (one: string, other: string, at: string): void => {
    const [mine, theirs] = [one, other].map(text => text.split(/[\s/'"(),;=]+/));
    expect({ at, one, other, length: theirs?.length }).toEqual({ at, one, other, length: mine?.length });
    for (const [index, word] of (mine ?? []).entries()) {
      const name = theirs?.[index] ?? '';
      if (word === ambiguous) {
        if (name !== word) expect(name).toMatch(/^(?:domain-|[a-z]{2,8}-?)[0-9a-f]{4,11}$|^52:54:|^10\./);
        continue;
      }
      if (/^[\d.]*$/.test(word)) expect({ at, one, other, word: name }).toEqual({ at, one, other, word });
      expect({ at, one, other, name: renamed.get(word) ?? name }).toEqual({ at, one, other, name });
      expect({ at, one, other, word: taken.get(name) ?? word }).toEqual({ at, one, other, word });
      renamed.set(word, name);
      taken.set(name, word);
    }
  };
  compare(before, after, '');
}
