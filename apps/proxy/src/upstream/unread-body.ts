import type { PipeReader } from '@millrace/core';

/**
 * The body of a request on its way to a server, which the client reads as it sends. As long as nobody has asked for
 * a byte of it, a request that failed leaves it as it was, for another try; the pipe's own reader would have been
 * cancelled with the first one.
 */
export class UnreadBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #reader: PipeReader;
  #isUntouched = true;
  #failure: { readonly reason: unknown } | undefined;

  constructor(reader: PipeReader) {
    this.#reader = reader;
  }

  get isUntouched(): boolean {
    return this.#isUntouched;
  }

  /** Whether `reason` is what the body itself broke off with, for which no server is to blame. */
  hasFailedWith(reason: unknown): boolean {
    return this.#failure !== undefined && this.#failure.reason === reason;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isUntouched = false;
    try {
      const value = await this.#reader.read();
      return value === null ? { done: true, value: undefined } : { done: false, value };
    } catch (reason) {
      this.#failure = { reason };
      throw reason;
    }
  }

  /** No more is wanted. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    if (!this.#isUntouched) this.#reader.cancel();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
