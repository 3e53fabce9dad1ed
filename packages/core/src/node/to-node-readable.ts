import { Readable } from 'node:stream';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader } from '../pipe-reader.ts';
import { asNodeError } from './node-reason.ts';

/**
 * The body as a Node `Readable` of Buffers. It reads the pipe only when it is read, one chunk at a time, so the
 * pipe's marks stay in force. `destroy(error)` cancels the pipe with that error, and without one as a consumer that
 * leaves. A failure destroys the stream with the pipe's reason, by identity and behind every byte; a falsy reason, which
 * Node would take for success, as the `cause` of an error.
 */
export function toNodeReadable(reader: PipeReader): Readable {
  checkReader('toNodeReadable()', reader);
  return new PipeReadable(reader);
}

class PipeReadable extends Readable {
  readonly #reader: PipeReader;

  constructor(reader: PipeReader) {
    // With a mark of 0, Node asks for more only when its own buffer is empty. So no byte waits there when a
    // failure arrives, to be lost by `destroy`; nothing is buffered twice either.
    super({ highWaterMark: 0 });
    this.#reader = reader;
  }

  override _read(): void {
    let chunk: Uint8Array | null | undefined;
    try {
      chunk = this.#reader.tryRead();
    } catch (reason) {
      this.destroy(asNodeError(reason));
      return;
    }
    if (chunk === undefined) void this.#wait();
    else this.#give(chunk);
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    // Does nothing when everything has been delivered, the failure that is the cause of this included.
    this.#reader.cancel(error ?? undefined);
    callback(error);
  }

  #give(chunk: Uint8Array | null): void {
    this.push(chunk);
    // With an encoding set, the first bytes of a character show as nothing yet. At a mark of 0, Node would then wait
    // for its reader to ask, and its reader for something to be there.
    if (this.readableEncoding !== null && this.readableLength === 0) process.nextTick(() => this.read(0));
  }

  async #wait(): Promise<void> {
    try {
      this.#give(await this.#reader.read());
    } catch (reason) {
      this.destroy(asNodeError(reason));
    }
  }
}
