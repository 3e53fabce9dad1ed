/** Bytes `from`, `from + 1`, … of the stream that tests send: 251 values, so it never falls in step with a slab. */
export function streamBytes(from: number, count: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(count);
  for (let index = 0; index < count; index += 1) bytes[index] = (from + index) % 251;
  return bytes;
}

/** Transfers the memory away, as posting it to a worker does: every view on it has no bytes from now on. */
export function detach(view: Uint8Array): void {
  const { buffer } = view;
  if (!(buffer instanceof ArrayBuffer)) throw new TypeError('Only an ArrayBuffer can be detached');
  structuredClone(buffer, { transfer: [buffer] });
}
