import { forAwait } from '../consume/for-await.ts';
import type { SpeedContender } from '../contender.ts';
import { BareSteps, type Step } from './bare-steps.ts';
import { copyOf } from './copy-of.ts';

/** What leaves at once: as much as a socket reads, or one chunk where that is more. */
const MOST_TAKEN_BYTES = 65_536;

/**
 * The limit of one buffer: each chunk is copied into memory that is warm, and what has come by the next step is copied out
 * into fresh memory, or lent. One result and one promise for each step, and no laws.
 */
class BareBuffer extends BareSteps {
  readonly #memory: Uint8Array;
  #start = 0;
  #end = 0;
  #mostTaken = MOST_TAKEN_BYTES;
  #isLending = false;

  constructor(memory: Uint8Array) {
    super();
    this.#memory = memory;
  }

  write(chunk: Uint8Array): void {
    const { length } = chunk;
    if (this.#end + length > this.#memory.length) {
      this.#memory.copyWithin(0, this.#start, this.#end);
      this.#end -= this.#start;
      this.#start = 0;
    }
    this.#memory.set(chunk, this.#end);
    this.#end += length;
    if (length > this.#mostTaken) this.#mostTaken = length;
    this.answer();
  }

  lending(): this {
    this.#isLending = true;
    return this;
  }

  override next(): Promise<Step> {
    // What was lent is over with this step, and not before.
    if (!this.hasBytes()) this.#start = this.#end = 0;
    return super.next();
  }

  protected hasBytes(): boolean {
    return this.#start < this.#end;
  }

  protected step(): Step {
    if (this.#start === this.#end) return { value: undefined, done: true };
    const until = Math.min(this.#end, this.#start + this.#mostTaken);
    const view = this.#memory.subarray(this.#start, until);
    this.#start = until;
    return { value: this.#isLending ? view : copyOf(view), done: false };
  }
}

export function makeContender(): SpeedContender<BareBuffer> {
  // One for all bodies that come after one another, so that it is warm.
  const shared = new Map<number, Uint8Array>();
  function memory(bytes: number): Uint8Array {
    const known = shared.get(bytes) ?? new Uint8Array(bytes);
    shared.set(bytes, known);
    return known;
  }
  function write(body: BareBuffer, chunk: Uint8Array): true {
    body.write(chunk);
    return true;
  }
  return {
    // A producer that is told to stop at the mark may be past it by a chunk, of 1 MiB at most.
    open: (options) => new BareBuffer(memory((options?.highWaterMark ?? MOST_TAKEN_BYTES) + (1 << 20))),
    write,
    writeCopy: write,
    end: (body) => body.end(),
    hasSignals: false,
    consume: {
      'for-await': forAwait,
      views: (body, take) => forAwait(body.lending(), take),
    },
  };
}
