import {
  blob,
  bytes,
  checkOptionNames,
  json,
  optionNames,
  text,
  type PipeReader,
  type PipeSummary,
} from '@millrace/core';
import { toReadableStream } from '@millrace/core/web';
import type { HeaderRecord } from './header-record.ts';

export interface ReadAllOptions {
  /** Most bytes to accept; a longer body rejects with `ERR_PIPE_TOO_LARGE`, and its request is aborted. */
  maxBytes?: number;
  /** Gives the body up with the signal's reason, and aborts its request. */
  signal?: AbortSignal;
}

export interface DiscardOptions {
  /** Most bytes to read for the sake of the connection. Default 131_072. */
  maxBytes?: number;
  /** Longest time to spend on it, in milliseconds. Default 1000. */
  timeoutMs?: number;
}

const readNames = optionNames<ReadAllOptions>({ maxBytes: true, signal: true });
const discardNames = optionNames<DiscardOptions>({ maxBytes: true, timeoutMs: true });

/** What a content knows of the message it belongs to. */
export interface ContentOrigin {
  readonly isComplete: boolean;
  readonly closed: Promise<PipeSummary>;
  readonly receivedBytes: number;
}

export interface ContentFacts {
  readonly expectedBytes: number | undefined;
  readonly mediaType: string;
  readonly trailers: HeaderRecord;
  readonly origin: ContentOrigin;
}

/**
 * The body of a message, arriving. All ways of reading it share one position, so what one has read another does
 * not repeat, and they agree on how it ends: after the last byte that came, the clean end of a body that is whole,
 * or the throw of what cut it off: undici's or the socket's own error, or a `PipeError`.
 *
 * Bytes nobody reads wait in the pipe, the connection behind them paused, until `cancel()`.
 */
export class IncomingContent {
  /** The declared length in bytes; `undefined` when there is none, or no body. */
  readonly expectedBytes: number | undefined;
  /** The header `content-type`, empty when there is none. */
  readonly mediaType: string;
  /** Those of the response: the same object, filled when the body is complete. */
  readonly trailers: HeaderRecord;
  readonly #reader: PipeReader;
  readonly #origin: ContentOrigin;
  #readable: ReadableStream<Uint8Array> | undefined;
  #isUsed = false;

  constructor(reader: PipeReader, { expectedBytes, mediaType, trailers, origin }: ContentFacts) {
    this.#reader = reader;
    this.expectedBytes = expectedBytes;
    this.mediaType = mediaType;
    this.trailers = trailers;
    this.#origin = origin;
  }

  /**
   * Whether the body has arrived whole: its sender ended it as its framing demands, at the declared length if
   * there is one. Never true of a body that broke off, or whose reader left before the end came. It may be true
   * while bytes still wait to be read, and always is once a way of reading has come to the clean end.
   */
  get complete(): boolean {
    return this.#origin.isComplete;
  }

  /** Whether anybody has asked for the bytes yet, as `bodyUsed` of fetch. */
  get used(): boolean {
    return this.#isUsed;
  }

  /** How it ended and how many bytes went where, when the last one was delivered or discarded. Never rejects. */
  get closed(): Promise<PipeSummary> {
    return this.#origin.closed;
  }

  /** The pipe's reader, for whoever passes the bytes on: proxies, adapters, the functions of `@millrace/core`. */
  get reader(): PipeReader {
    this.#isUsed = true;
    return this.#reader;
  }

  /** The bytes as they come; each chunk is the caller's. Leaving the loop cancels the request. */
  stream(): AsyncIterableIterator<Uint8Array> {
    return this.reader.values();
  }

  /**
   * The body as a WHATWG byte stream, the same at every call, such as `new Response(…)` takes. It reads when it is read;
   * cancelling it cancels the request.
   */
  get readable(): ReadableStream<Uint8Array> {
    this.#readable ??= toReadableStream(this.reader);
    return this.#readable;
  }

  /** All bytes not read yet, in one array. */
  async read(options: ReadAllOptions = {}): Promise<Uint8Array> {
    checkOptionNames('read()', options, readNames);
    const { expectedBytes } = this;
    return bytes(this.reader, expectedBytes === undefined ? options : { ...options, expectedBytes });
  }

  /** All bytes not read yet, decoded as UTF-8. */
  async text(options: ReadAllOptions = {}): Promise<string> {
    checkOptionNames('text()', options, readNames);
    return text(this.reader, options);
  }

  /** All bytes not read yet, parsed as JSON; rejects with a `SyntaxError` when they are none. */
  async json(options: ReadAllOptions = {}): Promise<unknown> {
    checkOptionNames('json()', options, readNames);
    return json(this.reader, options);
  }

  /** All bytes not read yet, as a `Blob` of the type that the response declares. */
  async blob(options: ReadAllOptions = {}): Promise<Blob> {
    checkOptionNames('blob()', options, readNames);
    return blob(this.reader, { ...options, type: this.mediaType });
  }

  /**
   * Nobody wants the rest, and its connection is to be used again if that is cheaper than a new one: what is left is
   * read and dropped when it is known to be little, or turns out to be. Otherwise, or when it takes too long, as
   * `cancel()`. Settles when the connection is free or closed. Rejects for a wrong call alone: how the body ends matters to
   * nobody.
   */
  async discard(options: DiscardOptions = {}): Promise<void> {
    checkOptionNames('discard()', options, discardNames);
    const { maxBytes = 131_072, timeoutMs = 1000 } = options;
    const { reader, expectedBytes = 0 } = this;
    const hasArrived = this.complete;
    const leftBytes = Math.max(0, expectedBytes - this.#origin.receivedBytes);
    if (!hasArrived && leftBytes <= maxBytes) await dropUpTo(reader, maxBytes, timeoutMs);
    reader.cancel();
  }

  /**
   * Nobody will read on. What has arrived is discarded, and a response still arriving is aborted together with its
   * request; its connection is closed. Does nothing once everything was read.
   */
  cancel(reason?: unknown): void {
    this.#reader.cancel(reason);
  }
}

/** Reads to the end, but not more than `maxBytes` and not for longer than `timeoutMs`. */
async function dropUpTo(reader: PipeReader, maxBytes: number, timeoutMs: number): Promise<void> {
  const timer = setTimeout(() => reader.cancel(), timeoutMs);
  let dropped = 0;
  try {
    for await (const view of reader.views({ preventCancel: true })) {
      dropped += view.length;
      if (dropped > maxBytes) break;
    }
  } catch {
    // It broke off, or somebody else reads it.
  } finally {
    clearTimeout(timer);
  }
}
