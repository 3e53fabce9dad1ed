import type { Readable, Writable } from 'node:stream';
import { createPipe, PipeError, type PipeReader, type PipeSource, type PipeSummary } from '@millrace/core';
import type { BodyPipe } from '../upstream/route.ts';

export interface ReceiveBodyOptions extends BodyPipe {
  /** A longer body fails with `ERR_PIPE_TOO_LARGE`. */
  readonly maxBytes?: number | undefined;
  /** The client is paused or may go on. */
  readonly onPaused: (isPaused: boolean) => void;
}

/** What the stream of a body does not say of itself. */
export interface BodyFraming {
  /** The declared length in bytes; `undefined` when there is none. */
  readonly expectedBytes: number | undefined;
  /** Whether all of it has come. */
  readonly isWhole: () => boolean;
  /** What came behind it; flat, as `rawHeaders`. */
  readonly trailers: () => readonly string[];
  /** Closes when the connection is lost, should that be before the body's own stream. */
  readonly alsoClosedBy?: Writable;
}

/** The body of a request, arriving. */
export interface ReceivedBody {
  readonly reader: PipeReader;
  readonly expectedBytes: number | undefined;
  /** Complete once the reader has come to the clean end; flat, as `rawHeaders`. */
  readonly trailers: () => readonly string[];
  readonly closed: Promise<PipeSummary>;
}

/**
 * Reads the body of a request into a pipe, which pauses and resumes the client.
 *
 * A client that leaves before the end fails the pipe, behind every byte that came. When nobody reads any more (the
 * upstream has answered, or is gone), the rest is discarded as it comes, so that the client is not stuck sending
 * when it ought to read the answer; unlike with a Node stream's own adapter the connection stays, since that answer
 * goes through it.
 */
export function receiveBody(body: Readable, options: ReceiveBodyOptions, framing: BodyFraming): ReceivedBody {
  const { strategy, highWaterMark, lowWaterMark, maxBytes, onPaused } = options;
  const { expectedBytes, isWhole, trailers, alsoClosedBy } = framing;
  const source = new BodySource(body, onPaused);
  const { writer, reader } = createPipe(strategy, {
    highWaterMark,
    lowWaterMark,
    source,
    ...(expectedBytes === undefined ? undefined : { expectedBytes }),
    ...(maxBytes === undefined ? undefined : { maxBytes }),
  });

  const breakOff = (): void => writer.fail(body.errored ?? clientLeft());
  source.start((chunk) => {
    // Node's parsers copy each piece of a body into memory of its own (`on_body` in node_http_parser.cc), and the
    // message is listened to here alone. What shares its memory after all is copied.
    if (chunk.byteLength === chunk.buffer.byteLength) writer.write(new Uint8Array(chunk.buffer));
    else writer.writeCopy(chunk);
  });
  body.on('end', () => {
    if (isWhole()) writer.end();
    else breakOff();
  });
  // Also said by `close`, which comes sooner; one that nobody listens to would end the process.
  body.on('error', (error) => writer.fail(error));
  for (const side of [body, alsoClosedBy]) {
    side?.on('close', () => {
      if (!isWhole()) breakOff();
    });
  }
  return { reader, expectedBytes, trailers, closed: writer.closed };
}

class BodySource implements PipeSource {
  readonly #body: Readable;
  readonly #onPaused: (isPaused: boolean) => void;
  #receive: ((chunk: Uint8Array) => void) | undefined;

  constructor(body: Readable, onPaused: (isPaused: boolean) => void) {
    this.#body = body;
    this.#onPaused = onPaused;
  }

  start(receive: (chunk: Uint8Array) => void): void {
    this.#receive = receive;
    this.#body.on('data', receive);
  }

  pause(): void {
    this.#body.pause();
    this.#onPaused(true);
  }

  resume(): void {
    this.#body.resume();
    this.#onPaused(false);
  }

  cancel(): void {
    if (this.#receive !== undefined) this.#body.off('data', this.#receive);
    this.#body.resume();
    this.#onPaused(false);
  }
}

function clientLeft(): PipeError {
  return new PipeError(
    'ERR_PIPE_UNEXPECTED_END',
    'The client left before it had sent the whole request body',
  );
}
