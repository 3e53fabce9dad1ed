import type { MemoryKind } from './script.ts';

interface BufferClass {
  from(memory: ArrayBuffer, offset: number, length: number): Uint8Array;
}

/** Bytes of the array behind a sliver, and of the slab behind a `Buffer`. */
const SLAB_BYTES = 8192;

/** A zeroed chunk of `length` bytes in memory of that kind. */
export function chunkIn(memory: MemoryKind, length: number): Uint8Array {
  switch (memory) {
    case 'exact':
      return new Uint8Array(length);
    case 'half':
      return new Uint8Array(length * 2).subarray(length >> 1, (length >> 1) + length);
    case 'sliver':
      return new Uint8Array(SLAB_BYTES + length * 8).subarray(5, 5 + length);
    case 'node': {
      // A slab of our own: what is scribbled and detached here must not be the process's pool.
      const slab = new ArrayBuffer(SLAB_BYTES + length * 4);
      const { Buffer } = globalThis as { Buffer?: BufferClass };
      return Buffer === undefined ? new Uint8Array(slab, 16, length) : Buffer.from(slab, 16, length);
    }
    case 'resizable':
      return new Uint8Array(new ArrayBuffer(length + 4, { maxByteLength: length + 64 }), 2, length);
    case 'shared':
    default:
      return new Uint8Array(sharedMemory(length));
  }
}

/** Takes all of its memory from a resizable buffer; leaves any other as it is. */
export function shrinkToNothing(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer && buffer.resizable) buffer.resize(0);
}

/** Pages without cross-origin isolation have no `SharedArrayBuffer`; the view is an ordinary one there. */
function sharedMemory(length: number): ArrayBufferLike {
  return typeof SharedArrayBuffer === 'undefined' ? new ArrayBuffer(length) : new SharedArrayBuffer(length);
}

/** Transfers the memory away: every view on it shows nothing from now on. */
export function detach(buffer: ArrayBufferLike): void {
  if (buffer instanceof ArrayBuffer) structuredClone(buffer, { transfer: [buffer] });
}

/** Whether memory of that kind may be kept when it is given: steady, and at least half of it shown [S5, S8]. */
export function mayBeKept(memory: MemoryKind): boolean {
  return memory === 'exact' || memory === 'half';
}
