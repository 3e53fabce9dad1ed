import type {
  BufferStrategy,
  ByteStore,
  Pipe,
  PipeOptions,
  PipeReader,
  PipeSummary,
  PipeWriter,
} from '@millrace/core';

/**
 * A pipe written from the contract alone, without a look at core's: the suite must accept it, and the defective
 * pipes are this one with one thing wrong. Plain before fast: one list of waits, one `settle` after each change.
 * Nothing here is private, so that a defect can be put anywhere.
 */

/** A whole number of bytes from `least` on. */
function requireCount(value: number | undefined, least: number): void {
  if (value === undefined || (Number.isSafeInteger(value) && value >= least)) return;
  throw pipeError('ERR_PIPE_ARGUMENT', { value, limit: least });
}

function requireAtMost(value: number, limit: number): void {
  if (value > limit) throw pipeError('ERR_PIPE_ARGUMENT', { value, limit });
}

function requireChunk(chunk: unknown): void {
  const isSound = chunk instanceof Uint8Array && (chunk.length > 0 || !isDetached(chunk));
  if (!isSound) throw pipeError('ERR_PIPE_ARGUMENT', { value: chunk });
}

function isDetached({ buffer }: Uint8Array): boolean {
  try {
    return new Uint8Array(buffer).length < 0;
  } catch {
    return true;
  }
}

function requireRoom(target: unknown): void {
  if (!(target instanceof Uint8Array) || target.length === 0)
    throw pipeError('ERR_PIPE_ARGUMENT', { value: target, limit: 1 });
}

export function pipeError(code: string, details: object = {}): Error {
  return Object.assign(new Error(code), { code }, details);
}

export interface Wait {
  readonly min: number;
  /** Takes what is due and answers it; throws the reason. Called when it can be answered. */
  readonly take: () => unknown;
  readonly owner: unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (reason: unknown) => void;
  readonly isReader: boolean;
  forget: () => void;
}

type Terminal = 'open' | 'ended' | 'failed' | 'cancelled';

export class PlainPipe {
  readonly options: PipeOptions;
  readonly high: number;
  readonly low: number;
  readonly maxBuffered: number;
  store: ByteStore;
  /** Bytes a fixed store had no room for. */
  overflow: number[] = [];
  state: Terminal = 'open';
  reason: unknown;
  written = 0;
  delivered = 0;
  discarded = 0;
  waits: Wait[] = [];
  wakes: (() => void)[] = [];
  lent = 0;
  viewed = 0;
  paused = false;
  toldPaused = false;
  hookThrew = false;
  hookError: { readonly error: unknown } | undefined;
  readyWaits: ((isReady: boolean) => void)[] = [];
  closedWaits: ((summary: PipeSummary) => void)[] = [];
  isTelling = false;
  isWaking = false;
  readonly writer: PipeWriter;
  readonly reader: PipeReader;

  constructor(strategy: BufferStrategy, options: PipeOptions = {}) {
    this.requireOptions(options);
    this.options = options;
    this.high = options.highWaterMark ?? 65_536;
    this.low = options.lowWaterMark ?? this.high / 2;
    this.maxBuffered = options.maxBuffered ?? 4 * this.high;
    this.store = strategy.createStore({ capacityBytes: this.high });
    this.writer = this.makeWriter();
    this.reader = this.makeReader();
    const { signal } = options;
    if (signal?.aborted === true) this.cancel(signal.reason);
    else signal?.addEventListener('abort', () => this.cancel(signal.reason));
  }

  requireOptions({
    highWaterMark = 65_536,
    lowWaterMark,
    maxBuffered,
    expectedBytes,
    maxBytes,
  }: PipeOptions): void {
    const limitless = (value: number | undefined): number | undefined => (value === Infinity ? 0 : value);
    requireCount(highWaterMark, 0);
    requireCount(lowWaterMark, 0);
    requireCount(limitless(maxBuffered), 0);
    requireCount(expectedBytes, 0);
    requireCount(limitless(maxBytes), 0);
    if (lowWaterMark !== undefined && highWaterMark > 0 && lowWaterMark >= highWaterMark)
      throw pipeError('ERR_PIPE_ARGUMENT', { value: lowWaterMark, limit: highWaterMark });
  }

  get size(): number {
    return this.store.size + this.overflow.length - this.viewed;
  }

  get cost(): number {
    return this.store.cost + this.overflow.length;
  }

  // ── The producer ────────────────────────────────────────────────────────────────────────────────────

