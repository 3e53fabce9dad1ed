import { demoBody } from '../../../src/demo/demo-body.ts';

/** Holds what arrives of a demo body to what was sent, byte for byte: each prefix has to be right, not only the whole. */
export class BodyCheck {
  readonly #size: number;
  readonly #expected: Generator<Uint8Array, void>;
  #piece = new Uint8Array();
  #bytes = 0;
  #isRight = true;

  /** @param size Bytes of the whole body. */
  constructor(size: number) {
    this.#size = size;
    this.#expected = demoBody(size);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Whether everything so far is what it should be. */
  get isRight(): boolean {
    return this.#isRight;
  }

  get isWhole(): boolean {
    return this.#isRight && this.#bytes === this.#size;
  }

  take(chunk: Uint8Array): void {
    this.#bytes += chunk.length;
    let rest = chunk;
    while (this.#isRight && rest.length > 0) {
      if (this.#piece.length === 0) {
        const next = this.#expected.next();
        if (next.done === true) {
          this.#isRight = false;
          return;
        }
        this.#piece = next.value as Uint8Array<ArrayBuffer>;
      }
      const length = Math.min(rest.length, this.#piece.length);
      this.#isRight = Buffer.compare(rest.subarray(0, length), this.#piece.subarray(0, length)) === 0;
      rest = rest.subarray(length);
      this.#piece = this.#piece.subarray(length);
    }
  }
}

/** The first `bytes` of a demo body. */
export function* demoPrefix(size: number, bytes: number): Generator<Uint8Array, void> {
  let left = bytes;
  for (const piece of demoBody(size)) {
    if (left === 0) return;
    const part = piece.subarray(0, left);
    left -= part.length;
    yield part;
  }
}
