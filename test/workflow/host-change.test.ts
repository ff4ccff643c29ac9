import { describe, expect, it } from 'vitest';
import { QuotaError } from '../../src/errors.ts';
import { type HostStep, planHost } from '../../src/plan/host-plan.ts';
import type { HostResult } from '../../src/plan/host-result.ts';
import { HostReadError } from '../../src/ports/host.ts';
import type { StateFolder } from '../../src/ports/state.ts';
import type { Demand } from '../../src/verify/expectation.ts';
import { changeHost, type HostWork } from '../../src/workflow/host-change.ts';
import { openHostJournals } from '../../src/workflow/host-journal.ts';
import { recoverHost } from '../../src/workflow/host-recover.ts';
import { openJournals } from '../../src/workflow/journal.ts';
import type { HostSurroundings } from '../../src/workflow/surroundings.ts';

/** A switch with a few numbers on it: the least that can be read, written, and refuse. */
class Switch implements HostWork<readonly [string, number]> {
  readonly kind = 'switch';
  readonly subject = 'sw0';
  readonly knobs: Map<string, number>;
  readonly written: string[] = [];
  /** Called before each write, with what is written. */
  onWrite: (knob: string, value: number) => void = () => {};

  constructor(knobs: Readonly<Record<string, number>>) {
    this.knobs = new Map(Object.entries(knobs));
  }

  async observe(asked: readonly { readonly knob: string }[]) {
    return asked.map(({ knob }) => {
      const value = this.knobs.get(knob);
      const evidence = { source: 'sw0', text: '' };
      return {
        layer: 'tc' as const,
        subject: 'sw0',
        knob,
        ...(value !== undefined && { values: { value } }),
        evidence,
      };
    });
  }

  async perform([knob, value]: readonly [string, number]) {
    this.onWrite(knob, value);
    this.written.push(`${knob}=${value}`);
    this.knobs.set(knob, value);
  }
}

function folder(): StateFolder & { readonly texts: Map<string, string>; readonly locks: Set<string> } {
  const texts = new Map<string, string>();
  const locks = new Set<string>();
  return {
    texts,
    locks,
    async lock(name) {
      if (locks.has(name)) throw new QuotaError('locked', name, 'process 7 is at work on it');
      locks.add(name);
      return { release: async () => void locks.delete(name) };
    },
    save: async (name, text) => void texts.set(name, text),
    load: async name => texts.get(name),
    remove: async name => void texts.delete(name),
    locate: name => `/state/${name}.json`,
    names: async () => [...texts.keys()].sort(),
  };
}

function surroundings(state: StateFolder, signal?: AbortSignal): HostSurroundings {
  const never = async () => {
    throw new HostReadError('nobody reads here');
  };
  return {
    host: { readFile: never, listFolder: never, run: never },
    hostWriter: { run: never },
    wait: async () => {},
    state,
    ...(signal && { signal }),
    now: () => new Date('2026-01-02T03:04:05Z'),
  };
}

const wanted: readonly Demand[] = ['rate', 'burst'].map(knob => ({
  layer: 'tc',
  subject: 'sw0',
  knob,
  because: ['a rule'],
  expected: { value: knob === 'rate' ? 10 : 20 },
}));

const step = (knob: string, to: number, from: number): HostStep<readonly [string, number]> => ({
  name: knob,
  forward: [[knob, to]],
  undo: [[knob, from]],
});

async function planOf(work: Switch) {
  return planHost<readonly [string, number]>({
    kind: 'switch',
    subject: 'sw0',
    demands: wanted,
    readings: await work.observe(wanted),
    steps: () => [step('rate', 10, 1), step('burst', 20, 2)],
    diagnostics: [],
  });
}

const outcomeOf = ({ outcome, steps, failure, left }: HostResult<unknown>) => ({
  outcome,
  steps: steps.map(({ status }) => status),
  failure,
  left,
});

