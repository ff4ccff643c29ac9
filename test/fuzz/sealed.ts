import { forwardCalls } from '../../src/plan/calls.ts';
import type { StateFolder } from '../../src/ports/state.ts';
import { renderPlan } from '../../src/report/plan-text.ts';
import { oneLine, plainPaint } from '../../src/report/table.ts';
import { openHostJournals } from '../../src/workflow/host-journal.ts';
import { hostStateName, journalName, openJournals } from '../../src/workflow/journal.ts';
import { readPlanFile } from '../../src/workflow/plan-file.ts';
import { seal } from '../../src/workflow/sealed.ts';
import type { Harness } from './harness.ts';
import { mutateJson } from './mutate-json.ts';
import { printed } from './printed.ts';
import { savedHostPlan, savedPlan } from './saved-plans.ts';

/** A plan that somebody has saved; whoever changes it can make its seal fit again, which has no key. */
export const planHarness: Harness = {
  name: 'plan',
  share: 3,
  corpus: () => [JSON.stringify({ ...savedPlan, uri: 'qemu:///system' })],
  mutations: [mutateJson],
  read: text => {
    const plan = readPlanFile(resealed(text), 'plan.json');
    for (const step of plan.steps) forwardCalls(step);
    return { texts: [printed(renderPlan(plan, plainPaint))] };
  },
};

const entry = {
  schemaVersion: 1,
  hypervisor: 'host qemu:///system',
  uri: 'qemu:///system',
  startedAt: '2026-11-20T17:00:00.000Z',
};
const domainName = journalName(entry.hypervisor, savedPlan.domain.uuid);
const hostName = hostStateName(savedHostPlan.kind, savedHostPlan.subject);

/** A journal in a folder to which others may have written. One that is damaged keeps no other from being read. */
export const journalHarness: Harness = {
  name: 'journal',
  share: 3,
  corpus: () => [
    JSON.stringify({ ...entry, plan: savedPlan }),
    JSON.stringify({ startedAt: entry.startedAt, plan: savedHostPlan }),
  ],
  mutations: [mutateJson],
  read: async text => {
    const state = folderWith(resealed(text));
    const [domains, host] = await Promise.all([openJournals(state), openHostJournals(state)]);
    return {
      texts: [
        ...[...domains.damaged, ...host.damaged].map(error => oneLine(error.message)),
        ...domains.entries.map(({ plan }) => printed(renderPlan(plan, plainPaint))),
        ...host.entries.map(({ plan }) => oneLine(plan.subject)),
      ],
    };
  },
};

/** With a fingerprint that fits, where it is an object at all. */
function resealed(text: string): string {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return text;
  try {
    return JSON.stringify(seal(json));
  } catch {
    // Deeper than this program itself could write it.
    return text;
  }
}

function folderWith(text: string): StateFolder {
  return {
    lock: async () => ({ release: async () => {} }),
    save: async () => {},
    load: async () => text,
    remove: async () => {},
    locate: name => `/var/lib/virt-quota/${name}.json`,
    names: async () => [domainName, hostName],
  };
}
