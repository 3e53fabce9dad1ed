import type { PipeReader } from '@millrace/core';

/** What is seen of a consumer by standing between it and its pipe. */
export interface ReaderObserver {
  /** A call waits for bytes, or no longer does. */
  onWaiting(isWaiting: boolean): void;
  /** Bytes that became the consumer's. */
  onDelivered(bytes: number): void;
}

/**
 * The same reader, seen from outside: every call goes to `reader` and every answer comes back as it is. Costs
 * nothing per byte and no timer; what is waited for is seen exactly when it begins and ends.
 */
export class ObservedReader implements PipeReader {
  readonly #reader: PipeReader;
  readonly #observer: ReaderObserver;
  /** Of what was delivered, bytes that the last step of `views()` lent: they stay in the pipe until the next call. */
  #lentBytes = 0;

  constructor(reader: PipeReader, observer: ReaderObserver) {
    this.#reader = reader;
    this.#observer = observer;
  }

  get size(): number {
    return this.#reader.size;
  }

  /** Bytes that are in the pipe, read or lent. */
  get heldBytes(): number {
    return this.#reader.size + this.#lentBytes;
  }

  tryRead(max?: number): Uint8Array | null | undefined {
    this.#lentBytes = 0;
    return this.#delivered(this.#reader.tryRead(max));
  }

  async read(options?: Parameters<PipeReader['read']>[0]): Promise<Uint8Array | null> {
    this.#lentBytes = 0;
    const mustWait = this.#mustWait(options?.min);
    return this.#delivered(await this.#watch(mustWait, this.#reader.read(options)));
  }

  async readInto(target: Uint8Array, options?: Parameters<PipeReader['readInto']>[1]): Promise<number> {
    this.#lentBytes = 0;
    const mustWait = this.#mustWait(options?.min);
    const bytes = await this.#watch(mustWait, this.#reader.readInto(target, options));
    this.#observer.onDelivered(bytes);
    return bytes;
  }

  peek(min?: number, options?: Parameters<PipeReader['peek']>[1]): Promise<Uint8Array | null> {
    this.#lentBytes = 0;
    const mustWait = this.#mustWait(min);
    return this.#watch(mustWait, this.#reader.peek(min, options));
  }

  tryPeek(min?: number): Uint8Array | null | undefined {
    this.#lentBytes = 0;
    return this.#reader.tryPeek(min);
  }

  consume(count: number): void {
    this.#reader.consume(count);
    this.#observer.onDelivered(count);
  }

  values(options?: Parameters<PipeReader['values']>[0]): AsyncIterableIterator<Uint8Array> {
    return this.#observed(this.#reader.values(options), false);
  }

  views(options?: Parameters<PipeReader['views']>[0]): AsyncIterableIterator<Uint8Array> {
    return this.#observed(this.#reader.views(options), true);
  }

  cancel(reason?: unknown): void {
    this.#reader.cancel(reason);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this.values();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#reader[Symbol.asyncDispose]();
  }

  #delivered<T extends Uint8Array | null | undefined>(chunk: T): T {
    if (chunk) this.#observer.onDelivered(chunk.length);
    return chunk;
  }

  /** Asked before the call, which may take the bytes at once. True at the end as well, for one microtask. */
  #mustWait(min = 1): boolean {
    return this.#reader.size < min;
  }

  #watch<T>(mustWait: boolean, answer: Promise<T>): Promise<T> {
    if (!mustWait) return answer;
    this.#observer.onWaiting(true);
    // No async function: of what a slow client's calls leave to V8, its state was the most.
    return answer.then(
      (bytes) => {
        this.#observer.onWaiting(false);
        return bytes;
      },
      (reason: unknown) => {
        this.#observer.onWaiting(false);
        throw reason;
      },
    );
  }

  #observed(iterator: AsyncIterableIterator<Uint8Array>, lends: boolean): AsyncIterableIterator<Uint8Array> {
    const stepped = (step: IteratorResult<Uint8Array>): IteratorResult<Uint8Array> => {
      if (step.done === true) return step;
      this.#delivered(step.value);
      if (lends) this.#lentBytes = step.value.length;
      return step;
    };
    const next = (): Promise<IteratorResult<Uint8Array>> => {
      this.#lentBytes = 0;
      const mustWait = this.#mustWait();
      return this.#watch(mustWait, iterator.next()).then(stepped);
    };
    return {
      next,
      return: async () => {
        this.#lentBytes = 0;
        return (await iterator.return?.()) ?? { done: true, value: undefined };
      },
      throw: async (reason: unknown) => {
        this.#lentBytes = 0;
        if (iterator.throw === undefined) throw reason;
        return iterator.throw(reason);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}