describe('a change of the host', () => {
  it('is written, read back and kept, and leaves no journal', async () => {
    const work = new Switch({ rate: 1, burst: 2 });
    const state = folder();
    const result = await changeHost(surroundings(state), work, () => planOf(work));
    expect(outcomeOf(result)).toEqual({ outcome: 'applied', steps: ['done', 'done'] });
    expect(result.verdicts.map(({ outcome }) => outcome)).toEqual(['pass', 'pass']);
    expect(result.plan.changes[0]).toEqual({
      knob: 'tc sw0 rate',
      before: { value: 1 },
      after: { value: 10 },
      because: ['a rule'],
    });
    expect([...state.texts.keys(), ...state.locks]).toEqual([]);
  });

  it('writes nothing when everything holds', async () => {
    const work = new Switch({ rate: 10, burst: 20 });
    const result = await changeHost(surroundings(folder()), work, () => planOf(work));
    expect(outcomeOf(result)).toEqual({ outcome: 'unchanged', steps: [] });
    expect(work.written).toEqual([]);
  });

  it('writes nothing when an error was found', async () => {
    const work = new Switch({ rate: 1, burst: 2 });
    const result = await changeHost(surroundings(folder()), work, async () => {
      const { plan, verdicts } = await planOf(work);
      const path = 'bandwidth_limit egress';
      return { plan: { ...plan, diagnostics: [{ code: 'zero-rate', severity: 'error', path }] }, verdicts };
    });
    expect(outcomeOf(result)).toEqual({ outcome: 'refused', steps: [] });
    expect(work.written).toEqual([]);
  });

  it('is taken back, last step first, when a write fails', async () => {
    const work = new Switch({ rate: 1, burst: 2 });
    work.onWrite = (_, value) => {
      if (value === 20) throw new QuotaError('refused', 'sw0', 'the switch is full');
    };
    const state = folder();
    const result = await changeHost(surroundings(state), work, () => planOf(work));
    expect(outcomeOf(result)).toEqual({
      outcome: 'rolled-back',
      steps: ['undone', 'undone'],
      failure: 'the switch is full',
    });
    expect(work.written).toEqual(['rate=10', 'burst=2', 'rate=1']);
    expect([...state.texts.keys()]).toEqual([]);
  });

  it('is taken back when it does not hold', async () => {
    const work = new Switch({ rate: 1, burst: 2 });
    work.onWrite = (knob, value) => {
      if (value === 20) queueMicrotask(() => work.knobs.set(knob, 19));
    };
    const result = await changeHost(surroundings(folder()), work, () => planOf(work));
    expect(result.failure).toBe('tc sw0 burst does not hold it');
    expect(Object.fromEntries(work.knobs)).toEqual({ rate: 1, burst: 2 });
  });

  it('stops between two writes when interrupted, and takes back what was done', async () => {
    const work = new Switch({ rate: 1, burst: 2 });
    const controller = new AbortController();
    work.onWrite = () => controller.abort();
    const result = await changeHost(surroundings(folder(), controller.signal), work, () => planOf(work));
    expect(outcomeOf(result)).toMatchObject({ outcome: 'rolled-back', failure: 'interrupted' });
    expect(work.written).toEqual(['rate=10', 'burst=2', 'rate=1']);
  });

  it('says what is left when it cannot be taken back, and keeps the journal', async () => {
    const work = new Switch({ rate: 1, burst: 2 });
    work.onWrite = (_, value) => {
      if (value !== 10) throw new QuotaError('refused', 'sw0', 'the switch is gone');
    };
    const state = folder();
    const result = await changeHost(surroundings(state), work, () => planOf(work));
    expect(result.outcome).toBe('rollback-failed');
    expect(result.left).toEqual(['tc sw0 rate']);
    const [entry] = (await openHostJournals(state)).entries;
    expect(entry?.startedAt).toBe('2026-01-02T03:04:05.000Z');
    expect(await openJournals(state)).toEqual({ entries: [], damaged: [] });
    await expect(changeHost(surroundings(state), work, () => planOf(work))).rejects.toThrow(
      "an earlier change of 'sw0' ended in the middle; undo or finish it with: virt-quota recover sw0",
    );
  });

  it.each([
    ['undo', { rate: 1, burst: 2 }, 'rolled-back'],
    ['finish', { rate: 10, burst: 20 }, 'applied'],
  ] as const)('that was killed is ended by recovery: %s', async (how, knobs, outcome) => {
    const work = new Switch({ rate: 1, burst: 2 });
    const state = folder();
    // Neither the second write nor any undo is done: as if the process had ended after the first.
    work.onWrite = (_, value) => {
      if (value !== 10) throw new QuotaError('refused', 'sw0', 'the switch is gone');
    };
    await changeHost(surroundings(state), work, () => planOf(work));
    work.onWrite = () => {};
    const [entry] = (await openHostJournals(state)).entries;
    if (entry === undefined) throw new Error('no journal');
    const result = await recoverHost(surroundings(state), work, entry, how);
    expect(result.outcome).toBe(outcome);
    expect(Object.fromEntries(work.knobs)).toEqual(knobs);
    expect(await openHostJournals(state)).toEqual({ entries: [], damaged: [] });
  });

  it('says which journal is damaged, and touches nothing', async () => {
    const state = folder();
    await state.save('host-switch-0123456789abcdef', '{"startedAt": "", "plan": {}}');
    const { entries, damaged } = await openHostJournals(state);
    expect(entries).toEqual([]);
    expect(damaged[0]?.message).toMatch(
      /^the journal '\/state\/host-switch-0123456789abcdef.json' of an earlier change/,
    );
  });

  it('is refused while another process is at it', async () => {
    const work = new Switch({ rate: 1, burst: 2 });
    const state = folder();
    const during: unknown[] = [];
    await changeHost(surroundings(state), work, async () => {
      during.push(await changeHost(surroundings(state), work, () => planOf(work)).catch(error => error.code));
      return planOf(work);
    });
    expect(during).toEqual(['locked']);
  });
});
