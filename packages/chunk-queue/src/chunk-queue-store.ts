import type { ByteStore } from '@millrace/core';
import { ChunkRing, type QueuedChunk } from './chunk-ring.ts';

/** A chunk is kept only while it shows more than half of its buffer, so its memory is under twice its bytes [S5]. */
export const AMPLIFICATION = 2;

/** Below this a copy (14–40 ns) is cheaper than a view kept as an object (30–60 ns). */
const GATHER_BELOW = 1024;
const FIRST_SLAB_BYTES = 64;
const FULL_SLAB_BYTES = 4096;

const nothing = new Uint8Array(0);

/**
 * Bytes as the chunks they came in. No buffer is shared: what is handed out is memory the store lets go of.
 *
 *     take ◀── │ chunk │ chunk │ chunk │ slab: ▓▓▓▓▓▓░░░░ │ ◀── put
 *               given untouched, or an    tiny writes, gathered
 *               exact copy of their own   start ▲     ▲ end
 *
 *   K1  size is the sum of the chunks' lengths, plus end − start of the slab
 *   K2  cost is the sum of the chunks' costs, plus the slab
 *   K3  no chunk is empty, and each shows more than half of the buffer behind it
 *   K4  the slab is behind every chunk, and there is none when it would hold no bytes
 *   K5  cost ≤ 2 × size + 4 KiB
 */
export class ChunkQueueStore implements ByteStore {
  readonly #chunks = new ChunkRing();
  #slab: Uint8Array | null = null;
  #slabStart = 0;
  #slabEnd = 0;
  #size = 0;
  #cost = 0;

  get size(): number {
    return this.#size;
  }

  get cost(): number {
    return this.#cost;
  }

  put(chunk: Uint8Array, owned: boolean): number {
    const { length } = chunk;
    if (length === 0) return 0;
    if (length < GATHER_BELOW) this.#gather(chunk);
    else this.#append(chunk, owned && mayStay(chunk));
    this.#size += length;
    return length;
  }

  peek(min: number = 1): Uint8Array {
    const first = this.#chunks.first;
    if (first === undefined) return this.#slabBytes();
    requireSound(first);
    return first.length >= min ? first.bytes : this.#join(min, Math.max(min, 2 * first.length));
  }

  take(max: number = Infinity): Uint8Array {
    const first = this.#chunks.first;
    if (first === undefined) return this.#takeFromSlab(max);
    requireSound(first);
    if (first.length <= max) {
      this.#forgetFirst(first);
      return first.isPrivate && first.length < first.cost
        ? copyOf(first.bytes, 0, first.length)
        : first.bytes;
    }
    // The rest stays, so this part leaves as a copy: the two may not share memory [S3].
    const part = copyOf(first.bytes, 0, max);
    this.#advance(first, max);
    return part;
  }

  takeInto(target: Uint8Array): number {
    let filled = 0;
    while (filled < target.length && this.#size > 0) {
      const first = this.#chunks.first;
      if (first !== undefined && !isSound(first)) {
        // The sound bytes go out first; the next call finds nothing in front of this chunk and throws [S8].
        if (filled > 0) return filled;
        requireSound(first);
      }
      const bytes = first === undefined ? this.#slabBytes() : first.bytes;
      const count = Math.min(bytes.length, target.length - filled);
      target.set(count === bytes.length ? bytes : bytes.subarray(0, count), filled);
      filled += count;
      this.#advance(first, count);
    }
    return filled;
  }