  write(chunk: Uint8Array, owned: boolean): boolean {
    this.requireChunk(chunk);
    if (this.state === 'ended') throw pipeError('ERR_PIPE_STATE');
    if (this.state !== 'open') return false;
    if (chunk.length > 0) {
      const excess = this.excess(chunk.length);
      if (excess === null) {
        this.written += chunk.length;
        this.put(chunk, owned);
      } else {
        this.state = 'failed';
        this.reason = excess;
        this.tellCancel(excess);
      }
      this.settle();
    }
    return this.writeAnswer();
  }

  requireChunk(chunk: unknown): void {
    requireChunk(chunk);
  }

  writeAnswer(): boolean {
    return this.state === 'open' && !this.paused;
  }

  excess(length: number): Error | null {
    const { expectedBytes, maxBytes } = this.options;
    if (expectedBytes !== undefined && this.written + length > expectedBytes)
      return this.lengthMismatch(expectedBytes, this.written + length);
    if (maxBytes !== undefined && this.written + length > maxBytes)
      return pipeError('ERR_PIPE_TOO_LARGE', { limit: maxBytes });
    return this.paused && this.size + length > this.maxBuffered
      ? pipeError('ERR_PIPE_OVERFLOW', { limit: this.maxBuffered })
      : null;
  }

  lengthMismatch(expected: number, received: number): Error {
    return pipeError('ERR_PIPE_LENGTH_MISMATCH', { expected, received });
  }

  put(chunk: Uint8Array, owned: boolean): void {
    const taken = this.overflow.length === 0 ? this.store.put(chunk, owned) : 0;
    for (const byte of chunk.subarray(taken)) this.overflow.push(byte);
  }

  refill(): void {
    while (this.overflow.length > 0) {
      const taken = this.store.put(Uint8Array.from(this.overflow), false);
      if (taken === 0) return;
      this.overflow.splice(0, taken);
    }
  }

  end(): void {
    if (this.state !== 'open') return;
    const { expectedBytes } = this.options;
    if (expectedBytes === undefined || expectedBytes === this.written) this.state = 'ended';
    else {
      this.state = 'failed';
      this.reason = this.lengthMismatch(expectedBytes, this.written);
    }
    this.settle();
  }

  fail(reason: unknown): void {
    if (this.state !== 'open') return;
    this.state = 'failed';
    this.reason = reason;
    this.settle();
  }

  ready(): Promise<boolean> {
    if (this.state !== 'open') return Promise.resolve(false);
    if (!this.paused) return Promise.resolve(true);
    return new Promise((resolve) => this.readyWaits.push(resolve));
  }

  // ── The consumer ────────────────────────────────────────────────────────────────────────────────────

  endLoan(): void {
    this.lent = 0;
    if (this.viewed === 0) return;
    const { viewed } = this;
    this.viewed = 0;
    this.removeBytes(viewed);
  }

  removeBytes(count: number): void {
    const stored = Math.min(count, this.store.size);
    this.store.drop(stored);
    this.overflow.splice(0, count - stored);
    this.refill();
  }

  takeBytes(min: number, max: number): Uint8Array {
    let bytes = this.store.take(max);
    this.refill();
    while (bytes.length < Math.min(min, max) && this.size > 0) {
      const more = this.store.take(max - bytes.length);
      bytes = Uint8Array.from([...bytes, ...more]);
      this.refill();
    }
    this.delivered += bytes.length;
    return bytes;
  }

  lendBytes(min: number): Uint8Array {
    if (min <= this.store.size || this.overflow.length === 0)
      return this.store.peek(Math.min(min, this.store.size));
    const stored = this.store.size === 0 ? [] : this.store.peek(this.store.size);
    return Uint8Array.from([...stored, ...this.overflow]);
  }

  /** What a read without bytes answers once the pipe is over. */
  terminal(): null {
    if (this.state !== 'ended') throw this.reason;
    return null;
  }

  canAnswer(min: number): boolean {
    return this.size >= min || this.state !== 'open';
  }

