import { byteCount } from '../byte-count.ts';

/** What a chunk holds, its values in brackets: `2 bytes [0 1]`. */
export function showChunk(bytes: Uint8Array): string {
  return `${byteCount(bytes.length)} [${[...bytes].join(' ')}]`;
}

/** Places in the stream, `to` exclusive: `the byte at offset 1`, `the bytes at offsets 1 to 3`. */
export function showOffsets(from: number, to: number): string {
  return to - from === 1 ? `the byte at offset ${from}` : `the bytes at offsets ${from} to ${to - 1}`;
}
