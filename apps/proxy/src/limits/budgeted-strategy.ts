import type { BufferStrategy, ByteStore, StoreOptions } from '@millrace/core';
import type { MemoryBudget } from './memory-budget.ts';
import { ReadAhead } from './read-ahead.ts';

const DEFAULT_CAPACITY_BYTES = 65_536;

/** What a fixed store has room for until its body is read ahead further: a short read. */
const CAUTIOUS_CAPACITY_BYTES = 16_384;

/**
 * The same strategy, whose stores draw on a common budget, and are read ahead no further than is of use.
 *
 * A pipe pauses its producer by what its store costs [P11]. While the budget is short, or nobody knows yet how fast the
 * body is taken, a store here reports a cost that reaches the pipe's high-water mark as soon as it holds as much as it
 * may, and the low-water mark in proportion: so the pipe itself pauses, resumes, and never waits on an empty store.
 * Nothing is done per byte, and nothing to the bytes.
 */
export function budgeted(
  strategy: BufferStrategy,
  highWaterMark: number,
  budget: MemoryBudget,
): BufferStrategy {
  return {
    name: strategy.name,
    contract: strategy.contract,
    traits: strategy.traits,
    createStore: (options) => new BudgetedStore(options, { strategy, highWaterMark, budget }),
  };
}

interface Terms {
  readonly strategy: BufferStrategy;
  readonly highWaterMark: number;
  readonly budget: MemoryBudget;
}

class BudgetedStore implements ByteStore {
  #store: ByteStore;
  readonly #terms: Terms;
  /** What the pipe wants a fixed store to have room for; of any other, 0. */
  readonly #wantedBytes: number;
  /** What a fixed store has room for, and takes from the budget with its first byte; of any other, 0. */
  #capacityBytes = 0;
  readonly #readAhead = new ReadAhead();
  #heldBytes = 0;
  /** When it was last looked at. */
  #size = 0;

  constructor(options: StoreOptions | undefined, terms: Terms) {
    const { traits } = terms.strategy;
    this.#terms = terms;
    this.#wantedBytes = traits.fixed ? (options?.capacityBytes ?? DEFAULT_CAPACITY_BYTES) : 0;
    this.#store = traits.fixed
      ? this.#fixedStore(CAUTIOUS_CAPACITY_BYTES)
      : terms.strategy.createStore(options);
  }

  get size(): number {
    return this.#store.size;
  }

  get cost(): number {
    const { cost } = this.#store;
    if (this.#heldBytes === 0) return cost;
    const { highWaterMark, budget } = this.#terms;
    const level = budget.levelBytes;
    // What a fixed store takes from the budget is no reason to pause it while there is enough.
    const ofBudget = level >= highWaterMark ? 0 : this.#heldBytes / level;
    const share = Math.max(ofBudget, this.#size / this.#readAhead.levelBytes);
    return Math.max(cost, Math.ceil(share * highWaterMark));
  }

  put(chunk: Uint8Array, owned: boolean): number {
    if (this.#mayGrow) {
      this.#store.clear();
      this.#store = this.#fixedStore(this.#wantedBytes);
    }
    try {
      return this.#store.put(chunk, owned);
    } finally {
      this.#settle();
    }
  }

  peek(min?: number): Uint8Array {
    try {
      return this.#store.peek(min);
    } finally {
      this.#settle();
    }
  }

  take(max?: number): Uint8Array {
    try {
      return this.#store.take(max);
    } finally {
      this.#settle();
    }
  }

  takeInto(target: Uint8Array): number {
    try {
      return this.#store.takeInto(target);
    } finally {
      this.#settle();
    }
  }

  drop(count: number): void {
    this.#store.drop(count);
    this.#settle();
  }

  clear(): void {
    this.#store.clear();
    this.#settle();
  }

  /** A fixed store is smaller than its pipe wants it, and empty, and more would be of use. */
  get #mayGrow(): boolean {
    const isSmall = this.#capacityBytes < this.#wantedBytes;
    return isSmall && this.#size === 0 && this.#readAhead.levelBytes > this.#capacityBytes;
  }

  #fixedStore(mostBytes: number): ByteStore {
    this.#capacityBytes = Math.min(this.#wantedBytes, mostBytes);
    return this.#terms.strategy.createStore({ capacityBytes: this.#capacityBytes });
  }

  #settle(): void {
    const { size, cost } = this.#store;
    this.#readAhead.change(this.#size, size);
    this.#size = size;
    const held = size === 0 ? 0 : Math.max(cost, this.#capacityBytes);
    if (held === this.#heldBytes) return;
    this.#terms.budget.change(this.#heldBytes, held);
    this.#heldBytes = held;
  }
}
