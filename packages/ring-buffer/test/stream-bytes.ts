import { RingBufferStore } from '../src/ring-buffer-store.ts';
import { observedPool } from './observed-pool.ts';

/** Bytes `from`, `from + 1`, … of the stream that tests send: 251 values, so it never falls in step with a ring. */
export function streamBytes(from: number, count: number): Uint8Array<ArrayBuffer> {
  return Uint8Array.from({ length: count }, (_, index) => (from + index) % 251);
}

/** Bytes as text, which is quick to compare and easy to read in a failure. */
export function hex(bytes: Uint8Array | readonly number[]): string {
  return Buffer.from(bytes).toString('hex');
}

/** A store whose front is at `offset` in its ring, holding the first `filled` ≥ 1 bytes of the stream. */
export function turnedStore(capacityBytes: number, offset: number, filled: number): RingBufferStore {
  const store = new RingBufferStore({ capacityBytes }, observedPool().pool);
  if (offset > 0) store.put(new Uint8Array(offset).fill(0xff), true);
  // A store that runs empty starts over at 0, so the first byte has to be there before the others are dropped.
  store.put(streamBytes(0, 1), true);
  store.drop(offset);
  store.put(streamBytes(1, filled - 1), true);
  return store;
}
