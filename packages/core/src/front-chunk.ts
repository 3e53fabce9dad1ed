import { isUnsteady } from './bytes-like.ts';
import { detachedError } from './errors.ts';

/**
 * A given chunk that finds a pipe empty waits in front of its store until it is read or another one comes, and no store of a
 * body of one chunk, or of a reader that keeps up with its writer, sees a byte: 64 KiB in lock-step took 0.6 µs instead of 7.5
 * through a ring, and a body of 1 KiB a quarter (Node 24).
 *
 *     ┌───────────────┐   ┌───────────┐
 *     │ gone │▓▓▓▓▓▓▓▓│   │ (nothing) │ ◀── the next chunk: this one is put first
 *     └───────────────┘   └───────────┘
 *           chunk             store
 *
 *   I1  the store behind is empty
 *   I2  a short chunk is copied; any other came with more than half of its memory in sight and all but 16 KiB, and nobody
 *       else may change either. So no two that are handed out as they came can lie in one memory [S3]
 *   I3  when less than half of what is left is in sight, and 16 KiB are not, it moves to memory of its own [S5, S10]
 *
 * The pipe itself holds it, in two fields: as a store of its own that stood in for the real one, it was an object and a second
 * kind of store for each body, 8 % of one chunk, and 5 % in lock-step (Node 24). Here is what is to be known of such a chunk.
 */

/** Up to here V8 keeps the bytes inside the array, and asking it for its `buffer` costs 0.6 µs; a copy, 0.03. */
export const MOST_COPIED_BYTES = 64;

/** What memory may hold beyond the bytes a view shows of it: the constant of S5. */
export const MOST_HIDDEN_BYTES: number = 16 * 1024;

/**
 * The bytes of memory behind a chunk that may wait in front as it is [I2]; 0: it may not. Asks for that memory once: the
 * second time took a twentieth of a body of one chunk (Node 24).
 */
export function memoryToWaitWith(chunk: Uint8Array, length: number): number {
  const { buffer } = chunk;
  const { byteLength } = buffer;
  const hiddenBytes = byteLength - length;
  return hiddenBytes >= length || hiddenBytes > MOST_HIDDEN_BYTES || isUnsteady(buffer) ? 0 : byteLength;
}

/** Of a chunk with so many bytes of memory, of which `size` are left to read: whether those move [I3]. */
export function isMostlyGone(memoryBytes: number, size: number): boolean {
  return memoryBytes > 2 * size + MOST_HIDDEN_BYTES;
}

/** Its memory cannot change its size, so it has all its bytes or, when it was transferred away, none [S8]. */
export function requireSound(chunk: Uint8Array): void {
  if (chunk.length === 0) throw detachedError();
}

/** Bytes `from` to `to`; not with `subarray`, which is slower and runs the code of a subclass such as Node's `Buffer`. */
export function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (from === 0 && to === bytes.length) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
}
