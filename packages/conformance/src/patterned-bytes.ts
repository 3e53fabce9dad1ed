import { byteCount } from './byte-count.ts';

/**
 * What every test body is made of: the byte at a stream offset says where it belongs, so an oracle needs two
 * offsets instead of a copy, and a failure can say which byte moved where. All 256 values occur, 0 included.
 */
export function byteAt(offset: number): number {
  return (offset + (offset >>> 8) * 7 + (offset >>> 16) * 3) & 0xff;
}

/** Writes the bytes of the stream from `offset` on over all of `target`. */
export function fillPattern(target: Uint8Array, offset: number): void {
  for (let index = 0; index < target.length; index += 1) target[index] = byteAt(offset + index);
}

/** The index of the first byte of `bytes` that is not the stream from `offset` on; -1 when all are. */
export function mismatch(bytes: Uint8Array, offset: number): number {
  for (let index = 0; index < bytes.length; index += 1) {
    if (bytes[index] !== byteAt(offset + index)) return index;
  }
  return -1;
}

/** Changes every byte, whatever it was. */
export function scribble(bytes: Uint8Array): void {
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = (bytes[index] ?? 0) ^ 0xa5;
}

/** A few bytes for a message: `01 02 03 … (9 bytes)`. Detached memory shows as no bytes. */
export function showBytes(bytes: Uint8Array): string {
  let shown = '';
  for (let index = 0; index < Math.min(8, bytes.length); index += 1) {
    shown += `${(bytes[index] ?? 0).toString(16).padStart(2, '0')} `;
  }
  return `${shown}${bytes.length > 8 ? '… ' : ''}(${byteCount(bytes.length)})`;
}

/** The bytes that were expected in place of `bytes`. */
export function showPattern(length: number, offset: number): string {
  const expected = new Uint8Array(length);
  fillPattern(expected, offset);
  return showBytes(expected);
}
