import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { type Diagnostic, hasErrors } from '../diagnostics.ts';
import { QuotaError } from '../errors.ts';
import { type Flavor, type FlavorResult, parseFlavor } from '../intent/flavor.ts';
import { flavorQuota } from '../intent/flavor-quota.ts';
import type { Scope } from '../ports/hypervisor.ts';
import type { DomainRequest } from '../workflow/plan-domain.ts';
import { type AskedOptions, recordOf } from './asked.ts';
import { readInput } from './inputs.ts';
import { sayDiagnostics } from './quota-input.ts';
import type { Terminal } from './terminal.ts';

const ASSIGNMENTS_LIMIT = 256 * 1024 * 1024;
const FLAVOR_LIMIT = 1024 * 1024;

const lineShape = z.strictObject({
  domain: z.string().min(1).max(1024),
  flavor: z.union([z.string(), z.record(z.string(), z.unknown())]),
});

/** How the assignments of a file become requests. */
export interface AssignmentContext {
  readonly scopes: readonly Scope[];
  readonly options: AskedOptions;
  readonly terminal: Terminal;
}

/**
 * Reads which domain shall have which flavor: a line of JSON each, `{"domain": NAME, "flavor": FLAVOR}`, where FLAVOR
 * is a flavor in the API's form, or the name of a file beside this one. Every line is read before anything is done.
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
    const where = `${file === '-' ? 'standard input' : file}:${index + 1}`;
    const { domain, flavor } = parseLine(line, where);
    const found = typeof flavor === 'string' ? await fileFlavor(flavor, file, flavors) : inlineFlavor(flavor);
    requests.push(requestOf(domain, found, where, context));
  }
  return requests;
}

function parseLine(line: string, where: string): z.infer<typeof lineShape> {
  try {
    return lineShape.parse(JSON.parse(line));
  } catch (error) {
    const problem = error instanceof z.ZodError ? z.prettifyError(error) : (error as Error).message;
    throw new QuotaError('invalid-input', where, `${where}: ${problem}`);
  }
}

async function fileFlavor(
  name: string,
  assignments: string,
  known: Map<string, FlavorResult>,
): Promise<FlavorResult> {
  const path = resolve(assignments === '-' ? '.' : dirname(assignments), name);
  const found = known.get(path) ?? parseFlavor(await readInput(path, FLAVOR_LIMIT));
  known.set(path, found);
  return found;
}

function inlineFlavor(flavor: Readonly<Record<string, unknown>>): FlavorResult {
  return parseFlavor(JSON.stringify(flavor));
}

function requestOf(
  domain: string,
  { flavor, diagnostics: found }: { readonly flavor: Flavor; readonly diagnostics: readonly Diagnostic[] },
  where: string,
  { scopes, options, terminal }: AssignmentContext,
): DomainRequest {
  const { quota, diagnostics: more } = flavorQuota(flavor.extraSpecs);
  const diagnostics = [...found, ...more].map(one => ({ ...one, path: `${where}: ${one.path}` }));
  sayDiagnostics(diagnostics, terminal);
  if (hasErrors(diagnostics)) {
    throw new QuotaError('invalid-input', where, `${where}: the flavor of '${domain}' has errors`);
  }
  const prune = options.prune === true ? { prune: true } : {};
  return { domain, quota, ...prune, ...recordOf(flavor, options), scopes };
}
