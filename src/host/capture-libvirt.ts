import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type DomainState, type HypervisorInfo, runStates, type Scope } from '../ports/hypervisor.ts';
import { listFiles, readJson, readText, usable, writeJson } from './capture-files.ts';
import type { IoTuneAnswer, Recorded, RecordedDomain, Recording } from './recording.ts';

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const infoSchema = z.object({ driver: z.string(), uri: z.string(), libvirtVersion: z.number() });
const failed = z.object({ unreadable: z.string() });
const domainSchema = z.object({
  name: z.string(),
  uuid,
  id: z.number().optional(),
  active: z.boolean(),
  persistent: z.boolean(),
  runState: z.enum(runStates).optional(),
  /** `saved`: in the file beside. */
  xml: z.record(z.string(), z.union([z.literal('saved'), failed])),
  ioTune: z.record(z.string(), z.union([failed, z.record(z.string(), z.union([z.number(), z.string()]))])),
});

const scopes: readonly Scope[] = ['live', 'config'];

/** Writes what libvirt told: `info.json`, and for each domain `<uuid>.json` and `<uuid>.<scope>.xml`. */
export async function saveLibvirt(recording: Recording, folder: string): Promise<void> {
  await usable(folder, () => mkdir(folder));
  const [info] = recording.info;
  if (info !== undefined) await writeJson(join(folder, 'info.json'), info);
  for (const domain of recording.domains.values()) await saveDomain(domain, folder);
}

/** Reads it back into a recording. @throws QuotaError `invalid-input` */
export async function loadLibvirt(recording: Recording, folder: string): Promise<void> {
  const files = await listFiles(folder);
  if (files.includes('info.json')) {
    const info: HypervisorInfo = await readJson(join(folder, 'info.json'), infoSchema);
    recording.info.push(info);
  }
  for (const file of files.filter(name => /^[0-9a-f-]{36}\.json$/.test(name))) {
    const domain = await loadDomain(folder, file);
    recording.domains.set(domain.state.uuid, domain);
  }
}

async function saveDomain({ state, xml, ioTune }: RecordedDomain, folder: string): Promise<void> {
  const name = uuid.parse(state.uuid);
  const saved: Record<string, 'saved' | z.infer<typeof failed>> = {};
  for (const [scope, recorded] of xml) {
    if ('error' in recorded) saved[scope] = { unreadable: recorded.error };
    if (!('value' in recorded)) continue;
    const file = join(folder, `${name}.${scope}.xml`);
    await usable(file, () => writeFile(file, recorded.value));
    saved[scope] = 'saved';
  }
  const throttles = [...ioTune].flatMap(([target, recorded]) => {
    if ('error' in recorded) return [[target, { unreadable: recorded.error }] as const];
    return 'value' in recorded ? [[target, recorded.value] as const] : [];
  });
  await writeJson(join(folder, `${name}.json`), {
    ...state,
    xml: saved,
    ioTune: Object.fromEntries(throttles),
  });
}

async function loadDomain(folder: string, file: string): Promise<RecordedDomain> {
  const { xml, ioTune, id, runState, ...rest } = await readJson(join(folder, file), domainSchema);
  const state: DomainState = { ...rest, ...(id !== undefined && { id }), ...(runState && { runState }) };
  const definitions = new Map<Scope, Recorded<string>>();
  for (const scope of scopes) {
    const saved = xml[scope];
    if (saved === 'saved') {
      definitions.set(scope, { value: await readText(join(folder, `${state.uuid}.${scope}.xml`)) });
    } else if (saved !== undefined) definitions.set(scope, { error: saved.unreadable });
  }
  const throttles = Object.entries(ioTune).map(([target, answer]) => [target, throttleOf(answer)] as const);
  return { state, xml: definitions, ioTune: new Map(throttles) };
}

function throttleOf(answer: Readonly<Record<string, number | string>>): Recorded<IoTuneAnswer> {
  const { unreadable } = answer;
  return typeof unreadable === 'string' ? { error: unreadable } : { value: answer };
}
