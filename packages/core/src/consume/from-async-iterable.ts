import { checkOptionNames, optionNames } from '../option-names.ts';
import { sourcedOptions, type PipeOptions } from '../options.ts';
import { createPipe } from '../pipe.ts';
import { checkStream, hasMethod } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import type { BufferStrategy } from '../strategy.ts';
import { pump, stopQuietly, type ChunkSource } from './pump.ts';

/** Options of a pipe whose source is already known. */
export interface FromAsyncIterableOptions extends Omit<PipeOptions, 'source'> {
  /**
   * Whether the chunks are nobody else's, now and later, and may change owner instead of being copied.
   */
  movesChunks?: boolean;
}

const names = optionNames<FromAsyncIterableOptions>({ movesChunks: true, ...sourcedOptions });

/**
 * Reads an iterable of chunks ahead, as far as the pipe's marks go, into a pipe over `strategy`. Leaving the pipe
 * calls the iterator's `return()`; what the iterator throws fails the pipe, by identity, after the bytes before it.
 *
 * Chunks are copied unless `movesChunks`, since a generator may yield the same memory again.
 */
export function fromAsyncIterable(
  iterable: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  strategy: BufferStrategy,
  options: FromAsyncIterableOptions = {},
): PipeReader {
  checkOptionNames('fromAsyncIterable()', options, names);
  if (!isAsync(iterable))
    checkStream('what fromAsyncIterable() reads', iterable, Symbol.iterator, 'an iterable of chunks');
  const { movesChunks = false, ...pipe } = options;
  const source = new IteratorSource(iterable);
  const { writer, reader } = createPipe(strategy, {
    ...pipe,
    source: { cancel: (reason) => stopQuietly(source, reason) },
  });
  void pump(source, writer, movesChunks);
  return reader;
}

class IteratorSource implements ChunkSource {
  readonly #iterator: AsyncIterator<unknown> | Iterator<unknown>;
  #isOver = false;

  constructor(iterable: AsyncIterable<unknown> | Iterable<unknown>) {
    this.#iterator = isAsync(iterable) ? iterable[Symbol.asyncIterator]() : iterable[Symbol.iterator]();
  }

  async next(): Promise<IteratorResult<unknown>> {
    try {
      return await this.#iterator.next();
    } catch (reason) {
      this.#isOver = true;
      throw reason;
    }
  }

  /** As `for await` leaves a loop: once, and an iterator that threw by itself is not told. */
  stop(): unknown {
    if (this.#isOver) return undefined;
    this.#isOver = true;
    return this.#iterator.return?.();
  }
}

function isAsync(iterable: AsyncIterable<unknown> | Iterable<unknown>): iterable is AsyncIterable<unknown> {
  return hasMethod(iterable, Symbol.asyncIterator);
}
