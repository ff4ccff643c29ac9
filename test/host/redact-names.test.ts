import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Recording } from '../../src/host/recorded.ts';
import { redactRecording } from '../../src/host/redact.ts';
import { machineForms } from '../../src/redact/machine-name.ts';
import { audited, expectRenamed, recordingOf, textOf } from './audited.ts';

const key = Buffer.from('for this test only');
const trixie = join(import.meta.dirname, '../workflow/captured/trixie');

/** The same host on which some things are called otherwise. */
function renamed(recording: Recording, names: Readonly<Record<string, string>>): Recording {
  const change = (text: string) =>
    Object.entries(names).reduce((changed, [from, to]) => {
      const escaped = (machineForms(to)[0] ?? '').replaceAll('-', '\\x2d');
      return changed
        .replaceAll(from.replaceAll('-', '\\x2d'), from.includes('-') ? escaped : to)
        .replaceAll(from, to);
    }, text);
  const deep = (value: unknown): unknown => {
    if (typeof value === 'string') return change(value);
    if (value instanceof Map) return new Map([...value].map(([one, other]) => [deep(one), deep(other)]));
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([name, held]) => [name, deep(held)]));
  };
  return deep(recording) as Recording;
}

describe('no host is refused for a word', () => {
  it.each([
    'web',
    'machine',
    'tap',
    '1',
    'htb',
    'qemu',
    'libvirt',
    'emulator',
    'vcpu0',
    'instance',
    'scope',
    'x',
    'police',
    'fa:16:3e:01:02:03',
    '10.0.0.1',
    'ether',
    'net',
    'a.b_c',
    'machine-1',
    'domain-1',
  ])('a domain called %s is judged as before', async name => {
    const original = renamed(await recordingOf(trixie), { 'instance-000000e1': name });
    const redacted = redactRecording(original, key);
    const [state] = [...redacted.domains.values()].map(domain => domain.state);
    expect(state?.name).toMatch(/^domain-[0-9a-f]{11}$/);
    expectRenamed(await audited(original), await audited(redacted), name);
  });

  it.each(['htb', 'root', 'dev', 'eth0', 'ingress', 'vnet0', 'virbr0-nic', 'ovs-system', 'ffff', '1'])(
    'a device called %s is judged as before',
    async name => {
      const plain = await recordingOf(trixie);
      const taps = new Set(textOf(plain).match(/tap[0-9a-f]{8}-[0-9a-f]{2}/g));
      const [tap = ''] = taps;
      const original = renamed(plain, { [tap]: name });
      const redacted = redactRecording(original, key);
      expectRenamed(await audited(original), await audited(redacted), name);
      if (name.length > 4) expect(textOf(redacted)).not.toContain(`"dev\\",\\"${name}\\"`);
    },
  );

  it('a host with nvme disks is judged as before', async () => {
    const original = renamed(await recordingOf(trixie), {
      '</devices>':
        "<disk type='nvme' device='disk'><source type='pci' managed='yes' namespace='1'/><target dev='vdz' bus='virtio'/></disk></devices>",
    });
    expectRenamed(await audited(original), await audited(redactRecording(original, key)));
  });

  it('another key gives other names', async () => {
    const original = await recordingOf(trixie);
    const [one, other] = [key, Buffer.from('another')].map(
      secret => [...redactRecording(original, secret).domains.values()][0]?.state.name,
    );
    expect(one).not.toBe(other);
  });
});
