import { createHash } from 'node:crypto';

/** Bytes in a block of a demo body. */
export const BLOCK_BYTES = 262_144;
const STAMP_BYTES = 8;

const pattern = scrambled(BLOCK_BYTES - STAMP_BYTES);

/**
 * The bytes of a demo body of `size` bytes: the same for the same size, cheap at any size, and never the same twice
 * at two places, so that a piece that is lost, repeated or swapped changes the hash.
 *
 *     │ stamp 0 │ pattern │ stamp 1 │ pattern │ stamp 2 │ patt
 *
 * A stamp is the number of its block, 8 bytes big-endian. The pattern is one and the same memory each time, so a body
 * that waits to be sent holds none; nobody may write to what is yielded.
 */
export function* demoBody(size: number): Generator<Uint8Array, void> {
  for (let block = 0; block * BLOCK_BYTES < size; block += 1) {
    const left = size - block * BLOCK_BYTES;
    yield stampOf(block).subarray(0, left);
    if (left > STAMP_BYTES) yield pattern.subarray(0, left - STAMP_BYTES);
  }
}

/** The SHA-256 of a demo body, in hex. Lets the event loop turn in between. */
export async function demoSha256(size: number): Promise<string> {
  const hash = createHash('sha256');
  let sinceTurn = 0;
  for (const piece of demoBody(size)) {
    hash.update(piece);
    sinceTurn += piece.length;
    if (sinceTurn < 4 * 1024 * 1024) continue;
    sinceTurn = 0;
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
  return hash.digest('hex');
}

function stampOf(block: number): Uint8Array {
  const stamp = new DataView(new ArrayBuffer(STAMP_BYTES));
  stamp.setBigUint64(0, BigInt(block));
  return new Uint8Array(stamp.buffer);
}

/** Bytes without a period, by a 32-bit xorshift. */
function scrambled(bytes: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(bytes / 4));
  let state = 0x9e3779b9;
  for (let at = 0; at < words.length; at += 1) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[at] = state;
  }
  return new Uint8Array(words.buffer, 0, bytes);
}
