/** Compares byte by byte. Never throws, detached memory included: that shows as no bytes. */
export function sameBytes(left: Uint8Array, right: Uint8Array): boolean {
  if (left.length !== right.length) return false;
  for (let index = 0; index < left.length; index += 1) if (left[index] !== right[index]) return false;
  return true;
}

/** A copy in memory of its own. `slice` would do, but that of a Node `Buffer` aliases. */
export function copyOf(bytes: Uint8Array): Uint8Array {
  return bytes.length === 0 ? new Uint8Array(0) : new Uint8Array(bytes);
}
