import { forAwait } from '../consume/for-await.ts';
import type { SpeedContender } from '../contender.ts';
import { copyOf } from './copy-of.ts';

type Step = IteratorResult<Uint8Array, undefined>;

/**
 * The limit of `for await`: one result and one promise for each chunk, written by hand, and no store. One chunk waits in a
 * field, and more in an array. Of memory that is reused it makes the one copy that nobody gets around.
 */
class BareIterator implements AsyncIterableIterator<Uint8Array> {
  #front: Uint8Array | undefined;
  #rest: Uint8Array[] | undefined;
  #at = 0;
  #count = 0;
  #wake: ((step: Step) => void) | undefined;
  #hasEnded = false;

  write(chunk: Uint8Array): void {
    const wake = this.#wake;
    if (wake !== undefined) {
      this.#wake = undefined;
      wake({ value: chunk, done: false });
    } else if (this.#front === undefined) this.#front = chunk;
    else (this.#rest ??= [])[this.#count++] = chunk;
  }

  end(): void {
    this.#hasEnded = true;
    this.#wake?.({ value: undefined, done: true });
  }

  next(): Promise<Step> {
    const value = this.#front;
    if (value !== undefined) {
      this.#front = this.#rest === undefined ? undefined : this.#nextOf(this.#rest);
      return Promise.resolve({ value, done: false });
    }
    if (this.#hasEnded) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => (this.#wake = resolve));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #nextOf(rest: readonly Uint8Array[]): Uint8Array | undefined {
    if (this.#at < this.#count) return rest[this.#at++];
    this.#at = 0;
    this.#count = 0;
    return undefined;
  }
}

export function makeContender(): SpeedContender<BareIterator> {
  return {
    open: () => new BareIterator(),
    write(body, chunk) {
      body.write(chunk);
      return true;
    },
    writeCopy(body, view) {
      body.write(copyOf(view));
      return true;
    },
    end: (body) => body.end(),
    hasSignals: false,
    consume: { 'for-await': forAwait },
  };
}
