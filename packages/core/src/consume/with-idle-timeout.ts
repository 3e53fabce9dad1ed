import { describe, PipeError } from '../errors.ts';
import { checkOptionNames, optionNames } from '../option-names.ts';
import { checkReader } from '../pipe-halves.ts';
import type { PipeReader, ReadIntoOptions, ReadOptions } from '../pipe-reader.ts';
import { IdleClock, type SlowSide } from './idle-clock.ts';
import { runtimeTimers, type Timers } from './timers.ts';

export interface IdleTimeoutOptions {
  /** How long one side may leave the other waiting, in milliseconds: a whole number up to 2_147_483_647. */
  idleTimeoutMs: number;
  /** Whose slowness counts. Default `both`. */
  side?: SlowSide | 'both';
  /** The clock to go by. Default: the runtime's. */
  timers?: Timers;
}

const names = optionNames<IdleTimeoutOptions>({ idleTimeoutMs: true, side: true, timers: true });

/** More than this, and `setTimeout` fires at once. */
const MAX_TIMEOUT_MS = 2_147_483_647;

/**
 * The same body, with a limit on idling. It is cancelled with `ERR_PIPE_TIMEOUT` — for its source and for every
 * call from then on — when
 *
 * - `side: 'producer'`: a call has waited for `idleTimeoutMs` and no byte has come;
 * - `side: 'consumer'`: bytes have been there for `idleTimeoutMs` and nobody has come for them. A view that
 *   `views()` lent counts as being there until the next step.
 *
 * Time in which there is nothing to read and nobody waits is nobody's. Where bytes come without settling a call (a
 * wait for a `min` of many), it may take up to twice the limit to see that none has come since.
 *
 * The body is read through what this returns from now on, and no other way. The timer is gone once the end, the
 * failure or a cancel has been seen, and does not keep a Node process alive.
 *
 * @throws PipeError `ERR_PIPE_ARGUMENT` when `idleTimeoutMs` is out of range.
 */
export function withIdleTimeout(reader: PipeReader, options: IdleTimeoutOptions): PipeReader {
  checkReader('withIdleTimeout()', reader);
  checkOptionNames('withIdleTimeout()', options, names);
  const { idleTimeoutMs, side = 'both', timers = runtimeTimers } = options;
  if (!Number.isSafeInteger(idleTimeoutMs) || idleTimeoutMs < 1 || idleTimeoutMs > MAX_TIMEOUT_MS) {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `idleTimeoutMs is ${describe(idleTimeoutMs)}; it must be a whole number from 1 to ${MAX_TIMEOUT_MS}`,
      { value: idleTimeoutMs, limit: MAX_TIMEOUT_MS },
    );
  }
  if (side !== 'producer' && side !== 'consumer' && side !== 'both') {
    throw new PipeError(
      'ERR_PIPE_ARGUMENT',
      `side is ${describe(side)}; it must be "producer", "consumer" or "both"`,
      { value: side },
    );
  }
  return new TimedReader(reader, new IdleClock(reader, idleTimeoutMs, side, timers));
}

class TimedReader implements PipeReader {
  readonly #reader: PipeReader;
  readonly #clock: IdleClock;
  readonly #calls: TimedCalls<Uint8Array | number | null>;

  constructor(reader: PipeReader, clock: IdleClock) {
    this.#reader = reader;
    this.#clock = clock;
    this.#calls = new TimedCalls(clock, isNothing);
  }

  get size(): number {
    return this.#reader.size;
  }

  tryRead(max?: number): Uint8Array | null | undefined {
    return this.#atOnce(() => this.#reader.tryRead(max));
  }

  tryPeek(min?: number): Uint8Array | null | undefined {
    return this.#atOnce(() => this.#reader.tryPeek(min));
  }

  consume(count: number): void {
    this.#clock.come();
    this.#reader.consume(count);
    this.#clock.came();
  }

  read(options?: ReadOptions): Promise<Uint8Array | null> {
    return this.#calls.time(() => this.#reader.read(options));
  }

  readInto(target: Uint8Array, options?: ReadIntoOptions): Promise<number> {
    return this.#calls.time(() => this.#reader.readInto(target, options));
  }

