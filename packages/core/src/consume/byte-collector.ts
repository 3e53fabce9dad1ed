import { detachedError } from '../errors.ts';
import { memoryToFill } from './memory-to-fill.ts';

/** Chunks under this are copied into a slab: an array object costs more than their bytes. */
const KEPT_CHUNK_BYTES = 1024;

/** Slabs start here and grow with what was collected, so that joining them stays linear. */
const MIN_SLAB_BYTES = 4096;
const MAX_SLAB_BYTES = 65_536;

/** Memory that is allocated ahead of the bytes, on somebody's word that they will come. */
const MAX_AHEAD_BYTES = 1_048_576;

/**
 * Bytes that arrive in pieces and are joined once, at the end.
 *
 *     │ part │ part │ … │  slab ▓▓▓▓▓▓▓│ room │
 *
 *   I1  parts and the filled front of the slab are the bytes in order, together `size`
 *   I2  a part is never empty; the slab is the last memory, and null while there is at most one piece
 *   I3  memory held is at most twice `size`, and a slab or what was announced
 */
export class ByteCollector {
  #parts: Uint8Array[] = [];
  #slab: Uint8Array | null = null;
  #filled = 0;
  #size = 0;
  readonly #expectedBytes: number;

  /** @param expectedBytes How many bytes will come, if known: one allocation then holds them all. */
  constructor(expectedBytes: number = 0) {
    this.#expectedBytes = expectedBytes <= MAX_AHEAD_BYTES ? expectedBytes : 0;
  }

  get size(): number {
    return this.#size;
  }

  /** Whether `copy` is better than `keep` for a piece of `length` bytes. One piece alone is always kept. */
  wantsCopyOf(length: number): boolean {
    if (this.#size === 0) return false;
    return length < KEPT_CHUNK_BYTES || length <= this.#roomAhead;
  }

  /** Takes over `chunk`, which nobody else may use any more. */
  keep(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    this.#sealSlab();
    this.#parts.push(chunk);
    this.#size += chunk.length;
  }

  /** Copies the bytes of `view`, which stays the caller's. */
  copy(view: Uint8Array): void {
    if (view.length === 0) return;
    let slab = this.#slab;
    if (slab === null || slab.length - this.#filled < view.length) slab = this.#startSlab(view.length);
    slab.set(view, this.#filled);
    this.#filled += view.length;
    this.#size += view.length;
  }

  /**
   * The pieces in order. The collector is empty afterwards.
   *
   * @throws PipeError `ERR_PIPE_DETACHED` when the memory of a piece has gone to somebody else since.
   */
  parts(): Uint8Array[] {
    this.#sealSlab();
    const parts = this.#parts;
    if (lengthOf(parts) !== this.#size) throw detachedError();
    this.#parts = [];
    this.#size = 0;
    return parts;
  }

  /**
   * All bytes in one plain array that has its buffer to itself. The collector is empty afterwards.
   *
   * @throws PipeError `ERR_PIPE_DETACHED` as `parts`.
   */
  join(): Uint8Array {
    const size = this.#size;
    const parts = this.parts();
    const [only] = parts;
    if (parts.length === 1 && only !== undefined && ownsItsBuffer(only)) return new Uint8Array(only.buffer);
    const joined = memoryToFill(size);
    let filled = 0;
    for (const part of parts) {
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  /** For tests: throws with the broken invariant's name. */
  checkInvariants(): void {
    if (lengthOf(this.#parts) + this.#filled !== this.#size)
      throw new Error('I1: parts and slab are not the size');
    if (this.#parts.some((part) => part.length === 0)) throw new Error('I2: an empty part');
    if (this.#slab !== null && this.#size === 0) throw new Error('I2: a slab without bytes');
    const held = this.#parts.reduce((sum, part) => sum + part.buffer.byteLength, this.#slab?.length ?? 0);
    if (held > 2 * this.#size + Math.max(MAX_SLAB_BYTES, this.#expectedBytes))
      throw new Error('I3: too much memory');
  }

  get #roomAhead(): number {
    return this.#slab === null ? this.#expectedBytes - this.#size : this.#slab.length - this.#filled;
  }

  #startSlab(atLeast: number): Uint8Array {
    const isAnnounced = this.#slab === null && this.#expectedBytes >= this.#size + atLeast;
    if (!isAnnounced) {
      this.#sealSlab();
      this.#slab = new Uint8Array(Math.max(atLeast, MIN_SLAB_BYTES, Math.min(this.#size, MAX_SLAB_BYTES)));
      return this.#slab;
    }
    // What has come so far moves to the front, so that the slab alone is the whole.
    const slab = new Uint8Array(this.#expectedBytes);
    for (const part of this.#parts) {
      slab.set(part, this.#filled);
      this.#filled += part.length;
    }
    this.#parts = [];
    this.#slab = slab;
    return slab;
  }

  #sealSlab(): void {
    const slab = this.#slab;
    if (slab === null) return;
    this.#parts.push(this.#filled === slab.length ? slab : slab.subarray(0, this.#filled));
    this.#slab = null;
    this.#filled = 0;
  }
}

function lengthOf(parts: readonly Uint8Array[]): number {
  let length = 0;
  for (const part of parts) length += part.length;
  return length;
}

function ownsItsBuffer(chunk: Uint8Array): boolean {
  return chunk.buffer instanceof ArrayBuffer && chunk.byteLength === chunk.buffer.byteLength;
}
