import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  createPipe,
  PipeError,
  type BufferStrategy,
  type PipeReader,
  type PipeSource,
  type PipeSummary,
} from '@millrace/core';

export interface ReceiveBodyOptions {
  readonly strategy: BufferStrategy;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
  /** The client is paused or may go on. */
  readonly onPaused: (isPaused: boolean) => void;
}

/** The body of a request, arriving. */
export interface ReceivedBody {
  readonly reader: PipeReader;
  /** The declared length in bytes; `undefined` when it comes in chunks. */
  readonly expectedBytes: number | undefined;
  readonly closed: Promise<PipeSummary>;
}

/** Whether a body follows the headers of a request: they say so by a length or by chunks (RFC 9112 §6.3). */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/**
 * Reads the body of a request into a pipe, which pauses and resumes the client.
 *
 * A client that leaves before the end fails the pipe, behind every byte that came. When nobody reads any more (the
 * upstream has answered, or is gone), the rest is discarded as it comes, so that the client is not stuck sending
 * when it ought to read the answer; unlike with a Node stream's own adapter the connection stays, since that answer
 * goes through it.
 */
export function receiveBody(
  request: IncomingMessage,
  response: ServerResponse,
  options: ReceiveBodyOptions,
): ReceivedBody {
  const { strategy, highWaterMark, lowWaterMark, onPaused } = options;
  const length = request.headers['content-length'];
  const expectedBytes = length === undefined ? undefined : Number(length);
  const source = new RequestSource(request, onPaused);
  const { writer, reader } = createPipe(strategy, {
    highWaterMark,
    lowWaterMark,
    source,
    ...(expectedBytes === undefined ? undefined : { expectedBytes }),
  });

  const receive = (chunk: Uint8Array): void => {
    // Node's parser copies each piece of a body into memory of its own (`on_body` in node_http_parser.cc), and the
    // message is listened to here alone. What shares its memory after all is copied.
    if (chunk.byteLength === chunk.buffer.byteLength) writer.write(new Uint8Array(chunk.buffer));
    else writer.writeCopy(chunk);
  };
  source.start(receive);
  request.on('end', () => writer.end());
  // Also said by `close`, which comes sooner; one that nobody listens to would end the process.
  request.on('error', (error) => writer.fail(error));
  // The response knows of a lost connection at once, the request two ticks later: by then the exchange may have been
  // given up because of it, and an upload that broke off would count as one that nobody wanted.
  for (const side of [response, request]) {
    side.on('close', () => {
      if (!request.complete) writer.fail(request.errored ?? clientLeft());
    });
  }
  return { reader, expectedBytes, closed: writer.closed };
}

class RequestSource implements PipeSource {
  readonly #request: IncomingMessage;
  readonly #onPaused: (isPaused: boolean) => void;
  #receive: ((chunk: Uint8Array) => void) | undefined;

  constructor(request: IncomingMessage, onPaused: (isPaused: boolean) => void) {
    this.#request = request;
    this.#onPaused = onPaused;
  }

  start(receive: (chunk: Uint8Array) => void): void {
    this.#receive = receive;
    this.#request.on('data', receive);
  }

  pause(): void {
    this.#request.pause();
    this.#onPaused(true);
  }

  resume(): void {
    this.#request.resume();
    this.#onPaused(false);
  }

  cancel(): void {
    if (this.#receive !== undefined) this.#request.off('data', this.#receive);
    this.#request.resume();
    this.#onPaused(false);
  }
}

function clientLeft(): PipeError {
  return new PipeError(
    'ERR_PIPE_UNEXPECTED_END',
    'The client left before it had sent the whole request body',
  );
}
