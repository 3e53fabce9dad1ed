import { AbortableWait } from './abortable-wait.ts';
import { checkSignal, positive } from './arguments.ts';
import { isUint8Array } from './bytes-like.ts';
import { GatherCall, PeekCall, ReadCall, ReadIntoCall } from './direct-calls.ts';
import { describe, PipeError } from './errors.ts';
import { checkOptionNames, optionNames } from './option-names.ts';
import type { PipeCore } from './pipe-core.ts';
import { PipeIterator, type Iteration } from './pipe-iterator.ts';
import { Wait, type ParkedCall } from './wait.ts';

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

interface IterationOptions {
  preventCancel?: boolean;
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

/** What bytes that are lent can be turned into: nothing, or the taker's own. A `PipeReader` is one, too. */
export interface LentBytes {
  consume(count: number): void;
  tryRead(max: number): Uint8Array | null | undefined;
}

/** Takes all or some of what is lent, and says how many. */
export type TakeLent = (lent: Uint8Array, bytes: LentBytes) => number;

const values: Iteration = { lends: false, preventCancel: false };
const keptValues: Iteration = { lends: false, preventCancel: true };
const views: Iteration = { lends: true, preventCancel: false };
const keptViews: Iteration = { lends: true, preventCancel: true };

const iterationNames = optionNames<IterationOptions>({ preventCancel: true });

export class Reader implements PipeReader {
  readonly #core: PipeCore;

  constructor(core: PipeCore) {
    this.#core = core;
  }

  get size(): number {
    return this.#core.readable;
  }

  tryRead(max?: number): Uint8Array | null | undefined {
    if (max !== undefined) positive('max', max);
    return this.mustWait(1) ? undefined : this.#core.take(1, max);
  }

  // `read`, `readInto` and `peek` take any name for an option, but no other value: to refuse names took a tenth of each call.

  read(options: ReadOptions = {}): Promise<Uint8Array | null> {
    if (!isOptions(options)) return noOptions('read()', options);
    const { min = 1, max, signal } = options;
    try {
      positive('min', min);
      if (max !== undefined) atMost(min, positive('max', max), 'max');
      if (this.mayAnswer(min, signal)) return Promise.resolve(this.#core.take(min, max));
    } catch (reason) {
      return Promise.reject(reason);
    }
    return this.park(new ReadCall(this.#core, min, max), signal) as Promise<Uint8Array | null>;
  }

  readInto(target: Uint8Array, options: ReadIntoOptions = {}): Promise<number> {
    if (!isOptions(options)) return noOptions('readInto()', options);
    const { min = 1, signal } = options;
    try {
      atMost(positive('min', min), roomIn(target), 'target.length');
      if (this.mayAnswer(min, signal)) return Promise.resolve(this.#core.takeInto(target));
    } catch (reason) {
      return Promise.reject(reason);
    }
    return this.park(new ReadIntoCall(this.#core, min, target), signal) as Promise<number>;
  }

  tryPeek(min: number = 1): Uint8Array | null | undefined {
    positive('min', min);
    return this.mustWait(min) ? undefined : this.#core.lend(min);
  }

  peek(min: number = 1, options: { signal?: AbortSignal } = {}): Promise<Uint8Array | null> {
    if (!isOptions(options)) return noOptions('peek()', options);
    const { signal } = options;
    try {
      positive('min', min);
      if (this.mayAnswer(min, signal)) return Promise.resolve(this.#core.lend(min));
    } catch (reason) {
      return Promise.reject(reason);
    }
    return this.park(new PeekCall(this.#core, min), signal) as Promise<Uint8Array | null>;
  }

  /**
   * As `peek`, for one who wants the whole body and takes long chunks as they come: see `GatherCall`. Not for users, since
   * `takeLong` runs in the middle of a move, and may call nothing but what it is handed.
   */
  gather(longBytes: number, takeLong: TakeLent, signal: AbortSignal | undefined): Promise<Uint8Array | null> {
    const core = this.#core;
    const bytes: LentBytes = {
      consume: (count) => core.dropUnsettled(count),
      tryRead: (count) => core.takeUnsettled(1, count),
    };
    try {
      if (this.mayAnswer(1, signal)) return Promise.resolve(core.lend(1));
    } catch (reason) {
      return Promise.reject(reason);
    }
    const call = new GatherCall(core, longBytes, (lent) => takeLong(lent, bytes));
    return this.park(call, signal) as Promise<Uint8Array | null>;
  }

  consume(count: number): void {
    this.#core.consume(count);
  }

  values(options?: IterationOptions): AsyncIterableIterator<Uint8Array> {
    if (options !== undefined) checkOptionNames('values()', options, iterationNames);
    return new PipeIterator(this.#core, options?.preventCancel === true ? keptValues : values);
  }

  views(options?: IterationOptions): AsyncIterableIterator<Uint8Array> {
    if (options !== undefined) checkOptionNames('views()', options, iterationNames);
    return new PipeIterator(this.#core, options?.preventCancel === true ? keptViews : views);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this.values();
  }

  cancel(reason?: unknown): void {
    this.#core.endPeek();
    this.#core.cancel(reason);
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.cancel();
    return Promise.resolve();
  }

  /** For the calls that never wait: whether they would have to. */
  private mustWait(min: number): boolean {
    if (this.#core.parked !== null) return true;
    if (this.#core.canAnswer(min)) return false;
    this.#core.releaseLoan();
    return !this.#core.canAnswer(min);
  }

  /** For the calls that may wait: refuses those that may not, and says whether this one can be answered at once. */
  private mayAnswer(min: number, signal: AbortSignal | undefined): boolean {
    if (signal !== undefined) {
      checkSignal(signal);
      if (signal.aborted) throw signal.reason;
    }
    const { parked } = this.#core;
    if (parked !== null) {
      throw parked.call.iterator === null
        ? new PipeError('ERR_PIPE_BUSY', 'Another read of this pipe is waiting; await it first')
        : new PipeError(
            'ERR_PIPE_LOCKED',
            'An iterator of this pipe is waiting; read through it, or await it first',
          );
    }
    return this.#core.canAnswerAtOnce(min);
  }

  private park(call: ParkedCall, signal: AbortSignal | undefined): Promise<unknown> {
    const core = this.#core;
    return core.park(signal === undefined ? new Wait(call) : new AbortableWait(core, call, signal));
  }
}

function isOptions(options: object): boolean {
  return typeof options === 'object' && options !== null;
}

function noOptions(of: string, options: unknown): Promise<never> {
  const message = `the options of ${of} are ${describe(options)}, no object`;
  return Promise.reject(new PipeError('ERR_PIPE_ARGUMENT', message, { value: options }));
}

function atMost(min: number, limit: number, name: string): void {
  if (min <= limit) return;
  throw new PipeError('ERR_PIPE_ARGUMENT', `min is ${min}; it must be at most ${name}, ${limit}`, {
    value: min,
    limit,
  });
}

function roomIn(target: Uint8Array): number {
  if (isUint8Array(target) && target.length > 0) return target.length;
  throw new PipeError(
    'ERR_PIPE_ARGUMENT',
    `target is ${describe(target)}; it must be a Uint8Array with room`,
    {
      value: target,
      limit: 1,
    },
  );
}
