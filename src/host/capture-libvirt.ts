import { z } from 'zod';
import { type DomainState, type HypervisorInfo, runStates } from '../ports/hypervisor.ts';
import { readJson, readRequired } from './capture-files.ts';
import { type CapturePart, jsonPart } from './capture-part.ts';
import type { CaptureSource } from './capture-source.ts';
import { recent } from './recent.ts';
import type { IoTuneAnswer, Recorded, RecordedDomain, RecordedLibvirt, Recording } from './recorded.ts';

const uuid = z.string().regex(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
const infoSchema = z.object({ driver: z.string(), uri: z.string(), libvirtVersion: z.number() });
const failed = z.object({ unreadable: z.string() });
const numbers = z.record(z.string(), z.union([z.number(), z.string()]));
const stateSchema = z.object({
  name: z.string(),
  uuid,
  id: z.number().optional(),
  active: z.boolean(),
  persistent: z.boolean(),
  runState: z.enum(runStates).optional(),
});
const domainSchema = stateSchema.extend({
  /** `saved`: in the file beside. */
  xml: z.record(z.string(), z.union([z.literal('saved'), failed])),
  ioTune: z.record(z.string(), z.union([failed, numbers])),
  /** Absent in older captures. */
  diskStats: z.union([failed, numbers]).optional(),
});

/** Domains whose answers are kept: some are read at a time, each in several pieces. */
const DOMAINS_KNOWN = 4;

/**
 * What libvirt told: `info.json`, `domains.json` with the state of all of them, and for each `UUID.json` and
 * `UUID.SCOPE.xml`.
 */
export function* libvirtParts(recording: Recording): Generator<CapturePart> {
  const [info] = recording.info;
  if (info !== undefined) yield jsonPart('libvirt/info.json', info);
  const domains = [...recording.domains.values()];
  const states = domains.map(domain => domain.state);
  yield jsonPart('libvirt/domains.json', states);
  for (const domain of domains) yield* domainParts(domain);
}

/** libvirt's side of a capture. @param version of its format */
export function readLibvirt(source: CaptureSource, version: number): RecordedLibvirt {
  const known = recent<string, z.infer<typeof domainSchema> | undefined>(DOMAINS_KNOWN);
  const domain = (name: string) =>
    known(name, () => readJson(source, `libvirt/${uuid.parse(name)}.json`, domainSchema));
  return {
    info: async (): Promise<HypervisorInfo | undefined> => readJson(source, 'libvirt/info.json', infoSchema),
    states: async () => (version === 1 ? olderStates(source) : readStates(source)).map(stateOf),
    state: async name => {
      const saved = domain(name);
      return saved && stateOf(saved);
    },
    xml: async (name, scope) => {
      const saved = domain(name)?.xml[scope];
      if (saved === undefined) return undefined;
      if (saved !== 'saved') return { error: saved.unreadable };
      const value = source.read(`libvirt/${name}.${scope}.xml`);
      return value === undefined ? undefined : { value };
    },
    ioTune: async (name, target) => {
      const throttles = domain(name)?.ioTune ?? {};
      const answer = Object.hasOwn(throttles, target) ? throttles[target] : undefined;
      return answer === undefined ? undefined : recordedOf(answer);
    },
    diskStats: async name => {
      const answer = domain(name)?.diskStats;
      return answer === undefined ? undefined : recordedOf(answer);
    },
  };
}

type SavedState = z.infer<typeof stateSchema>;

function readStates(source: CaptureSource): readonly SavedState[] {
  return readRequired(source, 'libvirt/domains.json', z.array(stateSchema));
}

/** There was no list. */
function olderStates(source: CaptureSource): readonly SavedState[] {
  const files = source.list('libvirt').filter(name => /^[0-9a-f-]{36}\.json$/.test(name));
  return files.map(name => readRequired(source, `libvirt/${name}`, stateSchema));
}

function stateOf({ name, uuid: own, active, persistent, id, runState }: SavedState): DomainState {
  const known = { ...(id !== undefined && { id }), ...(runState && { runState }) };
  return { name, uuid: own, active, persistent, ...known };
}

function* domainParts({ state, xml, ioTune, stats }: RecordedDomain): Generator<CapturePart> {
  const name = uuid.parse(state.uuid);
  const saved: Record<string, 'saved' | z.infer<typeof failed>> = {};
  for (const [scope, recorded] of xml) {
    if ('error' in recorded) saved[scope] = { unreadable: recorded.error };
    if (!('value' in recorded)) continue;
    yield { path: `libvirt/${name}.${scope}.xml`, text: recorded.value };
    saved[scope] = 'saved';
  }
  const throttles = [...ioTune].flatMap(([target, recorded]) => {
    const answer = answerOf(recorded);
    return answer === undefined ? [] : [[target, answer] as const];
  });
  const diskStats = answerOf(stats.get('block'));
  yield jsonPart(`libvirt/${name}.json`, {
    ...state,
    xml: saved,
    ioTune: Object.fromEntries(throttles),
    ...(diskStats && { diskStats }),
  });
}

function answerOf(recorded: Recorded<IoTuneAnswer> | undefined): IoTuneAnswer | undefined {
  if (recorded !== undefined && 'error' in recorded) return { unreadable: recorded.error };
  return recorded !== undefined && 'value' in recorded ? recorded.value : undefined;
}

function recordedOf(answer: IoTuneAnswer): Recorded<IoTuneAnswer> {
  const { unreadable } = answer;
  return typeof unreadable === 'string' ? { error: unreadable } : { value: answer };
}
