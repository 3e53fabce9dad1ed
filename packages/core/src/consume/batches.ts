import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';

export interface BatchesOptions {
  /** Whether leaving the loop leaves the pipe open for another consumer. Default `false`: it cancels. */
  preventCancel?: boolean;
}

const names = optionNames<BatchesOptions>({ preventCancel: true });

/**
 * The body in batches: each holds the chunks that are there when the loop asks, at least one, for one `await`
 * instead of one each. The chunks are the consumer's. Of a failed body the bytes come first, then the throw.
 *
 *     for await (const batch of batches(reader)) file.writev(batch);
 */
export function batches(reader: PipeReader, options?: BatchesOptions): AsyncIterableIterator<Uint8Array[]> {
  checkReader('batches()', reader);
  if (options !== undefined) checkOptionNames('batches()', options, names);
  return new BatchIterator(reader, options);
}

class BatchIterator implements AsyncIterableIterator<Uint8Array[]> {
  readonly #reader: PipeReader;
  /** Waiting, ends and leaving are the pipe's own iterator's business. */
  readonly #chunks: AsyncIterableIterator<Uint8Array>;
  /** The last call that is still under way: the next one has to go behind it, or batches would change places. */
  #last: Promise<unknown> | null = null;

  constructor(reader: PipeReader, options: BatchesOptions | undefined) {
    this.#reader = reader;
    this.#chunks = reader.values(options);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array[]>> {
    const step = this.#last === null ? this.#step() : this.#last.then(() => this.#step());
    const settled = step.then(ignore, ignore);
    this.#last = settled;
    void settled.then(() => {
      if (this.#last === settled) this.#last = null;
    });
    return step;
  }

  async return(): Promise<IteratorResult<Uint8Array[]>> {
    await this.#chunks.return?.();
    return { done: true, value: undefined };
  }

  async throw(reason?: unknown): Promise<IteratorResult<Uint8Array[]>> {
    await this.#chunks.throw?.(reason);
    return { done: true, value: undefined };
  }

  async #step(): Promise<IteratorResult<Uint8Array[]>> {
    const first = await this.#chunks.next();
    return first.done === true
      ? { done: true, value: undefined }
      : { done: false, value: this.#gather(first.value) };
  }

  #gather(first: Uint8Array): Uint8Array[] {
    const batch = [first];
    // Reading may make the source write again at once: a batch ends with what was there when it began.
    let left = this.#reader.size;
    while (left > 0) {
      const chunk = this.#readOn(left);
      if (!chunk) break;
      batch.push(chunk);
      left -= chunk.length;
    }
    return batch;
  }

  #readOn(max: number): Uint8Array | null | undefined {
    try {
      return this.#reader.tryRead(max);
    } catch {
      // The bytes in hand come first; the pipe throws its reason again at the next step.
      return undefined;
    }
  }
}

function ignore(): void {}
