import { Worker } from 'node:worker_threads';
import type { WatchedThread } from './hang-watch-thread.ts';

const WHEN_HANGING = 'millraceConformanceIsHanging';
const SHOWN_FRAMES = 8;

/**
 * Notices that a module does not come back. A call that never returns leaves its own thread no way to say so, so
 * another one counts the steps that this one begins, and interrupts it where there was none for the limit.
 */
export class HangWatch {
  readonly #steps = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
  readonly #count = new Int32Array(this.#steps);
  readonly #limitSeconds: number;
  readonly #onHang: (text: string) => void;
  #doing = '';
  #whereAt: (() => string) | undefined;

  /**
   * `limitSeconds`: 0 for none. `onHang` is called with what to print, within the call that does not come back, so it
   * has to end the process.
   */
  constructor(limitSeconds: number, onHang: (text: string) => void) {
    this.#limitSeconds = limitSeconds;
    this.#onHang = onHang;
  }

  /** Settles when the other thread is looking. There is none where Node was built without an inspector to interrupt with. */
  async start(): Promise<void> {
    if (this.#limitSeconds === 0 || !process.features.inspector) return;
    Reflect.set(globalThis, WHEN_HANGING, () => this.#hang());
    const workerData: WatchedThread = {
      steps: this.#steps,
      limitMs: this.#limitSeconds * 1000,
      whenHanging: WHEN_HANGING,
    };
    const thread = new Worker(threadFile, { workerData });
    await new Promise((resolve, reject) => {
      thread.once('error', reject);
      thread.once('message', resolve);
    });
    thread.unref();
  }

  /** Something else begins, in words that go on from "Nothing came back". */
  begin(doing: string): void {
    this.#doing = doing;
    this.step(undefined);
  }

  /** The next step of it begins. `whereAt` is asked only if that does not come back. */
  step(whereAt: (() => string) | undefined): void {
    this.#whereAt = whereAt;
    Atomics.add(this.#count, 0, 1);
  }

  #hang(): void {
    const where = this.#whereAt === undefined ? '' : `: ${this.#whereAt()}`;
    const frames = framesOfModule();
    const lines = frames.length > SHOWN_FRAMES ? [...frames.slice(0, SHOWN_FRAMES), '    …'] : frames;
    const sentence = `Nothing came back for ${this.#limitSeconds} s ${this.#doing}${where}`;
    this.#onHang([sentence, ...lines].join('\n'));
  }
}

/** This file's neighbour: a source beside a source, and built beside what is built. */
const threadFile = new URL(
  `hang-watch-thread${import.meta.url.slice(import.meta.url.lastIndexOf('.'))}`,
  import.meta.url,
);

/** What is on the stack between the interruption and the suite, which made the call: the functions of the module. */
function framesOfModule(): readonly string[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 100;
  const frames = String(new Error('hanging').stack).split('\n').slice(1);
  Error.stackTraceLimit = stackTraceLimit;
  const suite = new URL('..', import.meta.url).href;
  const isOfSuite = (frame: string): boolean => frame.includes(suite);
  const isOfRuntime = (frame: string): boolean => /node:|<anonymous>:/.test(frame);
  const below = frames.slice(frames.findIndex((frame) => !isOfSuite(frame)));
  const caller = below.findIndex(isOfSuite);
  return (caller === -1 ? below : below.slice(0, caller)).filter((frame) => !isOfRuntime(frame));
}