  /** Answers now or waits; `owner` is the iteration, or `null` for a direct call. */
  request(min: number, owner: unknown, take: () => unknown, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted === true) return Promise.reject(signal.reason);
    const [head] = this.waits;
    if (head !== undefined && (owner === null || head.owner !== owner)) {
      return Promise.reject(
        pipeError(owner === null && head.owner === null ? 'ERR_PIPE_BUSY' : 'ERR_PIPE_LOCKED'),
      );
    }
    const longest = Math.max(this.maxBuffered, this.high);
    if (!this.canAnswer(min) && min > longest) return this.refuseWait(min, longest);
    if (head === undefined) this.endLoan();
    return new Promise((resolve, reject) => {
      const wait: Wait = { min, owner, take, resolve, reject, isReader: true, forget: () => undefined };
      if (signal !== undefined) {
        const onAbort = (): void => {
          wait.forget();
          this.waits = this.waits.filter((other) => other !== wait);
          reject(signal.reason);
          this.settle();
        };
        signal.addEventListener('abort', onAbort);
        wait.forget = () => signal.removeEventListener('abort', onAbort);
      }
      this.waits.push(wait);
      this.settle();
    });
  }

  /** More is wanted than can ever be there. */
  refuseWait(value: number, limit: number): Promise<unknown> {
    return Promise.reject(pipeError('ERR_PIPE_OVERFLOW', { value, limit }));
  }

  /** Arguments that make no sense are refused before anything else is looked at. */
  checked(check: () => void, call: () => Promise<unknown>): Promise<unknown> {
    try {
      check();
    } catch (error) {
      return Promise.reject(error);
    }
    return call();
  }

  requireRange(min: number, max: number = Infinity): void {
    requireCount(min, 1);
    if (max !== Infinity) requireCount(max, 1);
    requireAtMost(min, max);
  }

  cancel(reason?: unknown): void {
    if (this.state === 'cancelled' || (this.state !== 'open' && this.size === 0)) return;
    const why = reason === undefined ? pipeError('ERR_PIPE_CANCELLED') : reason;
    const mustTell = this.state === 'open';
    this.state = 'cancelled';
    this.reason = why;
    this.discarded = this.written - this.delivered;
    this.store.clear();
    this.overflow = [];
    this.viewed = 0;
    this.lent = 0;
    if (mustTell) this.tellCancel(why);
    this.settle();
  }

  // ── Settling ────────────────────────────────────────────────────────────────────────────────────────

  /** After each change of state: answer what can be answered, weigh the pressure, then wake and tell. */
  settle(): void {
    this.answerWaits();
    this.weigh();
    this.closeIfSettled();
    this.wakeAndTell();
  }

  answerWaits(): void {
    for (let [wait] = this.waits; wait !== undefined && this.canAnswer(wait.min); [wait] = this.waits) {
      this.waits.shift();
      this.answer(wait);
    }
  }

  answer(wait: Wait): void {
    wait.forget();
    try {
      const value = wait.take();
      this.wakes.push(() => wait.resolve(value));
    } catch (reason) {
      this.wakes.push(() => wait.reject(reason));
    }
  }

  weigh(): void {
    if (this.state !== 'open') return;
    if (this.size === 0 || this.waits.length > 0) this.paused = false;
    else this.paused = this.paused ? this.cost > this.low : this.cost >= this.high;
  }

  closeIfSettled(): void {
    const isOver = this.state !== 'open';
    if (isOver || !this.paused) {
      const { readyWaits } = this;
      this.readyWaits = [];
      this.wakes.push(...readyWaits.map((wake) => () => wake(!isOver)));
    }
    if (!isOver || this.size > 0) return;
    const { closedWaits } = this;
    this.closedWaits = [];
    this.wakes.push(...closedWaits.map((wake) => () => wake(this.summary())));
  }

  summary(): PipeSummary {
    const { state, reason, written, delivered, discarded, hookError } = this;
    return {
      outcome: state === 'open' ? 'ended' : state,
      reason: state === 'ended' ? undefined : reason,
      written,
      delivered,
      discarded,
      ...(hookError !== undefined && { hookError: hookError.error }),
    };
  }

  wakeAndTell(): void {
    // Resolving may run user code that comes back here: what is due then waits for its turn.
    if (this.isWaking) return;
    this.isWaking = true;
    for (let wake = this.wakes.shift(); wake !== undefined; wake = this.wakes.shift()) wake();
    this.isWaking = false;
    if (this.state !== 'open' || this.toldPaused === this.paused || this.hookThrew || this.isTelling) return;
    this.isTelling = true;
    while (this.state === 'open' && this.toldPaused !== this.paused && !this.hookThrew) this.tellPressure();
    this.isTelling = false;
  }

  tellPressure(): void {
    this.toldPaused = this.paused;
    try {
      if (this.paused) this.options.source?.pause?.();
      else this.options.source?.resume?.();
    } catch (reason) {
      this.hookThrew = true;
      this.fail(reason);
    }
  }

  tellCancel(reason: unknown): void {
    try {
      this.options.source?.cancel?.(reason);
    } catch (error) {
      this.hookError = { error };
    }
  }

  // ── The two doors ───────────────────────────────────────────────────────────────────────────────────

  makeWriter(): PipeWriter {
    const desiredSize = (): number | null => (this.state === 'open' ? this.high - this.cost : null);
    return {
      get desiredSize() {
        return desiredSize();
      },
      write: (chunk) => this.write(chunk, true),
      writeCopy: (view) => this.write(view, false),
      ready: () => this.ready(),
      end: () => this.end(),
      fail: (reason) => this.fail(reason),
      closed: new Promise((resolve) => this.closedWaits.push(resolve)),
    };
  }

  makeReader(): PipeReader {
    const size = (): number => this.size;
    return {
      get size() {
        return size();
      },
      tryRead: (max) => {
        this.requireRange(1, max);
        return this.tryNow(() => this.takeBytes(1, max ?? Number.POSITIVE_INFINITY), 1);
      },
      read: ({ min = 1, max = Number.POSITIVE_INFINITY, signal } = {}) =>
        this.checked(
          () => this.requireRange(min, max),
          () => this.request(min, null, () => this.bytesOrEnd(() => this.takeBytes(min, max)), signal),
        ) as Promise<Uint8Array | null>,
      readInto: (target, { min = 1, signal } = {}) =>
        this.checked(
          () => {
            requireRoom(target);
            this.requireRange(min, target.length);
          },
          () => this.request(min, null, () => this.readInto(target), signal),
        ) as Promise<number>,
      peek: (min = 1, { signal } = {}) =>
        this.checked(
          () => this.requireRange(min),
          () => this.request(min, null, () => this.bytesOrEnd(() => this.lend(min)), signal),
        ) as Promise<Uint8Array | null>,
      tryPeek: (min = 1) => {
        this.requireRange(min);
        return this.tryNow(() => this.lend(min), min);
      },
      consume: (count) => this.consume(count),
      values: (options) => this.iterate(() => this.takeBytes(1, Number.POSITIVE_INFINITY), options),
      views: (options) => this.iterate(() => this.view(), options),
      cancel: (reason) => this.cancel(reason),
      [Symbol.asyncIterator]: () => this.reader.values(),
      [Symbol.asyncDispose]: () => {
        this.cancel();
        return Promise.resolve();
      },
    };
  }

  bytesOrEnd(take: () => Uint8Array): Uint8Array | null {
    return this.size > 0 ? take() : this.terminal();
  }

  readInto(target: Uint8Array): number {
    if (this.size === 0) return this.terminal() ?? 0;
    let filled = 0;
    while (filled < target.length && this.size > 0) {
      filled += this.store.takeInto(target.subarray(filled));
      this.refill();
    }
    this.delivered += filled;
    return filled;
  }

  lend(min: number): Uint8Array {
    const view = this.lendBytes(Math.min(min, this.size));
    this.lent = view.length;
    return view;
  }

  view(): Uint8Array {
    const view = this.lendBytes(1);
    this.viewed = view.length;
    this.delivered += view.length;
    return view;
  }

  tryNow(take: () => Uint8Array, min: number): Uint8Array | null | undefined {
    if (this.waits.length > 0) return undefined;
    this.endLoan();
    if (!this.canAnswer(min)) {
      this.settle();
      return undefined;
    }
    const bytes = this.bytesOrEnd(take);
    this.settle();
    return bytes;
  }

  consume(count: number): void {
    requireCount(count, 0);
    if (count > this.lent) throw pipeError('ERR_PIPE_STATE', { value: count, limit: this.lent });
    this.lent -= count;
    this.delivered += count;
    this.removeBytes(count);
    this.settle();
  }

  iterate(take: () => Uint8Array, { preventCancel = false } = {}): AsyncIterableIterator<Uint8Array> {
    const owner = { isDone: false };
    const done = (value?: unknown): IteratorResult<Uint8Array> => ({ done: true, value });
    const step = (): IteratorResult<Uint8Array> => {
      if (owner.isDone) return done();
      if (this.size > 0) return { done: false, value: take() };
      owner.isDone = true;
      this.terminal();
      return done();
    };
    const leave = (reason?: unknown): void => {
      if (owner.isDone) return;
      owner.isDone = true;
      const mine = this.waits.filter((wait) => wait.owner === owner);
      this.waits = this.waits.filter((wait) => wait.owner !== owner);
      for (const wait of mine) this.answer(wait);
      if (!preventCancel) this.cancel(reason);
      this.settle();
    };
    return {
      next: () =>
        owner.isDone
          ? Promise.resolve(done())
          : (this.request(1, owner, step) as Promise<IteratorResult<Uint8Array>>),
      return: (value?: unknown) => {
        leave();
        return Promise.resolve(done(value));
      },
      throw: (reason?: unknown) => {
        leave(reason);
        return Promise.reject(reason);
      },
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  }
}

export function createPlainPipe(strategy: BufferStrategy, options?: PipeOptions): Pipe {
  return new PlainPipe(strategy, options);
}
