import { PipeError } from './errors.ts';
import type { PipeCore } from './pipe-core.ts';
import type { Reading } from './waits.ts';

export interface IterationOptions {
  /** `views()`: each chunk is borrowed until the next step. `values()`: each is the consumer's. */
  readonly lends: boolean;
  readonly preventCancel: boolean;
}

type Step = IteratorResult<Uint8Array, undefined>;

/**
 * One pass over a pipe, written by hand: an async generator costs twice as much and cannot answer `return()`
 * while a `next()` waits. Calls of `next()` queue in order [P7]; the iterator rejects once and is done.
 */
export class PipeIterator implements AsyncIterableIterator<Uint8Array>, Reading {
  readonly isDirect = false;
  readonly #core: PipeCore;
  readonly #options: IterationOptions;
  #isDone = false;

  constructor(core: PipeCore, options: IterationOptions) {
    this.#core = core;
    this.#options = options;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    const waiting = this.#core.waitingFor;
    if (!this.#isDone && waiting !== undefined) {
      if (waiting === this) return this.#core.park(this, { min: 1 }) as Promise<Step>;
      return Promise.reject(new PipeError('ERR_PIPE_LOCKED', 'Another consumer of this pipe is waiting'));
    }
    if (this.#isDone) return Promise.resolve(finished());
    if (!this.#core.canAnswerAtOnce(1)) return this.#core.park(this, { min: 1 }) as Promise<Step>;
    let step: Step;
    try {
      step = this.#step(this.#options.lends);
    } catch (reason) {
      this.#core.settle();
      return Promise.reject(reason);
    }
    this.#core.settle();
    return Promise.resolve(step);
  }

  /** A parked `next()` is answered; called by the pipe. */
  answer(): Step {
    // With another next() behind this one, a loan would end before its borrower runs: that chunk is given instead.
    return this.#step(this.#options.lends && this.#core.waitingFor === undefined);
  }

  return(value?: unknown): Promise<IteratorResult<Uint8Array>> {
    this.#leave(undefined);
    return Promise.resolve({ value, done: true });
  }

  throw(error?: unknown): Promise<never> {
    this.#leave(error);
    return Promise.reject(error);
  }

  #step(lends: boolean): Step {
    if (this.#isDone) return finished();
    try {
      const bytes = lends ? this.#core.lendViewUnsettled() : this.#core.takeUnsettled(1, undefined);
      if (bytes !== null) return { value: bytes, done: false };
    } catch (reason) {
      this.#isDone = true;
      throw reason;
    }
    this.#isDone = true;
    return finished();
  }

  #leave(reason: unknown): void {
    const mustCancel = !this.#isDone && !this.#options.preventCancel;
    // Done first: a parked next() of this iterator then ends with done, in the same step as the cancel [P12].
    this.#isDone = true;
    if (mustCancel) this.#core.cancel(reason);
    else if (this.#core.waitingFor === this) this.#core.dismissParked();
    if (this.#options.lends) this.#core.releaseLoan();
  }
}

/** A fresh object each time: the caller may keep or change it. */
function finished(): { value: undefined; done: true } {
  return { value: undefined, done: true };
}
