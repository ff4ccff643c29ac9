import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type FlavorResult, parseFlavor } from '../intent/flavor.ts';
import { refuseNothingUnderstood } from '../intent/understood.ts';
import { parseSelector } from '../intent/volume-intent.ts';
import { parseVolumeQos } from '../intent/volume-qos-text.ts';
import { wholeQuota } from '../intent/whole-quota.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { DomainRequest } from '../workflow/plan-domain.ts';
import { type AskedOptions, mannerOf, recordOf, refuseUnknown } from './asked.ts';
import { inputName, readerFor, readInput, readText } from './inputs.ts';
import { readFlavorFile, sayDiagnostics } from './quota-input.ts';
import type { Terminal } from './terminal.ts';
import { volumeIntent } from './volume-input.ts';

const ASSIGNMENTS_LIMIT = 256 * 1024 * 1024;
const QOS_LIMIT = 1024 * 1024;

const orFile = (what: string) =>
  z.union([z.string(), z.record(z.string(), z.unknown())], {
    error: `must be ${what}, or the name of a file with one`,
  });

const volumeShape = z.strictObject({
  qos: orFile('a QoS'),
  size_gb: z.int().positive().optional(),
});

const lineShape = z.strictObject({
  domain: z.string().min(1).max(1024),
  flavor: orFile('a flavor'),
  volumes: z.record(z.string().min(1), volumeShape).optional(),
});

/** How the assignments of a file become requests. */
export interface AssignmentContext {
  readonly scopes: readonly Scope[];
  readonly options: AskedOptions;
  readonly terminal: Terminal;
  /** Whether they are going to be written; absent: only compared. */
  readonly toWrite?: boolean;
}

/**
 * Reads which domain shall have which flavor: a line of JSON each, `{"domain": NAME, "flavor": FLAVOR, "volumes"?:
 * {DISK: {"qos": QOS, "size_gb"?: GIB}}}`, where FLAVOR and QOS are in the API's form, or the name of a file beside this
 * one. Every line is read before anything is done.
 *
 * @throws QuotaError `invalid-input` with the line's number; findings on flavors are printed
 */
export async function readAssignments(
  file: string,
  context: AssignmentContext,
): Promise<readonly DomainRequest[]> {
  const lines = (await readInput(file, ASSIGNMENTS_LIMIT)).split(/\r\n|\n/);
  const flavors = new Map<string, FlavorResult>();
  const requests: DomainRequest[] = [];
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue;
    const where = `${inputName(file)}:${index + 1}`;
    const { domain, flavor, volumes = {} } = parseLine(line, where);
    const found = typeof flavor === 'string' ? await fileFlavor(flavor, file, flavors) : inlineFlavor(flavor);
    const ofVolumes = await Promise.all(
      Object.entries(volumes).map(([disk, volume]) => readVolume(disk, volume, file, context.options)),
    );
    requests.push(requestOf(domain, found, ofVolumes, { ...context, where }));
  }
  return requests;
}

function parseLine(line: string, where: string): z.infer<typeof lineShape> {
  try {
    return lineShape.parse(JSON.parse(line));
  } catch (error) {
    const problem = error instanceof z.ZodError ? problemsOf(error) : (error as Error).message;
    throw new QuotaError('invalid-input', where, `${where}: ${problem}`);
  }
}

/** All in one line, as every other message is. */
function problemsOf({ issues }: z.ZodError): string {
  return issues.map(({ path, message }) => [...path.map(String), message].join(': ')).join('; ');
}

async function fileFlavor(
  name: string,
  assignments: string,
  known: Map<string, FlavorResult>,
): Promise<FlavorResult> {
  const path = beside(assignments, name);
  const found = known.get(path) ?? (await readFlavorFile(path));
  known.set(path, found);
  return found;
}

function beside(assignments: string, name: string): string {
  return resolve(assignments === '-' ? '.' : dirname(assignments), name);
}

async function readVolume(
  disk: string,
  { qos, size_gb: sizeGiB }: z.infer<typeof volumeShape>,
  assignments: string,
  { volumeExtras = false }: AskedOptions,
) {
  const facts = { selector: parseSelector(disk), ...(sizeGiB !== undefined && { sizeGiB }) };
  if (typeof qos !== 'string') return volumeIntent(parseVolumeQos(JSON.stringify(qos)), facts, volumeExtras);
  const path = beside(assignments, qos);
  const text = await readText(path, QOS_LIMIT, "a volume's QoS");
  return volumeIntent(parseVolumeQos(text, await readerFor(text), `'${path}'`), facts, volumeExtras);
}

function inlineFlavor(flavor: Readonly<Record<string, unknown>>): FlavorResult {
  return parseFlavor(JSON.stringify(flavor));
}

function requestOf(
  domain: string,
  { flavor, diagnostics: found }: FlavorResult,
  volumes: readonly ReturnType<typeof volumeIntent>[],
  { scopes, options, terminal, toWrite = false, where }: AssignmentContext & { readonly where: string },
): DomainRequest {
  if (!toWrite) refuseNothingUnderstood(flavor.extraSpecs, where);
  const { quota, diagnostics: more } = wholeQuota(flavor.extraSpecs);
  const ofVolumes = volumes.flatMap(volume => volume.diagnostics);
  const diagnostics = [...found, ...more, ...ofVolumes].map(one => ({
    ...one,
    path: `${where}: ${one.path}`,
  }));
  sayDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics)) {
    throw new QuotaError('invalid-input', where, `${where}: the flavor of '${domain}' has errors`);
  }
  if (toWrite) refuseUnknown(flavor, where, options);
  return {
    domain,
    quota,
    volumes: volumes.map(one => one.volume),
    ...mannerOf(options),
    ...recordOf(flavor, options),
    scopes,
  };
}
