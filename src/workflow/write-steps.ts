import type { CpuTune } from '../domain/cputune.ts';
import { applyTuningToXml } from '../domain/render.ts';
import { QuotaError } from '../errors.ts';
import { type Call, forwardCalls, undoCalls } from '../plan/calls.ts';
import type { Step } from '../plan/plan.ts';
import type { DomainRef, Hypervisor } from '../ports/hypervisor.ts';
import type { WriteSurroundings } from './surroundings.ts';

/** Something that was begun and can be taken back. */
export interface Begun {
  readonly steps: readonly Step[];
  undo(): Promise<void>;
}

/**
 * Carries out a plan's steps in their order and keeps, in `begun`, how each is taken back. A step is in there before
 * its first call, because a call that fails or is not answered may have been done.
 *
 * @param kernel what the enforcers hold now for cpu parameters, to undo those that libvirt cannot unset
 * @throws the error of the first call that failed; QuotaError `refused` when the signal is aborted
 */
export async function writeSteps(
  surroundings: WriteSurroundings,
  domain: DomainRef,
  steps: readonly Step[],
  kernel: CpuTune,
  begun: Begun[],
): Promise<void> {
  const { hypervisor } = surroundings;
  for (const step of steps.filter(one => one.scope === 'live')) {
    begun.push({ steps: [step], undo: () => callAll(hypervisor, domain, undoCalls(step, kernel)) });
    for (const call of forwardCalls(step)) {
      stopIfAsked(surroundings);
      await perform(hypervisor, domain, call);
    }
  }
  const persistent = steps.filter(one => one.scope === 'config');
  if (persistent.length > 0) await definePersistent(surroundings, domain, persistent, begun);
}

/** All persistent changes at once, by editing the definition's text: libvirt takes it whole or not at all. */
async function definePersistent(
  surroundings: WriteSurroundings,
  domain: DomainRef,
  steps: readonly Step[],
  begun: Begun[],
): Promise<void> {
  const { hypervisor } = surroundings;
  const original = await hypervisor.getDefinableXml(domain);
  const tuning = steps.map(step => ({ device: step.device, limits: step.after, because: {} }));
  const edited = applyTuningToXml(original, tuning);
  stopIfAsked(surroundings);
  begun.push({ steps, undo: () => hypervisor.defineXml(original) });
  await hypervisor.defineXml(edited);
}

function stopIfAsked({ signal }: WriteSurroundings): void {
  if (signal?.aborted) throw new QuotaError('refused', 'apply', 'interrupted');
}

/** Every call is tried, also after one that failed: the more is put back the better. @throws the first error */
async function callAll(hypervisor: Hypervisor, domain: DomainRef, calls: readonly Call[]): Promise<void> {
  const errors: unknown[] = [];
  for (const call of calls) {
    await perform(hypervisor, domain, call).catch(error => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
}

function perform(hypervisor: Hypervisor, domain: DomainRef, call: Call): Promise<void> {
  switch (call.kind) {
    case 'scheduler':
      return hypervisor.setSchedulerParameters(domain, call.parameters);
    case 'block-io-tune':
      return hypervisor.setBlockIoTune(domain, call.target, call.parameters);
    case 'interface':
      return hypervisor.setInterfaceParameters(domain, call.mac, call.parameters);
  }
}
