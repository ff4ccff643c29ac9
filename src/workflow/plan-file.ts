import { createHash } from 'node:crypto';
import { QuotaError } from '../errors.ts';
import type { TuningPlan } from '../plan/plan.ts';
import { plan as planSchema } from '../schema/plan.ts';

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
  const shape = planSchema.safeParse(json);
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
