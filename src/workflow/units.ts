import {
  type IntentRecord,
  intentNamespace,
  intentPrefix,
  renderIntentRecord,
} from '../domain/intent-record.ts';
import { applyTuningToXml } from '../domain/render.ts';
import { deviceName, type Limits } from '../domain/tuning.ts';
import { type Call, forwardCalls, undoCalls } from '../plan/calls.ts';
import type { RecordChange, Step, TuningPlan } from '../plan/plan.ts';
import type { DomainRef, Hypervisor, Scope } from '../ports/hypervisor.ts';
import { kernelCpuTune } from './before.ts';

/** What is done or taken back together: one device of the running domain, the persistent definition, one record. */
export interface Unit {
  readonly scope: Scope;
  /** Empty for a record. */
  readonly steps: readonly Step[];
  /** @param stop is called before each write, and throws to stop. */
  forward(stop: () => void): Promise<void>;
  /** Takes it back, whether or not all of it was done; doing it twice does no harm. */
  undo(): Promise<void>;
}

/** `live interface 52:54:…`, `config definition`, `live record`: a unit in a message. */
export function unitName({ scope, steps }: Unit): string {
  const [step] = steps;
  if (step === undefined) return `${scope} record`;
  return scope === 'config' ? 'config definition' : `live ${deviceName(step.device)}`;
}

/** A plan's units in the order in which they are carried out. */
export function unitsOf(hypervisor: Hypervisor, plan: TuningPlan): readonly Unit[] {
  const { domain } = plan;
  const kernel = kernelCpuTune(plan.observed.knobs);
  const persistent = plan.steps.filter(step => step.scope === 'config');
  return [
    ...plan.steps
      .filter(step => step.scope === 'live')
      .map(
        (step): Unit => ({
          scope: 'live',
          steps: [step],
          forward: stop => callAll(hypervisor, domain, forwardCalls(step), stop),
          undo: () => callEach(hypervisor, domain, undoCalls(step, kernel)),
        }),
      ),
    ...(persistent.length === 0 ? [] : [definition(hypervisor, domain, persistent)]),
    ...plan.records.map(record => recordUnit(hypervisor, domain, record)),
  ];
}

/**
 * All persistent changes at once, by editing the definition's text: libvirt takes it whole or not at all. Taken back
 * with the text that was there; when that is not known any more, by editing what is there now.
 */
function definition(hypervisor: Hypervisor, domain: DomainRef, steps: readonly Step[]): Unit {
  let original: string | undefined;
  const edited = (xml: string, limitsOf: (step: Step) => Limits) =>
    applyTuningToXml(
      xml,
      steps.map(step => ({ device: step.device, limits: limitsOf(step), because: {} })),
    );
  return {
    scope: 'config',
    steps,
    forward: async stop => {
      original = await hypervisor.getDefinableXml(domain);
      stop();
      await hypervisor.defineXml(edited(original, step => step.after));
    },
    undo: async () => {
      const text = original ?? edited(await hypervisor.getDefinableXml(domain), backTo);
      await hypervisor.defineXml(text);
    },
  };
}

/** What was there before, and 0 for what was not. */
function backTo(step: Step): Limits {
  const gone = Object.keys(step.after).map(parameter => [parameter, 0]);
  return { ...Object.fromEntries(gone), ...step.before };
}

function recordUnit(hypervisor: Hypervisor, domain: DomainRef, { scope, before, after }: RecordChange): Unit {
  const write = (record: IntentRecord | undefined) =>
    hypervisor.setMetadata(domain, scope, {
      uri: intentNamespace,
      prefix: intentPrefix,
      ...(record && { element: renderIntentRecord(record) }),
    });
  return {
    scope,
    steps: [],
    forward: stop => {
      stop();
      return write(after);
    },
    undo: () => write(before),
  };
}

async function callAll(
  hypervisor: Hypervisor,
  domain: DomainRef,
  calls: readonly Call[],
  stop: () => void,
): Promise<void> {
  for (const call of calls) {
    stop();
    await perform(hypervisor, domain, call);
  }
}

/** Every call is tried, also after one that failed: the more is put back the better. @throws the first error */
async function callEach(hypervisor: Hypervisor, domain: DomainRef, calls: readonly Call[]): Promise<void> {
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
