import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import {
  emptyRecording,
  loadRecording,
  type Recording,
  recordedIn,
  recordHost,
  recordHypervisor,
} from '../../src/host/recording.ts';
import { redactRecording } from '../../src/host/redact.ts';
import { wholeQuota } from '../../src/intent/whole-quota.ts';
import { type AuditOutcome, auditDomains } from '../../src/workflow/audit.ts';
import type { ReadSurroundings } from '../../src/workflow/surroundings.ts';

const captured = (name: string) => join(import.meta.dirname, '../workflow/captured', name);
const key = Buffer.from('for this test only');

/** All that an audit reads of a captured host. */
async function recordingOf(name: string): Promise<Recording> {
  const source = await loadRecording(captured(name));
  const recording = emptyRecording();
  const hypervisor = recordHypervisor(capturedHypervisor(source), recording);
  await audit({ hypervisor, host: recordHost(capturedHost(source), recording) });
  return recording;
}

function audited(recording: Recording): Promise<readonly AuditOutcome[]> {
  const source = recordedIn(recording);
  return audit({ hypervisor: capturedHypervisor(source), host: capturedHost(source) });
}

async function audit(surroundings: ReadSurroundings): Promise<readonly AuditOutcome[]> {
  const { hypervisor } = surroundings;
  const outcomes: AuditOutcome[] = [];
  const asDefined = () => ({ source: 'libvirt', asked: { quota: wholeQuota({}).quota } }) as const;
  for await (const outcome of auditDomains(surroundings, await hypervisor.listDomains(), asDefined)) {
    outcomes.push(outcome);
  }
  return outcomes;
}

/** Everything of a recording as one text. */
function textOf(recording: Recording): string {
  const plain = (value: unknown): unknown => (value instanceof Map ? [...value].map(plain2) : value);
  const plain2 = ([name, value]: [unknown, unknown]) => [name, plain(value)];
  return JSON.stringify(
    [recording.files, recording.folders, recording.commands, recording.info, recording.domains].map(plain),
    (_, value) => (value instanceof Map ? [...value] : value),
  );
}

describe.each(['trixie', 'bookworm', 'bookworm-v1', 'trixie-ovs-restarted'])(
  'a redacted capture (%s)',
  name => {
    it('is judged as the original, and names nobody', async () => {
      const original = await recordingOf(name);
      const redacted = redactRecording(original, key);
      const [[before], [after]] = await Promise.all([audited(original), audited(redacted)]);
      if (before === undefined || after === undefined || !('audit' in before) || !('audit' in after)) {
        throw new Error('not audited');
      }
      expect(after.audit.coverage).toEqual(before.audit.coverage);
      expect(after.audit.outcome).toBe(before.audit.outcome);
      expect(after.audit.findings.map(({ cause, knob }) => `${cause} ${knob}`)).toEqual(
        before.audit.findings.map(({ cause, knob }) => `${cause} ${knob}`),
      );
      const text = textOf(redacted);
      const [state] = [...original.domains.values()].map(domain => domain.state);
      for (const secret of [
        state?.name,
        state?.uuid,
        'instance-0',
        /tap[0-9a-f]{8}-/,
        'fa:16:3e',
        '/var/lib',
      ]) {
        expect(new RegExp(secret ?? 'nothing', 'i').test(text)).toBe(false);
      }
    });
  },
);

it('a name that is a word of the host cannot be told from it', async () => {
  const original = await recordingOf('trixie');
  const [[uuid, domain] = []] = [...original.domains];
  if (uuid === undefined || domain === undefined) throw new Error('no domain');
  const named = { ...domain, state: { ...domain.state, name: 'machine' } };
  const recording = { ...original, domains: new Map([[uuid, named]]) };
  expect(() => redactRecording(recording, key)).toThrow(QuotaError);
  expect(() => redactRecording(recording, key)).toThrow("the name 'machine' is a word");
});

it('what somebody has called an interface is a name too, and stays the name of the same one', async () => {
  const original = await recordingOf('trixie');
  const [[uuid, domain] = []] = [...original.domains];
  if (uuid === undefined || domain === undefined) throw new Error('no domain');
  const alias = "<alias name='ua-customer'/>";
  const xml = new Map(
    [...domain.xml].map(([scope, recorded]) => {
      const value = 'value' in recorded ? recorded.value : '';
      return [scope, { value: value.replace('</interface>', `${alias}</interface>`) }] as const;
    }),
  );
  const redacted = redactRecording({ ...original, domains: new Map([[uuid, { ...domain, xml }]]) }, key);
  const names = textOf(redacted).match(/ua-[\w-]+/g) ?? [];
  expect(names).toHaveLength(xml.size);
  expect(new Set(names).size).toBe(1);
  expect(names[0]).not.toContain('customer');
});
