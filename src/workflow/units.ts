import {
  type IntentRecord,
  intentNamespace,
  intentPrefix,
  renderIntentRecord,
} from '../domain/intent-record.ts';
import { applyTuningToXml } from '../domain/render.ts';
import { deviceName, type Limits } from '../domain/tuning.ts';
import { type Call, forwardCalls, undoAfterRun, undoCalls } from '../plan/calls.ts';
import type { RecordChange, Step, TuningPlan } from '../plan/plan.ts';
import type { DomainRef, Hypervisor, Scope } from '../ports/hypervisor.ts';
import { heldBefore } from './before.ts';
import type { WriteSurroundings } from './surroundings.ts';
import { writeOvs } from './write-ovs.ts';
import { writePolicer } from './write-policer.ts';

/** What is done or taken back together: one device of the running domain, the persistent definition, one record. */
export interface Unit {
  readonly scope: Scope;
  /** Empty for a record. */
  readonly steps: readonly Step[];
  /** Of a record alone. */
  readonly record?: RecordChange;
  /** @param stop is called before each write, and throws to stop. */
  forward(stop: () => void): Promise<void>;
  /** Takes it back, whether or not all of it was done; doing it twice does no harm. */
  undo(): Promise<void>;
  /** Takes back what is left of it when the run of the domain that it was written to has ended; absent: nothing is. */
  undoAfterRun?(): Promise<void>;
}

/** `live interface 52:54:…`, `config definition`, `live record`: a unit in a message. */
export function unitName({ scope, steps }: Unit): string {
  const [step] = steps;
  if (step === undefined) return `${scope} record`;
  return scope === 'config' ? 'config definition' : `live ${deviceName(step.device)}`;
}

/** A plan's units in the order in which they are carried out. */
export function unitsOf(surroundings: WriteSurroundings, plan: TuningPlan): readonly Unit[] {
  const { domain } = plan;
  const { hypervisor } = surroundings;
  const persistent = plan.steps.filter(step => step.scope === 'config');
  return [
    ...plan.steps.filter(step => step.scope === 'live').map(step => liveUnit(surroundings, plan, step)),
    ...(persistent.length === 0 ? [] : [definition(hypervisor, domain, persistent)]),
    ...plan.records.map(record => recordUnit(hypervisor, domain, record)),
  ];
}

function liveUnit(surroundings: WriteSurroundings, plan: TuningPlan, step: Step): Unit {
  const { domain } = plan;
  const before = heldBefore(plan.observed.knobs);
  const left = undoAfterRun(step, before);
  return {
    scope: 'live',
    steps: [step],
    forward: async stop => {
      for (const call of forwardCalls(step)) {
        stop();
        await perform(surroundings, domain, call);
      }
    },
    undo: () => callEach(surroundings, domain, undoCalls(step, before)),
    ...(left.length > 0 && { undoAfterRun: () => callEach(surroundings, domain, left) }),
  };
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
      const xml = await hypervisor.getDefinableXml(domain);
      const wanted = edited(xml, step => step.after);
      // Where a killed apply had done it already, the text from before is not known any more.
      if (wanted !== xml) original = xml;
      stop();
      await hypervisor.defineXml(wanted);
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

function recordUnit(hypervisor: Hypervisor, domain: DomainRef, change: RecordChange): Unit {
  const { scope, before, after } = change;
  const write = (record: IntentRecord | undefined) =>
    hypervisor.setMetadata(domain, scope, {
      uri: intentNamespace,
      prefix: intentPrefix,
      ...(record && { element: renderIntentRecord(record) }),
    });
  return {
    scope,
    steps: [],
    record: change,
    forward: stop => {
      stop();
      return write(after);
    },
    undo: () => write(before),
  };
}

/** Every call is tried, also after one that failed: the more is put back the better. @throws the first error */
async function callEach(
  surroundings: WriteSurroundings,
  domain: DomainRef,
  calls: readonly Call[],
): Promise<void> {
  const errors: unknown[] = [];
  for (const call of calls) {
    await perform(surroundings, domain, call).catch(error => errors.push(error));
  }
  if (errors.length > 0) throw errors[0];
}

function perform(surroundings: WriteSurroundings, domain: DomainRef, call: Call): Promise<void> {
  const { hypervisor } = surroundings;
  switch (call.kind) {
    case 'scheduler':
      return hypervisor.setSchedulerParameters(domain, call.parameters);
    case 'memory':
      return hypervisor.setMemoryParameters(domain, call.parameters);
    case 'blkio':
      return hypervisor.setBlkioParameters(domain, call.parameters);
    case 'block-io-tune':
      return hypervisor.setBlockIoTune(domain, call.target, call.parameters);
    case 'interface':
      return hypervisor.setInterfaceParameters(domain, call.dev ?? call.mac, call.parameters);
    case 'policer-gone':
    case 'policer-back':
      return writePolicer(surroundings, call);
    case 'ovs-detach':
    case 'ovs-set':
      return writeOvs(surroundings, domain, call);
  }
}
