import { describe, expect, it } from 'vitest';
import { desiredFrom } from '../../src/cli/desired.ts';
import { processTerminal } from '../../src/cli/terminal.ts';
import type { DomainDefinition } from '../../src/domain/definition.ts';
import { limited } from '../verify/example.ts';

/** What a domain of this definition shall have when nothing is given. */
async function told(live: DomainDefinition) {
  const desiredOf = await desiredFrom({}, processTerminal({ quiet: true }));
  return desiredOf({
    info: { driver: 'QEMU', uri: 'qemu:///system', libvirtVersion: 9_000_000 },
    state: { name: live.name, uuid: live.uuid, id: 1, active: true, persistent: true },
    live,
  });
}

const intent = { at: '2026-11-20T17:00:00Z', asked: { 'quota:cpu_shares': '512' } };
const nova = { name: 'm1', extraSpecs: { 'quota:cpu_quota': '50000', 'hw:cpu_policy': 'shared' } };

describe('what a domain itself tells of what it shall have', () => {
  it('is our record, with the keys by which causes are told', async () => {
    const { source, asked } = await told({ ...limited, intent });
    expect(source).toBe('record');
    expect(asked.record?.asked).toEqual({ 'quota:cpu_shares': '512' });
  });

  it("is before that the extra specs in Nova's metadata, those that limit something", async () => {
    const { source, asked } = await told({ ...limited, intent, nova });
    expect(source).toBe('nova-metadata');
    expect(asked.record?.asked).toEqual({ 'quota:cpu_quota': '50000' });
  });

  it("is libvirt's definition when nobody says anything", async () => {
    expect((await told(limited)).source).toBe('libvirt');
  });
});
