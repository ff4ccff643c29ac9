import { parentPort, workerData } from 'node:worker_threads';
import { type Find, type Outcome, type Portion, runPortion } from './campaign.ts';
import { harnesses } from './harnesses.ts';

/** What a thread is given. */
export interface WorkerTask extends Portion {
  readonly harness: string;
  /** One number: the input that is being read, so that it is known when the thread ends or stands still. */
  readonly at: Int32Array;
}

/** What it sends. */
export type WorkerMessage =
  | { readonly kind: 'find'; readonly find: Find }
  | { readonly kind: 'done'; readonly outcome: Outcome };

const { harness: name, at, ...portion } = workerData as WorkerTask;
const harness = harnesses.find(one => one.name === name);
if (harness === undefined) throw new Error(`there is no harness '${name}'`);
const send = (message: WorkerMessage) => parentPort?.postMessage(message);
const outcome = await runPortion(harness, portion, {
  starts: number => Atomics.store(at, 0, number),
  found: find => send({ kind: 'find', find }),
});
send({ kind: 'done', outcome });
