import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ingressLine, policeLine } from '../../src/backend/midonet-police.ts';
import { stateFolder } from '../../src/host/state-folder.ts';
import { isKnownLine } from '../../src/plan/known-lines.ts';
import {
  beginHostJournal,
  type HostJournalEntry,
  openHostJournals,
} from '../../src/workflow/host-journal.ts';
import { hostStateName } from '../../src/workflow/journal.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vq-host-journals-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** A journal of ours, with this for what is undone. */
const entryOf = (kind: string, subject: string, undo: readonly unknown[]): HostJournalEntry => ({
  startedAt: '2026-11-20T17:00:00.000Z',
  plan: {
    schemaVersion: 1,
    kind,
    subject,
    steps: [{ name: 'tree', forward: [], undo }],
    changes: [],
    demands: [],
    observed: [],
    diagnostics: [],
  },
});
const lineOf = (text: string) => text.split(' ');
const good = entryOf('profile', 'up1', [{ op: 'tc-undo', lines: [lineOf('qdisc del dev up1 root')] }]);

const forged: readonly (readonly [string, string, unknown])[] = [
  ['another device', 'profile', { op: 'tc', lines: [lineOf('qdisc del dev eth0 root')] }],
  [
    'another device beside its own',
    'profile',
    { op: 'tc', lines: [lineOf('qdisc del dev up0 root'), lineOf('qdisc del dev eth0 root')] },
  ],
  [
    'another device to be remembered',
    'profile',
    { op: 'remember', restore: [lineOf('qdisc del dev eth0 root')] },
  ],
  [
    'a program of bpf',
    'profile',
    { op: 'tc', lines: [lineOf('filter add dev up0 parent 1: protocol ip pref 1 bpf obj /tmp/x.o')] },
  ],
  [
    'a copy of all packets',
    'midonet',
    {
      op: 'tc',
      lines: [
        lineOf(
          'filter add dev up0 parent ffff: protocol all pref 5 handle 0x1 basic action mirred egress mirror dev eth0',
        ),
      ],
    },
  ],
  [
    'an action behind a match of ours',
    'profile',
    {
      op: 'tc',
      lines: [
        lineOf(
          'filter add dev up0 parent 1: protocol ip pref 10 flower ip_tos 0xb8/0xfc action drop classid 1:10',
        ),
      ],
    },
  ],
  [
    'a word that is two',
    'profile',
    { op: 'tc', lines: [['qdisc', 'del', 'dev', 'up0', 'root\nqdisc', 'del']] },
  ],
  ['a word that is a list', 'profile', { op: 'tc', lines: [['qdisc', 'del', 'dev', 'up0', ['root']]] }],
  ['an operation of nobody', 'profile', { op: 'sh', lines: [] }],
  ['no operation', 'profile', null],
  [
    'a block shared with others',
    'midonet',
    { op: 'tc', lines: [lineOf('qdisc add dev up0 ingress_block 1 ingress')] },
  ],
  [
    'the row of another port',
    'port-qos',
    { kind: 'rows', rows: { dev: 'tap9', qos: 'none', policing: { rate: 0, burst: 0 }, marks: {} } },
  ],
  ['flows of another port', 'port-qos', { kind: 'flows', bridge: 'br-int', cookie: '0x0', set: [] }],
  ['a bridge that is an option', 'port-qos', { kind: 'no-meters', bridge: '--all', ids: [1] }],
];

describe('a journal of the host', () => {
  it('comes back as it was begun', async () => {
    await beginHostJournal(stateFolder(folder), good);
    expect(await openHostJournals(stateFolder(folder))).toEqual({ entries: [good], damaged: [] });
  });

  it.each(forged)('with %s is named, and the others go on', async (_, kind, op) => {
    const state = stateFolder(folder);
    await beginHostJournal(state, good);
    await beginHostJournal(state, entryOf(kind, 'up0', [op]));
    const { entries, damaged } = await openHostJournals(state);
    expect(entries).toEqual([good]);
    const file = join(folder, `${hostStateName(kind, 'up0')}.json`);
    expect(damaged).toMatchObject([{ code: 'refused', message: expect.stringContaining(`'${file}'`) }]);
    expect(damaged[0]?.message).toMatch(/has a step that virt-quota never makes for 'up0'/);
    expect(damaged[0]?.message).not.toContain('\n');
  });

  it.each(['[', '{"a":'])('that is nested without end is named, and the others go on: %s', async open => {
    const state = stateFolder(folder);
    await beginHostJournal(state, good);
    const deep = `{"startedAt":"","plan":{"schemaVersion":1,"kind":"profile","subject":"up0","steps":[],"x":${open.repeat(200_000)}`;
    const closed = `${deep}0${(open === '[' ? ']' : '}').repeat(200_000)}},"fingerprint":"${'0'.repeat(64)}"}`;
    writeFileSync(join(folder, `${hostStateName('profile', 'up0')}.json`), closed, { mode: 0o600 });
    const { entries, damaged } = await openHostJournals(state);
    expect(entries).toEqual([good]);
    expect(damaged).toMatchObject([
      { code: 'refused', message: expect.stringContaining('is nested deeper than 64 levels') },
    ]);
  });

  it('is not taken for that of something else', async () => {
    const state = stateFolder(folder);
    await beginHostJournal(state, good);
    const text = (await state.load(hostStateName('profile', 'up1'))) ?? '';
    await state.save(hostStateName('profile', 'up0'), text);
    const { entries, damaged } = await openHostJournals(state);
    expect(entries).toEqual([good]);
    expect(damaged[0]?.message).toContain('is the journal of something else');
  });
});

describe('a line of tc', () => {
  it('is known when we make it', () => {
    const police = { pref: 5, mtuBytes: 65_335, rateBps: 375_000, burstBytes: 51_200 };
    for (const verb of ['add', 'change', 'del'] as const) {
      expect(isKnownLine(policeLine('tapm', verb, police, '0x1'), 'midonet', 'tapm')).toBe(true);
    }
    for (const verb of ['add', 'del'] as const) {
      expect(isKnownLine(ingressLine('tapm', verb), 'midonet', 'tapm')).toBe(true);
    }
  });

  it.each([
    'qdisc add dev up0 root handle 1: htb default 40',
    'class add dev up0 parent 1: classid 1:1 htb rate 125000000bps ceil 125000000bps burst 126500 cburst 126500 quantum 60000',
    'class change dev up0 parent 1:1 classid 1:10 htb rate 1250000bps ceil 125000000bps burst 1600 cburst 1600 prio 0 quantum 12500',
    'qdisc add dev up0 parent 1:10 handle 10: sfq perturb 10',
    'qdisc add dev up0 parent 1:10 handle 8001: fq_codel limit 10240 flows 1024 quantum 1514 target 5ms interval 100ms memory_limit 32Mb ecn drop_batch 64',
    'qdisc add dev up0 root handle 8002: tbf rate 1Mbit burst 5Kb latency 50ms',
    'qdisc add dev up0 root handle 8003: pfifo limit 100',
    'qdisc del dev up0 parent 1:10 handle 10:',
    'class del dev up0 classid 1:10',
    'filter add dev up0 parent 1: protocol ip pref 10 flower ip_tos 0xb8/0xfc classid 1:10',
    'filter change dev up0 parent 1: protocol ipv6 pref 21 handle 0x3 flower ip_proto tcp dst_port 5000-5010 classid 1:20',
    'filter del dev up0 parent 1: protocol ip pref 10 handle 0x1 flower',
    'qdisc del dev up0 root',
  ])('is known: %s', text => expect(isKnownLine(lineOf(text), 'profile', 'up0')).toBe(true));
});
