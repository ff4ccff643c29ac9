import { QuotaError } from '../errors.ts';
import type { TuningPlan } from '../plan/plan.ts';
import { plan as planSchema } from '../schema/plan.ts';
import { readSealed, type Sealed, seal } from './sealed.ts';

/** A plan that was saved: for which hypervisor, and a fingerprint that shows whether it is still what was made. */
export interface PlanFile extends Sealed<TuningPlan> {
  /** Libvirt's URI, as it was connected to. */
  readonly uri: string;
}

/** Makes a plan ready for saving. */
export function sealPlan(plan: TuningPlan, uri: string): PlanFile {
  return seal({ ...plan, uri });
}

/**
 * Reads a plan that was saved.
 *
 * @param text JSON, as `virt-quota plan --out` writes it
 * @throws QuotaError `invalid-input` when it is no plan, of another version, or was changed after it was made
 */
export function readPlanFile(text: string, name: string): PlanFile {
  const read = readSealed<PlanFile>(text, { schema: planSchema, what: 'a plan of virt-quota' });
  if ('problem' in read) throw new QuotaError('invalid-input', name, `'${name}' ${read.problem}`);
  return read.content;
}
