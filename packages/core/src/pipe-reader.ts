export interface ReadOptions {
  /** Least bytes to wait for; fewer come only right before the end or the failure. Default 1. */
  min?: number;
  /** Most bytes to give. Default: what the store hands out at once. */
  max?: number;
  /** Gives up this one wait with the signal's reason; loses no bytes [P7]. */
  signal?: AbortSignal;
}

export interface ReadIntoOptions {
  /** Least bytes to wait for, at most `target.length`. Default 1. */
  min?: number;
  signal?: AbortSignal;
}

/**
 * The consumer's half of a pipe. All ways of reading share one position [P16]. After the last byte, an ended
 * pipe answers the clean end every time, and a failed or cancelled one throws its reason every time.
 *
 * Every waiting call may fail with `ERR_PIPE_BUSY` (another direct call waits), `ERR_PIPE_LOCKED` (another
 * iterator waits), `ERR_PIPE_ARGUMENT` (a `min` or `max` that is no positive integer, `min > max`), or
 * `ERR_PIPE_OVERFLOW` (a wait for more than can ever be buffered); each rejects that call alone.
 */
export interface PipeReader extends AsyncIterable<Uint8Array>, AsyncDisposable {
  /** Bytes that can be read without waiting. */
  readonly size: number;
  /**
   * Bytes that are there, or why not, without a promise.
   *
   * @returns Bytes that are the caller's for ever; `null` at the clean end; `undefined` when it would wait.
   * @throws The reason of a failed or cancelled pipe, after its last byte.
   */
  tryRead(max?: number): Uint8Array | null | undefined;
  /** Waits for bytes. They are the caller's for ever. `null`: the clean end. */
  read(options?: ReadOptions): Promise<Uint8Array | null>;
  /**
   * Waits for bytes and copies them into `target`, which is the pipe's until the promise settles.
   *
   * @returns Bytes copied; 0 means the clean end.
   */
  readInto(target: Uint8Array, options?: ReadIntoOptions): Promise<number>;
  /**
   * Waits for `min` bytes (default 1) and lends everything contiguous at the front without taking it. The view
   * is valid until `consume` or the next reader call, and nobody may change it. Shorter than `min` only right
   * before the end; `null`: the clean end.
   */
  peek(min?: number, options?: { signal?: AbortSignal }): Promise<Uint8Array | null>;
  /** As `peek`, without a promise; answers like `tryRead`. */
  tryPeek(min?: number): Uint8Array | null | undefined;
  /**
   * Takes `count` of the bytes lent by the last `peek`. What one peek lent may be used up in several calls.
   *
   * @throws PipeError `ERR_PIPE_STATE` when `count` is more than is still lent.
   */
  consume(count: number): void;
  /** What `for await` uses: chunks that are the consumer's. Leaving the loop cancels unless `preventCancel`. */
  values(options?: { preventCancel?: boolean }): AsyncIterableIterator<Uint8Array>;
  /** As `values`, over borrowed memory: each view is valid until the next step of this iteration. Fastest. */
  views(options?: { preventCancel?: boolean }): AsyncIterableIterator<Uint8Array>;
  /**
   * The reader leaves. Undelivered bytes are discarded, waiting calls reject with the reason, and a source
   * that has neither ended nor failed is told once. Without a reason, it is an `ERR_PIPE_CANCELLED`. Does
   * nothing once everything was delivered.
   */
  cancel(reason?: unknown): void;
}
