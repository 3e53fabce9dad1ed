import { PipeError, type PipeReader } from '@millrace/core';
import { flatTrailersOf, type RequestTrailers } from './request-trailers.ts';

/** Where the chunks of a streamed body come from, and how it is told that no more are wanted. */
interface ChunkSource {
  /** The next chunk; `null` at the end. */
  next(): Promise<Uint8Array | null>;
  stop(reason: unknown): void;
}

export interface RequestBodyOptions {
  /** What the request declares for it, in bytes. */
  readonly declaredBytes?: number | undefined;
  readonly trailers?: RequestTrailers | undefined;
  /** How long to wait for `goAhead()` before the source is touched, in ms, 0: for ever. Default: not at all. */
  readonly continueTimeoutMs?: number | undefined;
}

/**
 * A streamed request body as undici reads it: the next chunk is asked for when the socket has room.
 *
 * What undici makes of a bad body is not left to it (`writeIterable` and `AsyncWriter` in its
 * lib/dispatcher/client-h1.js): a body of no bytes under a declared length goes out as `content-length: 0` and so
 * looks whole, a source that throws a falsy value leaves the request waiting for ever, and a source that undici
 * waits on is not told that its request is over.
 *
 *     waiting for `100 Continue`, if the request asks for one
 *      │
 *     open ─▶ sent       every byte was handed over, as many as declared, and the trailers are known
 *          ─▶ stopped    it failed, or the request was over first; no clean end can follow
 */
