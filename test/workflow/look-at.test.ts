import { join } from 'node:path';
import { expect, it } from 'vitest';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import { loadRecording } from '../../src/host/recording.ts';
import { lookAt } from '../../src/workflow/look-at.ts';

const source = await loadRecording(join(import.meta.dirname, 'captured/trixie'));
const honest = capturedHypervisor(source);
const host = capturedHost(source);
const [domain] = await honest.listDomains();
const name = domain?.name ?? '';
const uuid = domain?.uuid ?? '';

it.each([
  ['UUID', (xml: string) => xml.replaceAll(uuid, '99999999-2222-3333-4444-555555555555')],
  ['name', (xml: string) => xml.replace(`<name>${name}</name>`, '<name>victim</name>')],
  ['no UUID', (xml: string) => xml.replace(/<uuid>.*?<\/uuid>/, '')],
])('a definition with another %s than was asked for is not taken for the domain’s', async (_, lie) => {
  const hypervisor = {
    ...honest,
    getXml: async (...asked: Parameters<typeof honest.getXml>) => lie(await honest.getXml(...asked)),
  };
  await expect(lookAt({ hypervisor, host }, name)).rejects.toMatchObject({
    code: 'refused',
    message: expect.stringContaining(
      `libvirt was asked for the definition of '${name}' (${uuid}), and answered with that of`,
    ),
  });
});