  /** A chunk detached since it was peeked is dropped like any other: its bytes were used while they were sound. */
  drop(count: number): void {
    let left = Math.min(count, this.#size);
    while (left > 0) {
      const first = this.#chunks.first;
      const step = Math.min(left, first?.length ?? left);
      this.#advance(first, step);
      left -= step;
    }
  }

  clear(): void {
    this.#chunks.clear();
    this.#forgetSlab();
    this.#size = 0;
    this.#cost = 0;
  }

  /** Throws when one of K1–K5 does not hold. For tests. */
  checkInvariants(): void {
    this.#chunks.checkInvariants();
    const held = this.#slabEnd - this.#slabStart;
    const slab = this.#slab?.length ?? 0;
    let size = held;
    let cost = slab;
    for (const chunk of this.#chunks) {
      size += chunk.length;
      cost += chunk.cost;
      if (chunk.length === 0 || chunk.length * 2 <= chunk.cost) throw new Error('K3 does not hold');
    }
    if (size !== this.#size) throw new Error(`K1 does not hold: ${size} bytes, size says ${this.#size}`);
    if (cost !== this.#cost) throw new Error(`K2 does not hold: ${cost} bytes, cost says ${this.#cost}`);
    if ((this.#slab === null) !== (held === 0) || held > slab) throw new Error('K4 does not hold');
    if (cost > AMPLIFICATION * size + FULL_SLAB_BYTES) throw new Error('K5 does not hold');
  }

  #append(chunk: Uint8Array, stays: boolean): void {
    this.#sealSlab();
    const { length } = chunk;
    const bytes = stays ? chunk : copyOf(chunk, 0, length);
    const cost = bytes.buffer.byteLength;
    this.#chunks.push({ bytes, length, cost, isPrivate: !stays });
    this.#cost += cost;
  }

  #gather(chunk: Uint8Array): void {
    let from = 0;
    while (from < chunk.length) {
      const slab = this.#slabWithRoom(chunk.length - from);
      const count = Math.min(slab.length - this.#slabEnd, chunk.length - from);
      slab.set(count === chunk.length ? chunk : chunk.subarray(from, from + count), this.#slabEnd);
      this.#slabEnd += count;
      from += count;
    }
  }

  /** A slab with room for some of `needed` bytes. It doubles until it is full-sized; a full one becomes a chunk. */
  #slabWithRoom(needed: number): Uint8Array {
    if (this.#slab !== null && this.#slabEnd < this.#slab.length) return this.#slab;
    if (this.#slabEnd - this.#slabStart >= FULL_SLAB_BYTES) this.#sealSlab();
    const held = this.#slabBytes();
    const room = Math.min(FULL_SLAB_BYTES, Math.max(FIRST_SLAB_BYTES, 2 * held.length, held.length + needed));
    // Always new memory, never a move to the front: what was lent must stay where it is [S4].
    const slab = new Uint8Array(room);
    slab.set(held);
    this.#forgetSlab();
    this.#slab = slab;
    this.#slabEnd = held.length;
    this.#cost += room;
    return slab;
  }

  #slabBytes(): Uint8Array {
    return this.#slab === null ? nothing : this.#slab.subarray(this.#slabStart, this.#slabEnd);
  }

  /** A full slab leaves as it is; of any other, an exact copy, so that nothing else shows behind it [S10]. */
  #takeFromSlab(max: number): Uint8Array {
    const slab = this.#slab;
    if (slab === null) return nothing;
    const count = Math.min(max, this.#slabEnd - this.#slabStart);
    const bytes = count === slab.length ? slab : copyOf(slab, this.#slabStart, this.#slabStart + count);
    this.#advance(undefined, count);
    return bytes;
  }

  #sealSlab(): void {
    const slab = this.#slab;
    if (slab === null) return;
    const isFull = this.#slabEnd - this.#slabStart === slab.length;
    const bytes = isFull ? slab : copyOf(slab, this.#slabStart, this.#slabEnd);
    this.#forgetSlab();
    this.#chunks.push({ bytes, length: bytes.length, cost: bytes.length, isPrivate: true });
    this.#cost += bytes.length;
  }

  #forgetSlab(): void {
    this.#cost -= this.#slab?.length ?? 0;
    this.#slab = null;
    this.#slabStart = 0;
    this.#slabEnd = 0;
  }

  /** Removes `count` bytes from the front: of the first chunk, or of the slab when there is none. */
  #advance(first: QueuedChunk | undefined, count: number): void {
    if (first !== undefined && count === first.length) {
      this.#forgetFirst(first);
      return;
    }
    this.#size -= count;
    if (first === undefined) {
      this.#slabStart += count;
      if (this.#slabStart === this.#slabEnd) this.#forgetSlab();
      return;
    }
    const rest = isSound(first) ? first.bytes.subarray(count) : first.bytes;
    first.length -= count;
    // The rest moves to memory of its own once it shows half of the old: each byte is moved O(1) times [S5, S9].
    const staysPut = first.length * 2 > first.cost;
    first.bytes = staysPut ? rest : copyOf(rest, 0, rest.length);
    if (!staysPut) {
      this.#cost -= first.cost - first.length;
      first.cost = first.length;
      first.isPrivate = true;
    }
  }

  #forgetFirst(first: QueuedChunk): void {
    this.#size -= first.length;
    this.#cost -= first.cost;
    this.#chunks.shift();
  }

  /**
   * Joins the first chunks into one of `wanted` bytes, which is twice the first, so that growing peeks stay
   * linear [S9]; or of the sound bytes in front of a detached chunk, and reports that one when `min` needs it.
   */
  #join(min: number, wanted: number): Uint8Array {
    this.#sealSlab();
    const parts: QueuedChunk[] = [];
    let length = 0;
    let spoilt: QueuedChunk | undefined;
    for (const chunk of this.#chunks) {
      if (!isSound(chunk)) spoilt = chunk;
      if (length >= wanted || spoilt !== undefined) break;
      parts.push(chunk);
      length += chunk.length;
    }
    const bytes = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      bytes.set(part.bytes, at);
      at += part.length;
      this.#cost -= part.cost;
      this.#chunks.shift();
    }
    this.#chunks.unshift({ bytes, length, cost: length, isPrivate: true });
    this.#cost += length;
    if (spoilt !== undefined && length < min) requireSound(spoilt);
    return bytes;
  }
}

/**
 * Whether an owned chunk may be kept as it is: its memory holds still [S8], and it shows more than half of it.
 * More than half rather than half, so that no two chunks of one buffer are ever handed out [S3].
 */
function mayStay(chunk: Uint8Array): boolean {
  const { buffer } = chunk;
  return buffer instanceof ArrayBuffer && !buffer.resizable && chunk.length * 2 > buffer.byteLength;
}

/** Exactly these bytes in a plain array of their own; `slice` would answer with the subclass it was given. */
function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  const copy = new Uint8Array(end - start);
  copy.set(start === 0 && end === bytes.length ? bytes : bytes.subarray(start, end));
  return copy;
}

function isSound(chunk: QueuedChunk): boolean {
  return chunk.bytes.length === chunk.length;
}

function requireSound(chunk: QueuedChunk): void {
  if (isSound(chunk)) return;
  const message = `A chunk of ${chunk.length} bytes was detached after it was put`;
  throw Object.assign(new Error(message), { code: 'ERR_PIPE_DETACHED' });
}
