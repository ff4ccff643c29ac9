import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stateFolder } from '../../src/host/state-folder.ts';
import type { TuningPlan } from '../../src/plan/plan.ts';
import { beginJournal, type JournalEntry, openJournals } from '../../src/workflow/journal.ts';

const plan = (uuid: string): TuningPlan => ({
  schemaVersion: 1,
  domain: { name: `vm-${uuid.slice(0, 1)}`, uuid, id: 3 },
  scopes: ['live'],
  tuning: { live: [{ device: { kind: 'cpu' }, limits: { cpu_shares: 512 }, because: {} }] },
  steps: [
    {
      scope: 'live',
      device: { kind: 'cpu' },
      before: {},
      after: { cpu_shares: 512 },
      changes: [{ parameter: 'cpu_shares', after: 512, reason: 'definition' }],
    },
  ],
  records: [],
  observed: { devices: { live: ['1 vCPUs'] }, knobs: [] },
  diagnostics: [],
});
const entryOf = (uuid: string): JournalEntry => ({
  schemaVersion: 1,
  hypervisor: 'host qemu:///system',
  uri: 'qemu:///system',
  startedAt: '2026-11-20T17:00:00.000Z',
  plan: plan(uuid),
});
const one = '11111111-2222-3333-4444-555555555555';
const other = '22222222-2222-3333-4444-555555555555';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vq-journals-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('journals of applies that have not ended', () => {
  it('come back as they were begun', async () => {
    const state = stateFolder(folder);
    await beginJournal(state, entryOf(other));
    await beginJournal(state, entryOf(one));
    expect(await openJournals(state)).toEqual({ entries: [entryOf(one), entryOf(other)], damaged: [] });
  });

  it.each([
    ['cut off', (text: string) => text.slice(0, 100), /is not JSON/],
    ['emptied', () => '', /is not JSON/],
    [
      'of another version',
      (text: string) => text.replace('"schemaVersion":1', '"schemaVersion":2'),
      /at schemaVersion/,
    ],
    [
      'without a step',
      (text: string) => text.replace(/"steps":\[.*\],"records"/, '"records"'),
      /at plan.steps/,
    ],
    ['with another value', (text: string) => text.replaceAll('512', '513'), /was changed after it was made/],
    [
      'with a limit that nothing has',
      (text: string) => text.replaceAll('cpu_shares', 'a><b'),
      /is not a journal/,
    ],
    ['nothing but a number', () => '7', /is not a journal of virt-quota/],
  ])('that are %s are named with their file, and the others are there', async (_, damage, problem) => {
    const state = stateFolder(folder);
    await beginJournal(state, entryOf(one));
    await beginJournal(state, entryOf(other));
    const [name = ''] = await state.names();
    const file = join(folder, `${name}.json`);
    writeFileSync(file, damage(readFileSync(file, 'utf8')));
    const { entries, damaged } = await openJournals(state);
    expect(entries).toEqual([entryOf(other)]);
    expect(damaged).toMatchObject([{ code: 'refused', subject: one }]);
    expect(damaged[0]?.message).toMatch(problem);
    expect(damaged[0]?.message).toContain(`'${file}'`);
  });

  it("are not taken for another domain's", async () => {
    const state = stateFolder(folder);
    await beginJournal(state, entryOf(one));
    await beginJournal(state, entryOf(other));
    const [first = '', second = ''] = await state.names();
    await state.save(second, (await state.load(first)) ?? '');
    const { entries, damaged } = await openJournals(state);
    expect(entries).toEqual([entryOf(one)]);
    expect(damaged[0]?.message).toMatch(/is the journal of another domain/);
  });
});
