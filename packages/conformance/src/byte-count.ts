/** `1 byte`, `3 bytes`, `2 to 4 bytes`. */
export function byteCount(least: number | string, most: number | string = least): string {
  const count = String(least) === String(most) ? String(least) : `${least} to ${most}`;
  return `${count} ${count === '1' ? 'byte' : 'bytes'}`;
}
