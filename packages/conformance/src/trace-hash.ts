const PRIME = 0x01000193;

/**
 * Two FNV-1a hashes side by side: 64 bits that any engine computes alike and without waiting. It tells runs apart
 * that differ by accident; nobody has a reason to forge one.
 */
export class TraceHash {
  #low = 0x811c9dc5;
  #high = 0x050c5d1f;

  add(text: string): void {
    for (let index = 0; index < text.length; index += 1) {
      const code = text.charCodeAt(index);
      this.#low = Math.imul(this.#low ^ code, PRIME);
      this.#high = Math.imul(this.#high ^ code ^ (this.#low >>> 16), PRIME);
    }
  }

  /** Sixteen hexadecimal digits. */
  get value(): string {
    return [this.#high, this.#low].map((half) => (half >>> 0).toString(16).padStart(8, '0')).join('');
  }
}
