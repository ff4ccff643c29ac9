import { Worker } from 'node:worker_threads';
import type { Find, Outcome, Portion } from './campaign.ts';
import type { WorkerMessage, WorkerTask } from './portion-worker.ts';

/** An input that is read for so long will never end. */
const HANGS_MS = 120_000;
const LOOK_MS = 2_000;
/** What a reader of anything must make do with. */
const HEAP_MB = 512;

/**
 * Reads inputs of a harness in a thread, so that one that never ends, or takes all memory, is a find like others; the
 * rest is read by another thread.
 */
export async function runGuarded(
  harness: string,
  portion: Portion,
  found: (find: Find) => void,
): Promise<Outcome> {
  const end = portion.from + portion.count;
  let finds = 0;
  let slowestMs = 0;
  for (let from = portion.from; from < end; ) {
    const ended = await inThread(harness, { ...portion, from, count: end - from }, found);
    if ('outcome' in ended) {
      finds += ended.outcome.finds;
      slowestMs = Math.max(slowestMs, ended.outcome.slowestMs);
      break;
    }
    found({ harness, number: ended.number, law: ended.law, detail: ended.detail, input: '' });
    finds += 1;
    from = ended.number + 1;
  }
  return { inputs: portion.count, finds, slowestMs };
}

type Ended =
  | { readonly outcome: Outcome }
  | { readonly number: number; readonly law: 'hang' | 'crash'; readonly detail: string };

function inThread(harness: string, portion: Portion, found: (find: Find) => void): Promise<Ended> {
  const at = new Int32Array(new SharedArrayBuffer(4));
  at[0] = portion.from;
  const workerData: WorkerTask = { harness, ...portion, at };
  const worker = new Worker(new URL('./portion-worker.js', import.meta.url), {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: HEAP_MB },
  });
  return new Promise(resolve => {
    let [seen, since] = [portion.from, Date.now()];
    const timer = setInterval(() => {
      const now = Atomics.load(at, 0);
      if (now !== seen) [seen, since] = [now, Date.now()];
      else if (Date.now() - since > HANGS_MS)
        end({ number: now, law: 'hang', detail: `still being read after ${HANGS_MS / 1000} s` });
    }, LOOK_MS);
    const end = (ended: Ended) => {
      clearInterval(timer);
      resolve(ended);
      void worker.terminate();
    };
    worker.on('message', (message: WorkerMessage) => {
      if (message.kind === 'find') found(message.find);
      else end({ outcome: message.outcome });
    });
    worker.on('error', error => end({ number: Atomics.load(at, 0), law: 'crash', detail: String(error) }));
  });
}
