import {
  createPipe,
  type BufferStrategy,
  type PipeOptions,
  type PipeSource,
  type PipeSummary,
  type PipeWriter,
} from '@millrace/core';
import type { Dispatcher } from 'undici';
import { mayChangeOwner } from './chunk-ownership.ts';
import { IncomingContent, type ContentOrigin } from './incoming-content.ts';

/** Marks and limits of the pipes that carry bodies; what is not here, the client knows itself. */
export type ContentPipeOptions = Omit<PipeOptions, 'expectedBytes' | 'source' | 'signal'>;

export interface ResponseBodyOptions {
  readonly strategy: BufferStrategy;
  readonly pipe: ContentPipeOptions;
  /** Whether chunks may be moved into the pipe: nobody but this body gets them from undici. */
  readonly movesChunks: boolean;
  readonly signal: AbortSignal | undefined;
}

/**
 * The producer's half of a response body: undici's chunks go in, its controller is what the pipe pauses.
 *
 *     undici ─▶ receive ─▶ │ pipe │ ─▶ content
 *     controller ◀─ pause, resume ┘
 *     onCancel   ◀─ cancel ───────┘
 */
export class ResponseBody implements ContentOrigin, PipeSource {
  readonly content: IncomingContent;
  readonly #writer: PipeWriter;
  readonly #expectedBytes: number | undefined;
  readonly #movesChunks: boolean;
  readonly #onCancel: (reason: unknown) => void;
  /** Dropped when the response is over: on a kept-alive connection it would resume the next one. */
  #controller: Dispatcher.DispatchController | undefined;
  #receivedBytes = 0;
  #isPaused = false;
  #isComplete = false;

  /** @param onCancel Called once when nobody will read any more, unless the body has ended or failed. */
  constructor(
    options: ResponseBodyOptions,
    expectedBytes: number | undefined,
    controller: Dispatcher.DispatchController,
    onCancel: (reason: unknown) => void,
  ) {
    const { strategy, pipe, movesChunks, signal } = options;
    const { writer, reader } = createPipe(strategy, {
      ...pipe,
      source: this,
      ...(expectedBytes === undefined ? undefined : { expectedBytes }),
      ...(signal === undefined ? undefined : { signal }),
    });
    this.content = new IncomingContent(reader, expectedBytes, this);
    this.#writer = writer;
    this.#expectedBytes = expectedBytes;
    this.#movesChunks = movesChunks;
    this.#onCancel = onCancel;
    this.#controller = controller;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get closed(): Promise<PipeSummary> {
    return this.#writer.closed;
  }

  receive(chunk: Uint8Array): void {
    this.#receivedBytes += chunk.length;
    if (this.#movesChunks && mayChangeOwner(chunk)) {
      // Consumers get a plain Uint8Array: `slice` and `toString` of a Buffer mean something else.
      this.#writer.write(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    } else {
      this.#writer.writeCopy(chunk);
    }
  }

  end(): void {
    const isOpen = this.#writer.desiredSize !== null;
    this.#controller = undefined;
    this.#isComplete =
      isOpen && (this.#expectedBytes === undefined || this.#receivedBytes === this.#expectedBytes);
    this.#writer.end();
  }

  fail(reason: unknown): void {
    this.#controller = undefined;
    this.#writer.fail(reason);
  }

  pause(): void {
    // Behind the last byte of a declared length comes only the end. Held back, it would keep the connection.
    this.#isPaused = this.#receivedBytes !== this.#expectedBytes;
    if (this.#isPaused) this.#controller?.pause();
  }

  resume(): void {
    this.#isPaused = false;
    // Not here: undici parses on before `resume` returns, and when this is called inside another body's parser
    // callback, that would enter the parser, which all connections share, a second time.
    queueMicrotask(() => {
      if (!this.#isPaused) this.#controller?.resume();
    });
  }

  cancel(reason: unknown): void {
    this.#controller = undefined;
    this.#onCancel(reason);
  }
}
