import type { SpareMemory } from './spare-memory.ts';

/** So many stores at most: one that was dropped without `clear` is among them until as many others have come. */
const MOST_STORES = 4096;

/**
 * What waits for all stores of a realm: for 1 000 slow readers two pieces of 16 KiB each. With 1 MiB for all of them they
 * left so much to V8 that the process grew by half as much again.
 */
const MOST_WAITING_BYTES = 32 * 1024 * 1024;

/**
 * All that waits in one realm, and for whom.
 *
 *     │ oldest store: ▓▓ ▓▓ │ ▓▓▓▓ │ ▓▓ ▓▓ ▓▓ │ ◀── began to wait last
 *       first to lose all
 *
 *   W1  heldBytes = sum of what its members hold ≤ 32 MiB; at most 4 096 members
 */
export class WaitingMemory {
  /** In the order in which they began to wait. */
  readonly #spares = new Set<SpareMemory>();
  #heldBytes = 0;

  get heldBytes(): number {
    return this.#heldBytes;
  }

  add(spare: SpareMemory): void {
    this.#spares.add(spare);
    if (this.#spares.size > MOST_STORES) this.#forgetOldest();
  }

  remove(spare: SpareMemory): void {
    this.#spares.delete(spare);
  }

  /** One of them holds `bytes` more. */
  count(bytes: number): void {
    this.#heldBytes += bytes;
    while (this.#heldBytes > MOST_WAITING_BYTES) this.#forgetOldest();
  }

  #forgetOldest(): void {
    for (const oldest of this.#spares) return oldest.forget();
  }

  /** For tests: throws when W1 is broken. */
  checkInvariants(): void {
    let total = 0;
    for (const { heldBytes } of this.#spares) total += heldBytes;
    const isBounded = total <= MOST_WAITING_BYTES && this.#spares.size <= MOST_STORES;
    if (total !== this.#heldBytes || !isBounded) {
      throw new Error(`W1 is broken: ${this.#heldBytes} of ${total} bytes wait`);
    }
  }
}

/** The one that every store of this realm shares. */
export const waitingMemory: WaitingMemory = new WaitingMemory();
