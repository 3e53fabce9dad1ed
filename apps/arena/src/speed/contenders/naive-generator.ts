import type { SpeedContender } from '../contender.ts';

/** What people write by hand: an array, a promise to wait for, an async generator. It has no errors and no limits. */
class NaiveQueue {
  readonly #queue: Uint8Array[] = [];
  #hasEnded = false;
  #wake: (() => void) | undefined;

  push(chunk: Uint8Array): void {
    this.#queue.push(chunk);
    this.#wake?.();
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      for (let chunk = this.#queue.shift(); chunk !== undefined; chunk = this.#queue.shift()) yield chunk;
      if (this.#hasEnded) return;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

export function makeContender(): SpeedContender<NaiveQueue> {
  return {
    open: () => new NaiveQueue(),
    write(queue, chunk) {
      queue.push(chunk);
      return true;
    },
    end: (queue) => queue.end(),
    hasSignals: false,
    chunksOf: (queue) => queue,
  };
}
