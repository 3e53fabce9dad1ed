const FIRST_SLOTS = 4;
/** An empty ring larger than this is let go: what a burst needed is not kept for the next chunk [S6]. */
const KEPT_SLOTS = 64;

/** A chunk in the queue, with what it was when it came: one that was detached since no longer says so itself. */
export interface QueuedChunk {
  bytes: Uint8Array;
  /** Bytes it stands for. */
  length: number;
  /** Bytes of the buffer behind it. */
  cost: number;
  /** The store allocated that buffer, so it is handed out alone or not at all [S10]. */
  isPrivate: boolean;
}

/**
 * Chunks in order, O(1) at both ends: a ring of slots whose number is a power of two, never an array that is
 * shifted [S9].
 *
 *     slots   ·  ·  c0 c1 c2 ·  ·  ·
 *                   ▲first   ▲first + count     (both modulo the number of slots)
 *
 *   Q1  0 ≤ count ≤ slots, and slots is 0 or a power of two
 *   Q2  a slot holds a chunk exactly when it lies within first … first + count
 */
export class ChunkRing {
  #slots: (QueuedChunk | undefined)[] = [];
  #first = 0;
  #count = 0;

  get first(): QueuedChunk | undefined {
    return this.#slots[this.#first];
  }

  get slots(): number {
    return this.#slots.length;
  }

  push(chunk: QueuedChunk): void {
    this.#makeRoom();
    this.#slots[(this.#first + this.#count) & (this.#slots.length - 1)] = chunk;
    this.#count += 1;
  }

  unshift(chunk: QueuedChunk): void {
    this.#makeRoom();
    this.#first = (this.#first - 1) & (this.#slots.length - 1);
    this.#slots[this.#first] = chunk;
    this.#count += 1;
  }

  shift(): void {
    if (this.#count === 0) return;
    this.#slots[this.#first] = undefined;
    this.#first = (this.#first + 1) & (this.#slots.length - 1);
    this.#count -= 1;
    if (this.#count === 0 && this.#slots.length > KEPT_SLOTS) this.clear();
  }

  clear(): void {
    this.#slots = [];
    this.#first = 0;
    this.#count = 0;
  }

  *[Symbol.iterator](): Generator<QueuedChunk> {
    for (let index = 0; index < this.#count; index += 1) {
      const chunk = this.#slots[(this.#first + index) & (this.#slots.length - 1)];
      if (chunk !== undefined) yield chunk;
    }
  }

  /** Throws when Q1 or Q2 does not hold. For tests. */
  checkInvariants(): void {
    const slots = this.#slots.length;
    if (this.#count < 0 || this.#count > slots || (slots & (slots - 1)) !== 0)
      throw new Error('Q1 does not hold');
    for (let index = 0; index < slots; index += 1) {
      const isFilled = this.#slots[(this.#first + index) & (slots - 1)] !== undefined;
      if (isFilled !== index < this.#count) throw new Error('Q2 does not hold');
    }
  }

  #makeRoom(): void {
    if (this.#count < this.#slots.length) return;
    const slots: (QueuedChunk | undefined)[] = [...this];
    while (slots.length < Math.max(FIRST_SLOTS, 2 * this.#count)) slots.push(undefined);
    this.#slots = slots;
    this.#first = 0;
  }
}
