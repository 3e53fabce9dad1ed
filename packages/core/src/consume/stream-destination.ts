import { PipeError } from '../errors.ts';
import type { Destination } from './destination.ts';

export class StreamDestination implements Destination {
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>;
  readonly gone: Promise<unknown>;
  #lastWrite: Promise<unknown> = Promise.resolve();

  /** @throws `TypeError` when the stream is locked. */
  constructor(stream: WritableStream<Uint8Array>) {
    this.#writer = stream.getWriter();
    this.gone = this.#writer.closed.then(closedElsewhere, (reason: unknown) => reason);
  }

  write(chunk: Uint8Array): boolean {
    // A failed write fails the stream, so `ready`, `gone` and `end` tell of it.
    this.#lastWrite = this.#writer.write(chunk).catch(ignore);
    return (this.#writer.desiredSize ?? 0) > 0;
  }

  async ready(): Promise<void> {
    await this.#writer.ready;
    if ((this.#writer.desiredSize ?? 0) > 0) return;
    // It has failed since, and `ready` with it; or it was closed, which makes it ready for good.
    await this.#writer.ready;
    throw closedElsewhere();
  }

  end(): Promise<void> {
    return this.#writer.close();
  }

  /** Aborting a stream discards its queue: what was handed over has to be through before. */
  async flushed(): Promise<void> {
    await this.#lastWrite;
  }

  fail(reason: unknown): Promise<void> {
    return this.#writer.abort(reason).catch(ignore);
  }

  release(): void {
    this.#writer.releaseLock();
  }
}

function closedElsewhere(): PipeError {
  return new PipeError('ERR_PIPE_CANCELLED', 'The stream takes no more bytes: it is closed');
}

function ignore(): void {}
