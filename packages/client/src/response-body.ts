import {
  createPipe,
  type BufferStrategy,
  type PipeError,
  type PipeSource,
  type PipeSummary,
  type PipeWriter,
} from '@millrace/core';
import type { Dispatcher } from 'undici';
import { writeRead } from './chunk-ownership.ts';
import type { ContentPipeOptions } from './content-pipe-options.ts';
import { ReaderWatch } from './reader-watch.ts';
import { IncomingContent, type ContentFacts, type ContentOrigin } from './incoming-content.ts';

export interface ResponseBodyOptions {
  readonly strategy: BufferStrategy;
  readonly pipe: ContentPipeOptions;
  /** Whether chunks may be moved into the pipe: nobody but this body gets them from undici. */
  readonly movesChunks: boolean;
  /** How long a reader may leave a full buffer untouched, in milliseconds; 0: for ever. */
  readonly readerTimeoutMs: number;
  readonly signal: AbortSignal | undefined;
}

/** What a response body tells its exchange. */
export interface ResponseBodyObserver {
  /** Nobody will read any more. Once, unless the body has ended or failed. */
  onCancel(reason: unknown): void;
  /** Nobody has read for too long. */
  onLate(reason: PipeError): void;
  /** The server is paused, or no longer is: in turns. */
  onPaused(isPaused: boolean): void;
}

/**
 * The producer's half of a response body: undici's chunks go in, its controller is what the pipe pauses.
 *
 *     undici ─▶ receive ─▶ │ pipe │ ─▶ content
 *     controller ◀─ pause, resume ┘ ─▶ onPaused
 *     onCancel   ◀─ cancel ───────┘
 */
export class ResponseBody implements ContentOrigin, PipeSource {
  readonly content: IncomingContent;
  readonly #writer: PipeWriter;
  readonly #expectedBytes: number | undefined;
  readonly #movesChunks: boolean;
  readonly #observer: ResponseBodyObserver;
  readonly #watch: ReaderWatch;
  /** Dropped when the response is over: on a kept-alive connection it would resume the next one. */
  #controller: Dispatcher.DispatchController | undefined;
  #receivedBytes = 0;
  #isPaused = false;
  #isComplete = false;

  constructor(
    options: ResponseBodyOptions,
    facts: Omit<ContentFacts, 'origin'>,
    controller: Dispatcher.DispatchController,
    observer: ResponseBodyObserver,
  ) {
    const { strategy, pipe, movesChunks, readerTimeoutMs, signal } = options;
    const { writer, reader } = createPipe(strategy, {
      ...pipe,
      source: this,
      ...(facts.expectedBytes === undefined ? undefined : { expectedBytes: facts.expectedBytes }),
      ...(signal === undefined ? undefined : { signal }),
    });
    this.content = new IncomingContent(reader, { ...facts, origin: this });
    this.#writer = writer;
    this.#expectedBytes = facts.expectedBytes;
    this.#movesChunks = movesChunks;
    this.#observer = observer;
    this.#watch = new ReaderWatch(reader, readerTimeoutMs, (reason) => observer.onLate(reason));
    this.#controller = controller;
  }

  get isComplete(): boolean {
    return this.#isComplete;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  get closed(): Promise<PipeSummary> {
    return this.#writer.closed;
  }

  receive(chunk: Uint8Array): void {
    this.#receivedBytes += chunk.length;
    if (this.#movesChunks)
      writeRead(this.#writer, chunk, Math.max(this.#receivedBytes, this.#expectedBytes ?? 0));
    else this.#writer.writeCopy(chunk);
  }

  end(): void {
    this.#release();
    const isOpen = this.#writer.desiredSize !== null;
    this.#isComplete =
      isOpen && (this.#expectedBytes === undefined || this.#receivedBytes === this.#expectedBytes);
    this.#writer.end();
  }

  fail(reason: unknown): void {
    this.#release();
    this.#writer.fail(reason);
  }

  pause(): void {
    // Behind the last byte of a declared length comes only the end. Held back, it would keep the connection.
    if (this.#receivedBytes === this.#expectedBytes) return;
    this.#controller?.pause();
    this.#watch.pause();
    this.#setPaused(true);
  }

  resume(): void {
    this.#watch.resume();
    this.#setPaused(false);
    // Not here: undici parses on before `resume` returns, and when this is called inside another body's parser
    // callback, that would enter the parser, which all connections share, a second time.
    queueMicrotask(() => {
      if (!this.#isPaused) this.#controller?.resume();
    });
  }

  cancel(reason: unknown): void {
    this.#release();
    this.#observer.onCancel(reason);
  }

  /** The response is over, for good or ill: nobody waits for its reader any more. */
  #release(): void {
    this.#controller = undefined;
    this.#watch.stop();
    this.#setPaused(false);
  }

  #setPaused(isPaused: boolean): void {
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#observer.onPaused(isPaused);
  }
}
