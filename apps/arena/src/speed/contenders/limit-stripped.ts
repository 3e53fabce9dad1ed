import type { BufferStrategy, ByteStore } from '@millrace/core';
import { forAwait } from '../consume/for-await.ts';
import type { SpeedContender } from '../contender.ts';

type Step = IteratorResult<Uint8Array, undefined>;

/**
 * The limit of a pipe over a store of ours: one waiter and an end, and no laws beyond the bytes. No limits, no marks, no
 * accounts, no failures, no hooks, no queue of reads, no way to leave.
 */
class StrippedPipe implements AsyncIterableIterator<Uint8Array> {
  readonly #store: ByteStore;
  #wake: ((step: Step) => void) | undefined;
  #hasEnded = false;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  write(chunk: Uint8Array): void {
    this.#store.put(chunk, true);
    this.#answer();
  }

  end(): void {
    this.#hasEnded = true;
    this.#answer();
  }

  next(): Promise<Step> {
    if (this.#store.size > 0 || this.#hasEnded) return Promise.resolve(this.#step());
    return new Promise((resolve) => (this.#wake = resolve));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #answer(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.(this.#step());
  }

  #step(): Step {
    if (this.#store.size > 0) return { value: this.#store.take(), done: false };
    return { value: undefined, done: true };
  }
}

export function makeContender(strategy: BufferStrategy): SpeedContender<StrippedPipe> {
  return {
    // As much room as the largest burst: a fixed store takes no more, and nobody here holds the rest.
    open: (options) =>
      new StrippedPipe(strategy.createStore({ capacityBytes: options?.highWaterMark ?? 65_536 })),
    write(pipe, chunk) {
      pipe.write(chunk);
      return true;
    },
    end: (pipe) => pipe.end(),
    hasSignals: false,
    chunksOf: (pipe) => pipe,
    // Chunk by chunk alone: whoever takes the whole body has nothing to wait with.
    consume: { 'for-await': forAwait },
  };
}
