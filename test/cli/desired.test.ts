import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { type DesiredOptions, desiredFrom, readDesired } from '../../src/cli/desired.ts';
import { desiredBy } from '../../src/cli/desired-by.ts';
import type { Terminal } from '../../src/cli/terminal.ts';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import type { DomainView } from '../../src/workflow/look-at.ts';
import { definition } from '../audit/example.ts';

const scratch = mkdtempSync(join(tmpdir(), 'virt-quota-desired-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

const file = (name: string, text: string) => {
  writeFileSync(join(scratch, name), text);
  return join(scratch, name);
};
const flavor = (name: string, shares: number) => ({
  ...{ name, id: `id-${name}`, vcpus: 1 },
  extra_specs: { 'quota:cpu_shares': String(shares) },
});
const given = file('given.json', JSON.stringify(flavor('given', 1)));
const assignments = file(
  'all.jsonl',
  `${JSON.stringify({ domain: 'vm1', flavor: flavor('assigned', 2) })}\n`,
);
const catalogue = file('catalogue.json', JSON.stringify({ flavors: [flavor('m1', 3), flavor('m2', 9)] }));
const quiet: Terminal = {
  ...{
    out: () => {},
    outPaced: async () => {},
    data: () => {},
    outBytes: async () => {},
    say: () => {},
    detail: () => {},
    progress: () => {},
    clearProgress: () => {},
  },
  paint: (_, text) => text,
};

/** A domain that says all that one can say of itself. */
const eloquent: DomainDefinition = {
  ...definition,
  nova: { name: 'm1', extraSpecs: { 'quota:cpu_shares': '4', 'hw:cpu_policy': 'shared' } },
  intent: { flavor: 'old', at: '2026-11-20T10:00:00Z', asked: { 'quota:cpu_shares': '5' } },
};

async function desired(options: DesiredOptions, live: DomainDefinition) {
  const info = { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 };
  const state = { name: 'vm1', uuid: definition.uuid, id: 1, active: true, persistent: true };
  const view: DomainView = { info, state, live };
  const { source, flavor: name, asked, repair } = (await desiredFrom(options, quiet))(view);
  const { 'quota:cpu_shares': shares } = asked.record?.asked ?? {};
  expect(Object.keys(asked.record?.asked ?? {}).filter(key => !key.startsWith('quota:'))).toEqual([]);
  return { source, name, shares: shares && Number(shares), repair: repair?.options };
}

describe('what a domain shall have', () => {
  const { intent, ...unrecorded } = eloquent;
  const { nova, ...foreign } = eloquent;
  const property = ['--property', 'quota:cpu_shares=3'];

  it('is the flavor given, before all else, and an apply is told the same', async () => {
    const options = { flavor: [given], from: assignments, flavors: catalogue, connect: 'qemu:///system' };
    expect(await desired(options, eloquent)).toEqual({
      source: 'flavor',
      name: 'given',
      shares: 1,
      repair: ['--connect', 'qemu:///system', '--flavor', given],
    });
  });

  it('is its assignment, by UUID before its name', async () => {
    const options = { from: assignments, flavors: catalogue };
    expect(await desired(options, eloquent)).toMatchObject({
      source: 'assignment',
      name: 'assigned',
      shares: 2,
    });
    const other = { ...flavor('by-uuid', 7) };
    const lines = [
      { domain: 'vm1', flavor: flavor('by-name', 6) },
      { domain: definition.uuid, flavor: other },
    ].map(line => JSON.stringify(line));
    const both = file('both.jsonl', lines.join('\n'));
    expect(await desired({ from: both }, eloquent)).toMatchObject({ name: 'by-uuid', shares: 7 });
  });

  it('is its last assignment, and that there are more is said', async () => {
    const lines = [flavor('first', 6), flavor('other', 7), flavor('last', 8)].map((one, at) =>
      JSON.stringify({ domain: at === 1 ? 'vm2' : 'vm1', flavor: one }),
    );
    const from = file('twice.jsonl', lines.join('\n'));
    const said: string[] = [];
    await desiredFrom({ from }, { ...quiet, say: text => said.push(text) });
    expect(said).toEqual([`warning: '${from}' has several lines for 'vm1': the last one counts`]);
    expect(await desired({ from }, eloquent)).toMatchObject({ name: 'last', shares: 8 });
  });

  it('leaves out what nobody could hold, which is said once for all domains', async () => {
    const text = JSON.stringify([{ name: 'm1', extra_specs: { 'quota:cpu_shares': 'many' } }]);
    const said: string[] = [];
    const terminal = { ...quiet, say: (line: string) => said.push(line) };
    const desiredOf = await desiredFrom({ flavors: file('wrong.json', text) }, terminal);
    const info = { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 };
    for (const name of ['vm1', 'vm2']) {
      const state = { name, uuid: definition.uuid, id: 1, active: true, persistent: true };
      expect(desiredOf({ info, state, live: eloquent }).source).toBe('catalogue');
    }
    expect(said).toEqual([
      expect.stringMatching(/^error: catalogue m1: quota:cpu_shares is 'many', which is not a whole number/),
      '  hint: write a plain decimal number, without unit, blanks or separators',
    ]);
  });

  it('says of a key that nobody reads, and its repair is one that is not refused for it', async () => {
    const specs = { 'quota:cpu_shares': '3', 'quota:vif_inbound_avrage': '4096', 'hw:cpu_policy': 'shared' };
    const flavors = file('slip.json', JSON.stringify([{ name: 'm1', extra_specs: specs }]));
    const said: string[] = [];
    const terminal = { ...quiet, say: (line: string) => said.push(line) };
    const info = { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 };
    const state = { name: 'vm1', uuid: definition.uuid, id: 1, active: true, persistent: true };
    const { repair } = (await desiredFrom({ flavors }, terminal))({ info, state, live: eloquent });
    expect(said).toEqual([
      expect.stringMatching(/^warning: catalogue m1: quota:vif_inbound_avrage is unknown/),
      expect.stringMatching(/^ {2}hint: did you mean quota:vif_inbound_average\?/),
    ]);
    expect(repair?.options).toEqual([
      ...property,
      ...['--property', 'quota:vif_inbound_avrage=4096', '--allow-unknown'],
    ]);
  });

  it("is the flavor of the catalogue that Nova's metadata names", async () => {
    const options = { flavors: catalogue };
    expect(await desired(options, eloquent)).toEqual({
      ...{ source: 'catalogue', name: 'm1', shares: 3 },
      repair: property,
    });
    const byId = { ...eloquent, nova: { name: 'renamed', id: 'id-m2' } };
    expect(await desired(options, byId)).toMatchObject({ source: 'catalogue', name: 'm2', shares: 9 });
  });

  it("is what Nova's metadata says, where the catalogue does not have its flavor", async () => {
    const unlisted = { ...eloquent, nova: { ...eloquent.nova, name: 'm9' } };
    expect(await desired({ flavors: catalogue }, unlisted)).toEqual({
      ...{ source: 'nova-metadata', name: 'm9', shares: 4 },
      repair: ['--flavor-from-metadata'],
    });
  });

  it.each([
    ['nova-metadata', { ...eloquent.nova, name: 'm9' }, "the extra specs in Nova's metadata"],
    ['record', { name: 'm9' }, 'the record of the last apply'],
  ] as const)(
    'is said to be taken from %s when the catalogue lacks its flavor',
    async (source, nova, said) => {
      const lines: string[] = [];
      const terminal = { ...quiet, say: (line: string) => lines.push(line) };
      const desiredOf = await desiredFrom({ flavors: catalogue }, terminal);
      const info = { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 };
      for (const name of ['vm1', 'vm2']) {
        const state = { name, uuid: definition.uuid, id: 1, active: true, persistent: true };
        expect(desiredOf({ info, state, live: { ...eloquent, nova } }).source).toBe(source);
      }
      expect(lines).toEqual([
        `warning: flavor 'm9' is not in the catalogue: what its domains shall have is taken from ${said}`,
      ]);
    },
  );

  it.each([
    ['not-in-catalogue', { name: 'm9', extra_specs: {} }],
    ['nothing-understood', { name: 'm1', extra_specs: { 'quota:cpu_share': '5' } }],
  ])('does not come from a catalogue in silence: %s', async (code, listed) => {
    const flavors = file('lacking.json', JSON.stringify([listed]));
    const found: string[] = [];
    const desiredOf = desiredBy(await readDesired({ flavors }, quiet), some => {
      found.push(...some.map(one => one.code));
    });
    const info = { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 };
    const state = { name: 'vm1', uuid: definition.uuid, id: 1, active: true, persistent: true };
    expect(desiredOf({ info, state, live: eloquent }).source).toBe('nova-metadata');
    expect(found).toEqual([code]);
  });

  it('is our record, where Nova says nothing of extra specs', async () => {
    const older = { ...eloquent, nova: { name: 'm9' } };
    const recorded = { source: 'record', name: 'old', shares: 5 };
    expect(await desired({ flavors: catalogue }, older)).toMatchObject(recorded);
    expect(await desired({}, foreign)).toMatchObject(recorded);
  });

  it('is what libvirt says itself, where nobody says anything', async () => {
    const { nova: _, ...alone } = unrecorded;
    expect(await desired({ flavors: catalogue }, alone)).toEqual({
      ...{ source: 'libvirt', name: undefined, shares: undefined, repair: undefined },
    });
    expect([nova, intent]).not.toContain(undefined);
  });

  it('is taken again from a file of assignments where volumes are in it', async () => {
    const qos = { qos_specs: { specs: { read_bytes_sec: '5' }, consumer: 'front-end' } };
    const line = { domain: 'vm1', flavor: flavor('a', 2), volumes: { vdb: { qos } } };
    const withVolumes = file('volumes.jsonl', JSON.stringify(line));
    expect((await desired({ from: withVolumes }, eloquent)).repair).toEqual(['--from', withVolumes]);
  });
});
