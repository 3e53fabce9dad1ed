import type { Readable } from 'node:stream';
import { isUint8Array } from '../bytes-like.ts';
import { describe, PipeError } from '../errors.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { sourcedOptions, type PipeOptions, type PipeSource } from '../options.ts';
import { createPipe } from '../pipe.ts';
import { checkStream } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import type { PipeWriter } from '../pipe-writer.ts';
import type { BufferStrategy } from '../strategy.ts';
import { asNodeError, prematureClose } from './node-reason.ts';
import { watchEnd } from './watch-end.ts';

export interface FromNodeReadableOptions extends Omit<PipeOptions, 'source'> {
  /**
   * Whether a chunk that has its memory to itself may change owner instead of being copied. Default `false`.
   *
   * Node streams say nothing about who else holds a chunk. A `Transform` may pass on what it was given and keep it;
   * every listener of `data` gets the same one; a socket's chunk may be cut up by a parser, and zlib's are cut from
   * memory it goes on writing to. It is safe, and saves a copy of every byte, for sockets, HTTP messages and files
   * that nobody else listens to. Chunks that show part of their memory are copied in any case.
   */
  movesChunks?: boolean;
}

const names = optionNames<FromNodeReadableOptions>({ movesChunks: true, ...sourcedOptions });

/**
 * Reads a Node stream into a pipe over `strategy`, which pauses and resumes it. Cancelling the pipe destroys the
 * stream with the reason. `end` is the end. An error fails the pipe with that very error, and so does a stream that
 * closes without either (`ERR_PIPE_UNEXPECTED_END`), such as a request whose client has left, behind the bytes that
 * had come. Over HTTP/2 Node ends a stream that was given up as well: there that is such a close. So it is where a response
 * of HTTP/1 that only the end of its connection ends has lost that, which to Node is its end on every version. A socket
 * that is reset fails as `failOnReset` has it.
 *
 * The stream has to deliver bytes: one with an encoding set, or in object mode, fails the pipe with
 * `ERR_PIPE_ARGUMENT`. So does one that was read to its end before, which has no body to give: `ERR_PIPE_STATE`.
 */
export function fromNodeReadable(
  readable: Readable,
  strategy: BufferStrategy,
  options: FromNodeReadableOptions = {},
): PipeReader {
  checkStream('what fromNodeReadable() reads', readable, 'on', 'a Readable of Node');
  checkOptionNames('fromNodeReadable()', options, names);
  const { movesChunks = false, ...pipe } = options;
  const source = new ReadableSource(readable, movesChunks);
  const { writer, reader } = createPipe(strategy, { ...pipe, source });
  source.start(writer);
  return reader;
}

class ReadableSource implements PipeSource {
  readonly #readable: Readable;
  readonly #movesChunks: boolean;
  #writer: PipeWriter | undefined;

  constructor(readable: Readable, movesChunks: boolean) {
    this.#readable = readable;
    this.#movesChunks = movesChunks;
    // Before anything can fail, and for good: an error that nobody listens to ends the process.
    readable.on('error', (error: unknown) => this.#writer?.fail(error));
  }

  start(writer: PipeWriter): void {
    this.#writer = writer;
    const readable = this.#readable;
    if (readable.readableEnded) {
      writer.fail(new PipeError('ERR_PIPE_STATE', 'The stream was read to its end before'));
      return;
    }
    if (readable.destroyed) {
      writer.fail(prematureClose('The stream', readable.errored));
      return;
    }
    const wasEnded = watchEnd(readable);
    readable.on('end', () => {
      if (wasEnded()) writer.end();
      else writer.fail(prematureClose('The stream', readable.errored));
    });
    readable.on('close', () => writer.fail(prematureClose('The stream', readable.errored)));
    readable.on('data', (chunk: unknown) => this.#receive(chunk, writer));
    // A stream that somebody has paused does not start by being listened to.
    readable.resume();
  }

  pause(): void {
    this.#readable.pause();
  }

  resume(): void {
    this.#readable.resume();
  }

  cancel(reason: unknown): void {
    this.#readable.destroy(asNodeError(reason));
  }

  #receive(chunk: unknown, writer: PipeWriter): void {
    if (!isUint8Array(chunk)) {
      const refusal = new PipeError(
        'ERR_PIPE_ARGUMENT',
        `A chunk is ${describe(chunk)}; it must be a Uint8Array`,
        {
          value: chunk,
        },
      );
      writer.fail(refusal);
      this.cancel(refusal);
    } else if (this.#movesChunks && chunk.byteLength === chunk.buffer.byteLength) {
      // Plain, so that `slice` and the like mean to the consumer what they mean everywhere.
      writer.write(new Uint8Array(chunk.buffer));
    } else {
      writer.writeCopy(chunk);
    }
  }
}
