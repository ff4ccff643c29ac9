import { createHash } from 'node:crypto';
import { z } from 'zod';
import { QuotaError } from '../errors.ts';
import type { TuningPlan } from '../plan/plan.ts';

/** A plan that was saved: for which hypervisor, and a fingerprint that shows whether it is still what was made. */
export interface PlanFile extends TuningPlan {
  /** Libvirt's URI, as it was connected to. */
  readonly uri: string;
  /** SHA-256 of everything else, in hex. */
  readonly fingerprint: string;
}

/** Makes a plan ready for saving. */
export function sealPlan(plan: TuningPlan, uri: string): PlanFile {
  const content = { ...plan, uri };
  return { ...content, fingerprint: fingerprintOf(content) };
}

/**
 * Reads a plan that was saved.
 *
 * @param text JSON, as `virt-quota plan --out` writes it
 * @throws QuotaError `invalid-input` when it is no plan, of another version, or was changed after it was made
 */
export function readPlanFile(text: string, name: string): PlanFile {
  const json = parse(text, name);
  const shape = planShape.safeParse(json);
  if (!shape.success) {
    const issue = shape.error.issues[0];
    const where = issue === undefined || issue.path.length === 0 ? '' : ` at ${issue.path.join('.')}`;
    throw invalid(name, `'${name}' is not a plan of virt-quota${where}: ${issue?.message ?? 'unknown'}`);
  }
  const { fingerprint, ...content } = json as PlanFile;
  if (fingerprint !== fingerprintOf(content)) {
    throw invalid(name, `'${name}' was changed after it was made: its fingerprint does not fit`);
  }
  return json as PlanFile;
}

function parse(text: string, name: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(name, `'${name}' is not JSON: ${(error as Error).message}`);
  }
}

function invalid(name: string, message: string): QuotaError {
  return new QuotaError('invalid-input', name, message);
}

/** The same for the same content, in whatever order its keys are. */
function fingerprintOf(content: object): string {
  const sorted = JSON.stringify(content, (_, value: unknown) =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
      : value,
  );
  return createHash('sha256').update(sorted).digest('hex');
}

const limits = z.record(z.string().regex(/^[a-z_.]+$/), z.union([z.number(), z.string()]));
const device = z.looseObject({ kind: z.string() });
const scope = z.enum(['live', 'config']);
const tuning = z.array(z.looseObject({ device, limits }));

/** As much of a plan as has to be right before it is carried out; its fingerprint speaks for the rest. */
const planShape = z.looseObject({
  schemaVersion: z.literal(1),
  uri: z.string(),
  fingerprint: z.string(),
  domain: z.object({ name: z.string(), uuid: z.string(), id: z.number().optional() }),
  scopes: z.array(scope),
  tuning: z.partialRecord(scope, tuning),
  steps: z.array(
    z.looseObject({
      scope,
      device,
      before: limits,
      after: limits,
      changes: z.array(z.looseObject({ parameter: z.string(), reason: z.string() })),
    }),
  ),
  records: z.array(z.looseObject({ scope, after: z.looseObject({ at: z.string() }) })),
  observed: z.looseObject({ knobs: z.array(z.looseObject({ knob: z.string() })) }),
  diagnostics: z.array(z.looseObject({ code: z.string() })),
});
