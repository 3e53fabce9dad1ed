import { Session } from 'node:inspector';
import { parentPort, workerData } from 'node:worker_threads';
import { LOOKS_PER_LIMIT, Silence } from './silence.ts';

/** What the thread is told as it begins. */
export interface WatchedThread {
  /** One 32-bit count: the main thread adds to it whenever a step begins. */
  readonly steps: SharedArrayBuffer;
  readonly limitMs: number;
  /** The name of the global function that the main thread calls when it is found hanging. */
  readonly whenHanging: string;
}

const { steps, limitMs, whenHanging } = workerData as WatchedThread;
const count = new Int32Array(steps);
const silence = new Silence();

// It goes on for ever, since it is what keeps this thread.
setInterval(() => {
  if (silence.isOver(Atomics.load(count, 0))) interrupt();
}, limitMs / LOOKS_PER_LIMIT);
parentPort?.postMessage('watching');

/** Has the main thread call `whenHanging` wherever it is, in an endless loop too: on top of what has not come back. */
function interrupt(): void {
  const session = new Session();
  session.connectToMainThread();
  session.post('Runtime.evaluate', { expression: `globalThis[${JSON.stringify(whenHanging)}]()` });
}
