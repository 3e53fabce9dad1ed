import type { BufferStrategy, ByteStore } from '../src/strategy.ts';

/**
 * The plainest correct stores, for core's own tests: the real strategies import core, so core cannot import
 * them. They are slow and obviously right.
 */

/** A list of private copies, which it copies out again. Takes every byte. */
class ArrayStore implements ByteStore {
  #chunks: Uint8Array[] = [];

  /** What is kept of a chunk. */
  protected keep(chunk: Uint8Array, _owned: boolean): Uint8Array {
    return new Uint8Array(chunk);
  }

  /** What is handed out of the front chunk. */
  protected give(front: Uint8Array, count: number): Uint8Array {
    return new Uint8Array(front.subarray(0, count));
  }

  get size(): number {
    return this.#chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  }

  get cost(): number {
    return this.size;
  }

  put(chunk: Uint8Array, owned: boolean): number {
    if (chunk.length > 0) this.#chunks.push(this.keep(chunk, owned));
    return chunk.length;
  }

  peek(min: number = 1): Uint8Array {
    // Joining replaces the list, never the arrays: a view lent before stays as it was [S4].
    const joined: Uint8Array[] = [];
    let length = 0;
    while (length < min && this.#chunks.length > 0) {
      const chunk = this.#chunks.shift()!;
      joined.push(chunk);
      length += chunk.length;
    }
    if (joined.length === 0) return this.#chunks[0] ?? new Uint8Array(0);
    const front = joined.length === 1 ? joined[0]! : concat(joined);
    this.#chunks.unshift(front);
    return front;
  }

  take(max: number = Infinity): Uint8Array {
    const front = this.#chunks.shift();
    if (front === undefined) return new Uint8Array(0);
    if (front.length > max) this.#chunks.unshift(front.subarray(max));
    return this.give(front, max);
  }

  takeInto(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length && this.#chunks.length > 0) {
      const bytes = this.take(target.length - filled);
      target.set(bytes, filled);
      filled += bytes.length;
    }
    return filled;
  }

  drop(count: number): void {
    let left = count;
    while (left > 0 && this.#chunks.length > 0) left -= this.take(left).length;
  }

  clear(): void {
    this.#chunks = [];
  }
}

/** The same list with a ceiling: `put` takes as much as fits. Allocates per put, so it breaks S7 and only S7. */
class FixedArrayStore extends ArrayStore {
  readonly #capacityBytes: number;

  constructor(capacityBytes: number) {
    super();
    this.#capacityBytes = capacityBytes;
  }

  override put(chunk: Uint8Array, owned: boolean): number {
    return super.put(chunk.subarray(0, this.#capacityBytes - this.size), owned);
  }
}

/** The same list of the very chunks: what is given to it comes out again. Pins what its views are of (not S5). */
class PassingStore extends ArrayStore {
  protected override keep(chunk: Uint8Array, owned: boolean): Uint8Array {
    return owned ? chunk : new Uint8Array(chunk);
  }

  protected override give(front: Uint8Array, count: number): Uint8Array {
    return count >= front.length ? front : new Uint8Array(front.subarray(0, count));
  }
}

/** Takes every byte that is put. */
export const arrayStrategy: BufferStrategy = {
  name: 'array-strategy',
  contract: 1,
  traits: { put: 'copies', take: 'copies', fixed: false, amplification: 1 },
  createStore: () => new ArrayStore(),
};

/** Holds `capacityBytes` and refuses the rest. */
export const fixedArrayStrategy: BufferStrategy = {
  name: 'fixed-array-strategy',
  contract: 1,
  traits: { put: 'copies', take: 'copies', fixed: true, amplification: 1 },
  createStore: (options) => new FixedArrayStore(options?.capacityBytes ?? 65_536),
};

/** Copies nothing that it may keep: shows what is done with memory that changes owner. */
export const passingStrategy: BufferStrategy = {
  name: 'passing-strategy',
  contract: 1,
  traits: { put: 'takes', take: 'gives', fixed: false, amplification: 2 },
  createStore: () => new PassingStore(),
};

function concat(chunks: readonly Uint8Array[]): Uint8Array {
  const joined = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let filled = 0;
  for (const chunk of chunks) {
    joined.set(chunk, filled);
    filled += chunk.length;
  }
  return joined;
}
