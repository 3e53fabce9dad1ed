/** Below this, what V8 does by itself is as fast. */
const LEAST_UNZEROED_BYTES = 4096;

/** What Node, Bun and Deno have, and browsers may have in place of it. */
type Allocate = (length: number) => Uint8Array;

/**
 * Memory of its own for exactly `length` bytes, all of which the caller writes before anybody else sees it: what lies
 * in it until then is anything. To write zeros first is a third of the time it takes to join chunks of 16 KiB or
 * more (Node 24), and only Node's `Buffer` knows how not to; elsewhere they are zeros.
 */
export function memoryToFill(length: number): Uint8Array {
  const { Buffer } = globalThis as { Buffer?: { allocUnsafeSlow?: Allocate } };
  if (length >= LEAST_UNZEROED_BYTES && Buffer?.allocUnsafeSlow !== undefined) {
    const { buffer } = Buffer.allocUnsafeSlow(length);
    // Whatever it is that stands in for Node's, memory that others share is not handed out [S10].
    if (buffer.byteLength === length) return new Uint8Array(buffer);
  }
  return new Uint8Array(length);
}
