import { isUint8Array } from './bytes-like.ts';
import { describe, PipeError } from './errors.ts';
import type { PipeSummary } from './lifecycle.ts';
import type { PipeCore } from './pipe-core.ts';

/** The producer's half of a pipe. Every call is synchronous and safe inside a parser callback. */
export interface PipeWriter {
  /** Bytes of cost left to the high-water mark, for information (≤ 0: stop); `null` once writing is over. */
  readonly desiredSize: number | null;
  /**
   * Hands over `chunk`, behind everything written before. The memory changes owner for good, whatever is
   * returned. An empty chunk is invisible [P8].
   *
   * @returns `true`: go on. `false`: stop for now; the chunk was taken (or dropped, when the reader is gone)
   *   and is never to be written again [P9].
   * @throws PipeError `ERR_PIPE_ARGUMENT` when `chunk` is no `Uint8Array` or its memory is detached;
   *   `ERR_PIPE_STATE` after `end()`.
   */
  write(chunk: Uint8Array): boolean;
  /** As `write`, for a producer that reuses its memory: the bytes are copied before the call returns. */
  writeCopy(view: Uint8Array): boolean;
  /** Waits until the pipe is not paused. `true`: go on. `false`: writing is over, nobody will read more. */
  ready(): Promise<boolean>;
  /**
   * The body is complete. The reader gets every accepted byte, then a clean end; or, when `expectedBytes` says
   * otherwise, every accepted byte, then `ERR_PIPE_LENGTH_MISMATCH` [P15]. Does nothing after a terminal. Takes no last
   * chunk, as a Node stream does: bytes or a string are refused with `ERR_PIPE_ARGUMENT`.
   */
  end(): void;
  /** The body broke off. The reader gets every accepted byte, then this very value thrown. */
  fail(reason: unknown): void;
  /** Settles when the last accepted byte was delivered or discarded. Never rejects. */
  readonly closed: Promise<PipeSummary>;
}

export class Writer implements PipeWriter {
  readonly #core: PipeCore;

  constructor(core: PipeCore) {
    this.#core = core;
  }

  get desiredSize(): number | null {
    return this.#core.desiredSize;
  }

  write(chunk: Uint8Array): boolean {
    return this.#core.accept(bytesOnly(chunk), true);
  }

  writeCopy(view: Uint8Array): boolean {
    return this.#core.accept(bytesOnly(view), false);
  }

  ready(): Promise<boolean> {
    return this.#core.ready();
  }

  /** @param chunk What `end` of a Node stream would write before: here it would be lost behind a clean end. */
  end(chunk?: unknown): void {
    if (chunk !== undefined && (typeof chunk === 'string' || isUint8Array(chunk)))
      throw endsWithNothing(chunk);
    this.#core.end();
  }

  fail(reason: unknown): void {
    this.#core.fail(reason);
  }

  get closed(): Promise<PipeSummary> {
    return this.#core.closed;
  }
}

function endsWithNothing(chunk: Uint8Array | string): PipeError {
  return new PipeError('ERR_PIPE_ARGUMENT', `end() was given ${describe(chunk)}; write() it before`, {
    value: chunk,
  });
}

function bytesOnly(chunk: Uint8Array): Uint8Array {
  if (isUint8Array(chunk)) return chunk;
  throw new PipeError(
    'ERR_PIPE_ARGUMENT',
    `The chunk to write is ${describe(chunk)}; it must be a Uint8Array`,
    {
      value: chunk,
    },
  );
}