export class RequestBody implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #source: ChunkSource;
  readonly #options: RequestBodyOptions;
  readonly #onFailure: (reason: unknown) => void;
  /** Settles when the source may be read; `undefined` when it may at once. */
  #permission: Promise<void> | undefined;
  #permit: (() => void) | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sentTrailers: readonly string[] = [];
  #state: 'open' | 'sent' | 'stopped' = 'open';
  #isStarted = false;
  #handedBytes = 0;
  /** Rejects the call that undici waits on. */
  #rejectParked: ((reason: unknown) => void) | undefined;

  /** @param onFailure Called once, when the body cannot be sent whole. It has to break the request off. */
  constructor(
    body: AsyncIterable<Uint8Array> | PipeReader,
    options: RequestBodyOptions,
    onFailure: (reason: unknown) => void,
  ) {
    this.#source = isPipeReader(body) ? pipeSource(body) : iterableSource(body);
    this.#options = options;
    this.#onFailure = onFailure;
    if (options.continueTimeoutMs === undefined) return;
    this.#permission = new Promise((resolve) => {
      this.#permit = resolve;
    });
  }

  /** The server wants the body. */
  goAhead(): void {
    clearTimeout(this.#timer);
    this.#permit?.();
    this.#permission = undefined;
  }

  /** What to send behind the body, once it has been sent. */
  get trailers(): readonly string[] {
    return this.#sentTrailers;
  }

  /** Whether there may be more to send. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /**
   * @throws PipeError `ERR_PIPE_STATE` when it has been read from. undici's interceptors for redirects and retries mean
   *   to see that by themselves, but look at a wrapper of the body that nobody has read.
   */
  [Symbol.asyncIterator](): this {
    if (this.#isStarted) throw usedError();
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.#isStarted = true;
    return new Promise((resolve, reject) => {
      if (this.#state !== 'open') {
        reject(stoppedError());
        return;
      }
      this.#rejectParked = reject;
      this.#next().then(
        (chunk) => this.#handOver(chunk, resolve),
        (reason: unknown) => this.#fail(reason),
      );
    });
  }

  /** undici reads no more. Why, it tells the request's handler, which stops the source with that reason. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    return Promise.resolve({ done: true, value: undefined });
  }

  /** The request is over: the source is told so, unless all of it was sent or it has failed. */
  stop(reason: unknown): void {
    if (this.#state !== 'open') return;
    this.#state = 'stopped';
    clearTimeout(this.#timer);
    this.#rejectParked?.(stoppedError());
    this.#source.stop(reason);
  }

  async #next(): Promise<Uint8Array | null> {
    if (this.#permission !== undefined) await this.#wait(this.#permission);
    if (this.#state !== 'open') return null;
    const chunk = await this.#source.next();
    const { trailers } = this.#options;
    if (chunk === null && trailers !== undefined && this.#state === 'open') {
      this.#sentTrailers = await flatTrailersOf(trailers);
    }
    return chunk;
  }

  /** Servers may ignore the question (RFC 9110 §10.1.1), so the wait for the answer ends by itself. */
  async #wait(permission: Promise<void>): Promise<void> {
    const { continueTimeoutMs = 0 } = this.#options;
    if (continueTimeoutMs > 0) this.#timer = setTimeout(() => this.goAhead(), continueTimeoutMs);
    await permission;
  }

  #handOver(chunk: Uint8Array | null, resolve: (step: IteratorResult<Uint8Array, undefined>) => void): void {
    if (this.#state !== 'open') return;
    const problem = this.#problemWith(chunk);
    if (problem !== undefined) {
      this.#fail(problem);
    } else if (chunk === null) {
      this.#state = 'sent';
      resolve({ done: true, value: undefined });
    } else {
      this.#handedBytes += chunk.length;
      resolve({ done: false, value: chunk });
    }
  }

  #fail(reason: unknown): void {
    if (this.#state !== 'open') return;
    this.stop(reason);
    this.#onFailure(reason);
  }

  /** Why `chunk` (`null`: the end) must not be handed over. */
  #problemWith(chunk: Uint8Array | null): PipeError | undefined {
    if (chunk !== null && !(chunk instanceof Uint8Array)) {
      const message = `the request body yielded a ${typeof chunk}; every chunk must be a Uint8Array`;
      return new PipeError('ERR_PIPE_ARGUMENT', message, { value: chunk });
    }
    const expected = this.#options.declaredBytes;
    const received = this.#handedBytes + (chunk?.length ?? 0);
    if (expected === undefined || (chunk === null ? received === expected : received <= expected))
      return undefined;
    const message = `the request body has ${received} bytes${chunk === null ? '' : ' or more'}; its content-length is ${expected}`;
    return new PipeError('ERR_PIPE_LENGTH_MISMATCH', message, { expected, received });
  }
}

function pipeSource(reader: PipeReader): ChunkSource {
  return {
    next: () => reader.read(),
    stop: (reason) => reader.cancel(reason),
  };
}

function iterableSource(iterable: AsyncIterable<Uint8Array>): ChunkSource {
  let iterator: AsyncIterator<Uint8Array> | undefined;
  const started = (): AsyncIterator<Uint8Array> => (iterator ??= iterable[Symbol.asyncIterator]());
  return {
    async next() {
      const step = await started().next();
      return step.done === true ? null : step.value;
    },
    stop() {
      // A Node stream that nobody has iterated is closed by `destroy` alone, not by its iterator.
      if ('destroy' in iterable && typeof iterable.destroy === 'function') iterable.destroy();
      void finish(started);
    },
  };
}

/** Ends an iteration early. What it throws by that is dropped: the request has failed for a reason of its own. */
async function finish(started: () => AsyncIterator<Uint8Array>): Promise<void> {
  try {
    await started().return?.();
  } catch {}
}

function isPipeReader(body: AsyncIterable<Uint8Array> | PipeReader): body is PipeReader {
  return 'tryRead' in body && 'cancel' in body;
}

/** Seen by undici alone, which needs an `Error`; the request has failed with its own reason by then. */
function stoppedError(): PipeError {
  return new PipeError('ERR_PIPE_CANCELLED', 'the request body was stopped');
}

function usedError(): PipeError {
  return new PipeError('ERR_PIPE_STATE', 'the request body has been read and cannot be sent again');
}
