import type { BufferStrategy, ByteStore } from '@millrace/core';
import { forAwait } from '../consume/for-await.ts';
import type { SpeedContender } from '../contender.ts';
import { BareSteps, type Step } from './bare-steps.ts';

/**
 * The limit of a pipe over a store of ours: one waiter and an end, and no laws beyond the bytes. No limits, no marks, no
 * accounts, no failures, no hooks, no queue of reads, no way to leave.
 */
class StrippedPipe extends BareSteps {
  readonly #store: ByteStore;

  constructor(store: ByteStore) {
    super();
    this.#store = store;
  }

  write(chunk: Uint8Array): void {
    this.#store.put(chunk, true);
    this.answer();
  }

  protected hasBytes(): boolean {
    return this.#store.size > 0;
  }

  protected step(): Step {
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