  peek(min?: number, options?: { signal?: AbortSignal }): Promise<Uint8Array | null> {
    return this.#calls.time(() => this.#reader.peek(min, options));
  }

  values(options?: { preventCancel?: boolean }): AsyncIterableIterator<Uint8Array> {
    return new TimedIterator(this.#reader.values(options), this.#clock, false);
  }

  views(options?: { preventCancel?: boolean }): AsyncIterableIterator<Uint8Array> {
    return new TimedIterator(this.#reader.views(options), this.#clock, true);
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<Uint8Array> {
    return this.values();
  }

  cancel(reason?: unknown): void {
    this.#clock.stop();
    this.#reader.cancel(reason);
  }

  [Symbol.asyncDispose](): PromiseLike<void> {
    this.#clock.stop();
    return this.#reader[Symbol.asyncDispose]();
  }

  #atOnce(call: () => Uint8Array | null | undefined): Uint8Array | null | undefined {
    this.#clock.come();
    let answer: Uint8Array | null | undefined = null;
    try {
      answer = call();
    } finally {
      if (answer === null) this.#clock.suspectEnd();
      this.#clock.came();
    }
    return answer;
  }
}

class TimedIterator implements AsyncIterableIterator<Uint8Array> {
  readonly #iterator: AsyncIterableIterator<Uint8Array>;
  readonly #clock: IdleClock;
  readonly #calls: TimedCalls<IteratorResult<Uint8Array>>;

  constructor(iterator: AsyncIterableIterator<Uint8Array>, clock: IdleClock, lends: boolean) {
    this.#iterator = iterator;
    this.#clock = clock;
    this.#calls = new TimedCalls(clock, isDone, lends ? bytesOf : undefined);
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<Uint8Array>> {
    return this.#calls.time(() => this.#iterator.next());
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    return this.#leave(this.#iterator.return?.());
  }

  throw(reason?: unknown): Promise<IteratorResult<Uint8Array>> {
    return this.#leave(this.#iterator.throw?.(reason));
  }

  #leave(left: Promise<IteratorResult<Uint8Array>> | undefined): Promise<IteratorResult<Uint8Array>> {
    this.#clock.suspectEnd();
    return left ?? Promise.resolve({ done: true, value: undefined });
  }
}

/**
 * Lets calls run on the clock: what they wait for is the producer's turn. No async function: of what the proxy left to V8
 * for each piece of a slow client's, its state was a third. And no function that a reader makes once and assigns to a
 * field: V8 takes those for long-lived and makes them old at once, and what they reach stays with them until its next
 * full collection. So did every body of one chunk, and a request took half as long again (Node 24).
 */
class TimedCalls<Answer> {
  readonly #clock: IdleClock;
  readonly #looksLikeTheEnd: (answer: Answer) => boolean;
  readonly #lentBy: ((answer: Answer) => number) | undefined;

  constructor(
    clock: IdleClock,
    looksLikeTheEnd: (answer: Answer) => boolean,
    lentBy?: (answer: Answer) => number,
  ) {
    this.#clock = clock;
    this.#looksLikeTheEnd = looksLikeTheEnd;
    this.#lentBy = lentBy;
  }

  time<T extends Answer>(call: () => Promise<T>): Promise<T> {
    this.#clock.begin();
    let answer: Promise<T>;
    try {
      answer = call();
    } catch (reason) {
      answer = Promise.reject(reason);
    }
    return answer.then(
      (bytes) => this.#answered(bytes),
      (reason: unknown) => this.#failed(reason),
    );
  }

  #answered<T extends Answer>(answer: T): T {
    if (this.#looksLikeTheEnd(answer)) this.#clock.suspectEnd();
    this.#clock.settle(this.#lentBy?.(answer));
    return answer;
  }

  #failed(reason: unknown): never {
    this.#clock.suspectEnd();
    this.#clock.settle();
    throw reason;
  }
}

function isNothing(answer: Uint8Array | number | null): boolean {
  return answer === null || answer === 0;
}

function isDone({ done }: IteratorResult<Uint8Array>): boolean {
  return done === true;
}

function bytesOf({ done, value }: IteratorResult<Uint8Array>): number {
  return done === true ? 0 : value.length;
}
