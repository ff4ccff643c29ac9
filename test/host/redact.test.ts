import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { redactRecording } from '../../src/host/redact.ts';
import { audited, capturedFolders, expectRenamed, recordingOf, textOf } from './audited.ts';

const key = Buffer.from('for this test only');

describe.each(capturedFolders().map(folder => [basename(folder), folder]))(
  'a redacted capture (%s)',
  (_, folder) => {
    it('is judged as the original, word by word but for names', async () => {
      const original = await recordingOf(folder, { effective: true });
      const redacted = redactRecording(original, key);
      const [before, after] = await Promise.all([audited(original), audited(redacted)]);
      expect(before.length).toBeGreaterThan(0);
      expectRenamed(before, after);
    });

    it('names nobody', async () => {
      const original = await recordingOf(folder, { effective: true });
      const text = textOf(redactRecording(original, key));
      const states = [...original.domains.values()].map(({ state }) => state);
      const secrets = states.flatMap(({ name, uuid }) => [name, uuid, name.replaceAll('-', '\\\\x2d')]);
      for (const secret of [...secrets, 'instance-', 'fa:16:3e', '/var/lib', 'br-int', 'br-ex']) {
        expect(text).not.toContain(secret);
      }
    });
  },
);
