import { pump, stopQuietly, type ChunkSource } from '../consume/pump.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { sourcedOptions, type PipeOptions } from '../options.ts';
import { createPipe } from '../pipe.ts';
import { checkStream } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import type { BufferStrategy } from '../strategy.ts';

export interface FromReadableStreamOptions extends Omit<PipeOptions, 'source'> {
  /**
   * Whether the chunks are nobody else's, now and later, and may change owner instead of being copied. Default:
   * only those of byte streams, whose memory is transferred to whoever reads it. The branches of another stream's
   * `tee()` share their chunks, and its producer may still hold them.
   */
  movesChunks?: boolean;
}

const names = optionNames<FromReadableStreamOptions>({ movesChunks: true, ...sourcedOptions });

/**
 * Reads a WHATWG stream of `Uint8Array`s ahead, as far as the pipe's marks go, into a pipe over `strategy`. The
 * stream is locked for good. Cancelling the pipe cancels the stream with that reason; what errors the stream fails
 * the pipe, by identity and behind the bytes that had come.
 *
 * @throws `TypeError` when the stream is locked.
 */
export function fromReadableStream(
  stream: ReadableStream<Uint8Array>,
  strategy: BufferStrategy,
  options: FromReadableStreamOptions = {},
): PipeReader {
  checkStream('what fromReadableStream() reads', stream, 'getReader', 'a ReadableStream');
  checkOptionNames('fromReadableStream()', options, names);
  const { movesChunks = isByteStream(stream), ...pipe } = options;
  const source = new StreamSource(stream);
  const { writer, reader } = createPipe(strategy, {
    ...pipe,
    source: { cancel: (reason) => stopQuietly(source, reason) },
  });
  void pump(source, writer, movesChunks);
  return reader;
}

class StreamSource implements ChunkSource {
  readonly #reader: ReadableStreamDefaultReader<unknown>;

  constructor(stream: ReadableStream<unknown>) {
    this.#reader = stream.getReader();
  }

  next(): Promise<ReadableStreamReadResult<unknown>> {
    return this.#reader.read();
  }

  stop(reason: unknown): Promise<void> {
    return this.#reader.cancel(reason);
  }
}

/** Only byte streams lend themselves to a BYOB reader. */
function isByteStream(stream: ReadableStream<Uint8Array>): boolean {
  try {
    stream.getReader({ mode: 'byob' }).releaseLock();
    return true;
  } catch {
    return false;
  }
}
