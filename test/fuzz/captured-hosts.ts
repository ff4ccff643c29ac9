import { desiredBy } from '../../src/cli/desired-by.ts';
import { QuotaError } from '../../src/errors.ts';
import { capturedHost, capturedHypervisor } from '../../src/host/captured.ts';
import { captureIn } from '../../src/host/recording.ts';
import { type AuditReport, auditReport } from '../../src/report/audit-report.ts';
import { diagnosticLine } from '../../src/report/diagnostic-text.ts';
import { contestText, renderEffective } from '../../src/report/effective-text.ts';
import { oneLine, plainPaint } from '../../src/report/table.ts';
import { auditDomains } from '../../src/workflow/audit.ts';
import { effectiveLimits } from '../../src/workflow/effective.ts';
import type { ReadSurroundings } from '../../src/workflow/surroundings.ts';
import { inEveryFormat } from './audit-formats.ts';
import { capturedFolders, partsOf, type SavedCommand, sourceOf } from './captures.ts';
import type { Dice } from './dice.ts';
import type { Harness } from './harness.ts';
import { makeTc } from './make-tc.ts';
import { mutateJson } from './mutate-json.ts';
import { textMutations } from './mutate-text.ts';
import { printed } from './printed.ts';

const captures = new Map<string, ReadonlyMap<string, string>>();
const desired = desiredBy(
  { options: [], requests: [], from: '-', connect: [], prune: false },
  () => undefined,
);

/** How many parts of a host an input changes at most. */
const CHANGED = 3;

/**
 * A whole captured host of which some parts were changed, audited as a running one would be. An input is JSON: the folder
 * and, by their path, the parts that are not as they are there; `stdout N` is what command N has printed.
 */
export const capturedHostHarness: Harness = {
  name: 'captured-host',
  share: 0.3,
  corpus: () => capturedFolders.map(folder => JSON.stringify({ folder })),
  mutations: [changePart],
  make: changed,
  read: async text => {
    const surroundings = surroundingsOf(partsIn(text));
    const domains = (await surroundings.hypervisor.listDomains()).slice(0, 3);
    const reports: AuditReport[] = [];
    for await (const one of auditDomains(surroundings, domains, desired)) reports.push(auditReport(one));
    const effective: string[] = [];
    for (const { uuid } of domains) effective.push(...(await effectiveOf(surroundings, uuid)));
    return { texts: [...effective, ...inEveryFormat({ at: '2026-12-01T00:00:00.000Z' }, reports)] };
  },
};

async function effectiveOf(surroundings: ReadSurroundings, uuid: string): Promise<readonly string[]> {
  try {
    const { effective, contests, warnings } = await effectiveLimits(
      surroundings,
      uuid,
      view => desired(view).asked,
    );
    const contested = contests.map(one => oneLine(contestText(one)));
    return [printed(renderEffective(effective, plainPaint)), ...contested, ...warnings.map(diagnosticLine)];
  } catch (error) {
    if (error instanceof QuotaError) return [];
    throw error;
  }
}

function surroundingsOf(parts: ReadonlyMap<string, string>): ReadSurroundings {
  const source = captureIn(sourceOf('capture', parts));
  return { hypervisor: capturedHypervisor(source), host: capturedHost(source) };
}

type Changes = Readonly<Record<string, unknown>>;

/** Whatever an input has become, it stands for some host. */
function partsIn(text: string): ReadonlyMap<string, string> {
  const { folder, ...changes } = changesIn(text);
  const parts = new Map(captureOf(typeof folder === 'string' ? folder : ''));
  for (const [name, value] of Object.entries(changes)) {
    const printed = typeof value === 'string' ? value : JSON.stringify(value);
    const command = /^stdout (\d{1,3})$/.exec(name)?.[1];
    if (command === undefined) parts.set(name, printed);
    else parts.set('commands.json', withPrinted(parts.get('commands.json'), Number(command), printed));
  }
  return parts;
}

function changesIn(text: string): Changes {
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null) return json as Changes;
  } catch {
    // Then it is the text of a part.
  }
  return { 'commands.json': text };
}

function captureOf(folder: string): ReadonlyMap<string, string> {
  const known = capturedFolders.find(one => one === folder) ?? capturedFolders[0] ?? '';
  const parts = captures.get(known) ?? partsOf(known);
  captures.set(known, parts);
  return parts;
}

function withPrinted(commands: string | undefined, number: number, stdout: string): string {
  try {
    const all = JSON.parse(commands ?? '[]') as readonly SavedCommand[];
    return JSON.stringify(
      all.map((one, at) => (at === number ? { ...one, stdout: stdout.split('\n') } : one)),
    );
  } catch {
    return commands ?? '';
  }
}

function changed(dice: Dice): string {
  let input = JSON.stringify({ folder: dice.of(capturedFolders) });
  for (let left = 1 + dice.below(CHANGED); left > 0; left -= 1) input = changePart(input, dice);
  return input;
}

/** One part more is not as it was. */
function changePart(input: string, dice: Dice): string {
  const changes = changesIn(input);
  const parts = captureOf(typeof changes.folder === 'string' ? changes.folder : '');
  const commands = JSON.parse(parts.get('commands.json') ?? '[]') as readonly SavedCommand[];
  const isPrinted = dice.chance(0.6) && commands.length > 0;
  const number = dice.below(commands.length);
  const name = isPrinted ? `stdout ${number}` : dice.of([...parts.keys()]);
  const now = isPrinted ? (commands[number]?.stdout ?? []).join('\n') : (parts.get(name) ?? '');
  const text = dice.of([
    () => dice.of(textMutations)(now, dice),
    () => dice.of(textMutations)(now, dice),
    () => mutateJson(now, dice),
    () => (isPrinted ? makeTc(dice) : ''),
  ])();
  return JSON.stringify({ ...changes, [name]: text });
}
