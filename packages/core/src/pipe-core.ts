import { count as checkCount } from './arguments.ts';
import { isDetached } from './bytes-like.ts';
import { Deferred } from './deferred.ts';
import { emptyStore } from './empty-store.ts';
import type { PipeProbe } from './diagnostics.ts';
import { describe, PipeError } from './errors.ts';
import type { PipeOutcome, PipeState, PipeSummary } from './lifecycle.ts';
import type { PipeLimits, PipeSource } from './options.ts';
import { shouldPause } from './pressure.ts';
import type { ByteStore } from './strategy.ts';
import { Wait, WaitQueue, type Reading, type WaitRequest } from './waits.ts';

/**
 * The one place that holds a store and its state; the writer and the reader are its two doors.
 *
 *     writer ─▶ accept ─▶ │ store │ ─▶ take · takeInto · lend · lendView ─▶ reader
 *              end, fail    state                              cancel
 *
 * Every move has the same three steps: *check* what is asked; *change* bytes and state together; *settle*,
 * that is, answer the parked calls that can go on, weigh the pressure, and only then wake anybody. Hooks and
 * promise reactions always meet a pipe between two moves, and may make another [P5, P12].
 *
 *   I1  written = delivered + discarded + readable
 *   I2  a parked call wants more than is readable, and the pipe is open
 *   I3  lent memory lies within the store; `#lent` and `#viewed` are not both above 0
 *   I4  a pipe that is over and has nothing readable holds no store, except one it has lent memory of
 *   I5  the source has been told what `#paused` says
 */
export class PipeCore {
  readonly limits: PipeLimits;
  readonly #source: PipeSource | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #probe: PipeProbe | undefined;

  #store: ByteStore;
  /** A store let go while memory of it was lent: cleared when the loan ends. */
  #abandoned: ByteStore | null = null;
  #state: PipeState = 'open';
  #reason: unknown = undefined;

  /** Bytes accepted from the producer. */
  #written = 0;
  /** Bytes the consumer got. */
  #delivered = 0;
  /** Accepted bytes the consumer will never get. */
  #discarded = 0;
  /** Bytes at the front that the last peek lent and `consume` may take. */
  #lent = 0;
  /** Bytes at the front that `views()` lent: delivered, and dropped at the next reader call. */
  #viewed = 0;

  readonly #parked = new WaitQueue();
  /** Answered calls whose promises are still to be settled, in the order of the calls [P7]. */
  readonly #answered = new WaitQueue();
  #isWaking = false;

  #paused = false;
  #toldPaused = false;
  #mustTellCancel = false;
  #hookError: { readonly error: unknown } | undefined;
  #ready: Deferred<boolean> | undefined;

  #isSettled = false;
  #summary: PipeSummary | undefined;
  #closed: Deferred<PipeSummary> | undefined;

  constructor(
    store: ByteStore,
    limits: PipeLimits,
    source?: PipeSource,
    signal?: AbortSignal,
    probe?: PipeProbe,
  ) {
    this.#store = store;
    this.limits = limits;
    this.#source = source;
    this.#signal = signal;
    this.#probe = probe;
    signal?.addEventListener('abort', this);
    if (signal?.aborted === true) this.handleEvent();
  }

  /** The pipe's own signal has fired [P13]. */
  handleEvent(): void {
    this.cancel(this.#signal?.reason);
  }

  get readable(): number {
    return this.#store.size - this.#viewed;
  }

  get desiredSize(): number | null {
    return this.#state === 'open' ? this.limits.highWaterMark - this.#store.cost : null;
  }

  // ── Moves of the producer ──

  /** Takes `chunk` in. True: go on. False: stop for now, or nobody reads any more [P9]. */
  accept(chunk: Uint8Array, owned: boolean): boolean {
    if (this.#state === 'ended') throw new PipeError('ERR_PIPE_STATE', 'write was called after end');
    if (this.#state !== 'open') return false;
    const { length } = chunk;
    if (length === 0) {
      if (isDetached(chunk))
        throw new PipeError('ERR_PIPE_ARGUMENT', 'The chunk to write is detached', { value: chunk });
      return !this.#paused;
    }
    const excess = this.#excessOf(length);
    if (excess === undefined) this.#put(chunk, owned, length);
    else this.#breakOff(excess);
    this.settle();
    return this.#state === 'open' && !this.#paused;
  }

  end(): void {
    if (this.#state !== 'open') return;
    const { expectedBytes } = this.limits;
    if (expectedBytes === undefined || this.#written === expectedBytes) this.#finish('ended', undefined);
    else this.#finish('failed', lengthMismatch(expectedBytes, this.#written));
  }

  fail(reason: unknown): void {
    if (this.#state === 'open') this.#finish('failed', reason);
  }

  ready(): Promise<boolean> {
    if (this.#state !== 'open' || !this.#paused) return Promise.resolve(this.#state === 'open');
    this.#ready ??= new Deferred();
    return this.#ready.promise;
  }

  get closed(): Promise<PipeSummary> {
    if (this.#closed === undefined) {
      this.#closed = new Deferred();
      if (this.#summary !== undefined) this.#closed.resolve(this.#summary);
    }
    return this.#closed.promise;
  }

  // ── Moves of the consumer ──
  // Those named …Unsettled are the change alone: their caller settles afterwards, whether they return or throw.

  /** Whether a call for `min` bytes can be answered now: with bytes, the end, or the reason. */
  canAnswer(min: number): boolean {
    return this.readable >= min || this.#state !== 'open';
  }

  /** The same, for a call that may wait: made out of a wake, it must not settle before the call that is being woken [P7]. */
  canAnswerAtOnce(min: number): boolean {
    return this.canAnswer(min) && !this.#isWaking;
  }

  /** Whose calls are parked. */
  get waitingFor(): Reading | undefined {
    return this.#parked.head?.reading;
  }

  /** 1 to `max` bytes that are the consumer's, at least `min` of them unless the end is nearer; `null`: the clean end. */
  takeUnsettled(min: number, max: number | undefined): Uint8Array | null {
    try {
      this.#endLoan();
      if (this.readable === 0) return this.#terminal();
      const bytes = takeAtLeast(this.#store, min, max);
      this.#delivered += bytes.length;
      return bytes;
    } catch (error) {
      return this.#lose(error);
    }
  }

  take(min: number, max: number | undefined): Uint8Array | null {
    try {
      return this.takeUnsettled(min, max);
    } finally {
      this.settle();
    }
  }

  /** Copies bytes into `target` and returns how many; 0: the clean end. */
  takeIntoUnsettled(target: Uint8Array): number {
    // An answer of 0 would read as the clean end, so a target that lost its memory while the call waited is refused.
    if (target.length === 0) {
      throw new PipeError('ERR_PIPE_ARGUMENT', 'The target of readInto has no room', {
        value: target,
        limit: 1,
      });
    }
    try {
      this.#endLoan();
      if (this.readable === 0) return this.#terminal() ?? 0;
      const count = nonZero(this.#store.takeInto(target));
      this.#delivered += count;
      return count;
    } catch (error) {
      return this.#lose(error);
    }
  }

  takeInto(target: Uint8Array): number {
    try {
      return this.takeIntoUnsettled(target);
    } finally {
      this.settle();
    }
  }

  /** Lends what is contiguous at the front, at least `min` bytes unless the end is nearer; `null`: the clean end. */
  lendUnsettled(min: number): Uint8Array | null {
    const view = this.#peek(min);
    this.#lent = view?.length ?? 0;
    return view;
  }

  lend(min: number): Uint8Array | null {
    try {
      return this.lendUnsettled(min);
    } finally {
      this.settle();
    }
  }

  /** Lends what is contiguous at the front, and counts it as delivered. */
  lendViewUnsettled(): Uint8Array | null {
    const view = this.#peek(1);
    this.#viewed = view?.length ?? 0;
    this.#delivered += this.#viewed;
    return view;
  }

  /** Takes `count` of what the last peek lent. */
  consume(count: number): void {
    checkCount('count', count);
    if (this.#state === 'cancelled') {
      // The bytes were discarded under the consumer's hands: nothing is left to take, and nothing went wrong [P14].
      this.releaseLoan();
      return;
    }
    if (count > this.#lent) {
      throw new PipeError('ERR_PIPE_STATE', `consume of ${count} bytes; the last peek lent ${this.#lent}`, {
        value: count,
        limit: this.#lent,
      });
    }
    try {
      this.#store.drop(count);
      this.#lent -= count;
      this.#delivered += count;
    } catch (error) {
      this.#lose(error);
    } finally {
      this.settle();
    }
  }

  /** Ends what `peek` or `views` lent: every reader call does, and so does leaving an iteration. */
  releaseLoan(): void {
    try {
      this.#endLoan();
    } catch (error) {
      this.#giveUpRest(error);
    }
    this.settle();
  }

  /** Ends what `peek` lent. What `views` lent stays until the next step of that iteration, even past a cancel. */
  endPeek(): void {
    if (this.#lent > 0) this.releaseLoan();
  }

  cancel(reason: unknown): void {
    if (this.#state === 'cancelled' || this.#isSettled) return;
    this.#mustTellCancel = this.#state === 'open';
    this.#state = 'cancelled';
    this.#reason =
      reason === undefined ? new PipeError('ERR_PIPE_CANCELLED', 'The reader was cancelled') : reason;
    this.#paused = this.#toldPaused;
    this.#discardRest();
    this.settle();
  }

  // ── Waiting ──

  /** Parks a call until `canAnswer`, or until its own signal fires [P6, P7]. */
  park(reading: Reading, request: WaitRequest): Promise<unknown> {
    const limit = Math.max(this.limits.maxBuffered, this.limits.highWaterMark);
    if (request.min > limit) {
      const message = `A wait for ${request.min} bytes can never be answered: at most ${limit} are buffered (maxBuffered)`;
      return Promise.reject(new PipeError('ERR_PIPE_OVERFLOW', message, { value: request.min, limit }));
    }
    const wait = new Wait(reading, request, this.#giveUp);
    this.#parked.push(wait);
    this.releaseLoan();
    // A call made out of a wake may be answered at once, and is woken in its turn.
    if (this.#isWaking) this.settle();
    return wait.promise;
  }

  readonly #giveUp = (wait: Wait): void => {
    // It is the only one: a call with a signal is a direct one, and those park alone [P7].
    this.#parked.shift();
    wait.refuse(wait.request.signal?.reason);
    this.#answered.push(wait);
    this.settle();
  };

  /** Answers every parked call now: the iterator they belong to is done. */
  dismissParked(): void {
    this.#answerWhile(() => true);
    this.settle();
  }

  #answerWhile(isDue: (wait: Wait) => boolean): void {
    for (let wait = this.#parked.head; wait !== null && isDue(wait); wait = this.#parked.head) {
      this.#parked.shift();
      wait.answer();
      this.#answered.push(wait);
    }
  }

  // ── Settling: what every move ends with ──

  settle(): void {
    if (this.#parked.head !== null) this.#answerWhile((wait) => this.canAnswer(wait.request.min));
    if (this.#state === 'open') {
      const { size, cost } = this.#store;
      this.#paused = shouldPause(this.#paused, cost, size, this.#parked.head !== null, this.limits);
    } else if (!this.#isSettled && this.readable === 0) {
      this.#isSettled = true;
      this.#signal?.removeEventListener('abort', this);
      this.#releaseStore();
    }
    this.#tellSource();
    if (this.#isWaking) return;
    this.#isWaking = true;
    while (this.#wakeNext());
    this.#isWaking = false;
  }

  /**
   * Told at once even from inside another hook: a source that delivers while it resumes (undici's parser does)
   * has to hear `pause` before its next chunk. What was told is noted first, so the calls alternate [P11].
   */
  #tellSource(): void {
    while (this.#toldPaused !== this.#paused) {
      this.#toldPaused = this.#paused;
      this.#tellMark(this.#paused);
    }
    if (this.#mustTellCancel) {
      this.#mustTellCancel = false;
      this.#tellCancel();
    }
  }

  /**
   * Wakes one party, or answers false when nobody is left to wake. A move made while one is woken adds to what
   * the loop in `settle` still has to do, so everybody is woken in order.
   */
  #wakeNext(): boolean {
    const wait = this.#answered.shift();
    if (wait !== null) {
      wait.wake();
    } else if (this.#ready !== undefined && (this.#state !== 'open' || !this.#paused)) {
      const ready = this.#ready;
      this.#ready = undefined;
      ready.resolve(this.#state === 'open');
    } else if (this.#isSettled && this.#state !== 'open' && this.#summary === undefined) {
      this.#summary = this.#sumUp(this.#state);
      this.#probe?.settled(this.#summary);
      this.#closed?.resolve(this.#summary);
    } else {
      return false;
    }
    return true;
  }

  #tellMark(paused: boolean): void {
    // Before the hook: one that delivers at once would have its pause published ahead of this resume.
    this.#probe?.marked(paused, this.readable);
    try {
      if (paused) this.#source?.pause?.();
      else this.#source?.resume?.();
    } catch (error) {
      // Told once more only that it is cancelled: a hook that throws is not called again.
      if (this.#state === 'open') this.#breakOff(error);
      else this.#hookError ??= { error };
      this.settle();
    }
  }

  #tellCancel(): void {
    try {
      this.#source?.cancel?.(this.#reason);
    } catch (error) {
      this.#hookError ??= { error };
    }
  }

  #sumUp(outcome: PipeOutcome): PipeSummary {
    const summary = {
      outcome,
      reason: this.#reason,
      written: this.#written,
      delivered: this.#delivered,
      discarded: this.#discarded,
    };
    return this.#hookError === undefined ? summary : { ...summary, hookError: this.#hookError.error };
  }

  // ── Changes ──

  #excessOf(length: number): PipeError | undefined {
    const { expectedBytes, maxBytes, maxBuffered } = this.limits;
    const total = this.#written + length;
    if (expectedBytes !== undefined && total > expectedBytes) return lengthMismatch(expectedBytes, total);
    if (total > maxBytes) {
      const message = `The body has at least ${total} bytes; maxBytes is ${maxBytes}`;
      return new PipeError('ERR_PIPE_TOO_LARGE', message, { value: total, limit: maxBytes });
    }
    const buffered = this.readable + length;
    if (this.#paused && buffered > maxBuffered) {
      const message = `A write while paused would buffer ${buffered} bytes; maxBuffered is ${maxBuffered}`;
      return new PipeError('ERR_PIPE_OVERFLOW', message, { value: buffered, limit: maxBuffered });
    }
    return undefined;
  }

  #put(chunk: Uint8Array, owned: boolean, length: number): void {
    try {
      const taken = this.#store.put(chunk, owned);
      this.#written += taken;
      if (taken !== length) {
        const message = `The store took ${describe(taken)} of ${length} bytes; only a fixed store may take fewer`;
        this.#breakOff(new PipeError('ERR_PIPE_STRATEGY', message, { value: taken, limit: length }));
      }
    } catch (error) {
      this.#written = this.#delivered + this.#discarded + this.readable;
      this.#breakOff(error);
    }
  }

  /** The producer is done. A paused source is let go: what it reads next belongs to the next body (defect D34). */
  #finish(state: 'ended' | 'failed', reason: unknown): void {
    this.#state = state;
    this.#reason = reason;
    this.#paused = false;
    this.settle();
  }

  /** The pipe itself fails, and the producer is told to stop. */
  #breakOff(reason: unknown): void {
    this.#state = 'failed';
    this.#reason = reason;
    this.#paused = this.#toldPaused;
    this.#mustTellCancel = true;
  }

  /** Accepted bytes can no longer be delivered: never a clean end, but an earlier failure keeps its reason [P2, S8]. */
  #giveUpRest(error: unknown): void {
    if (this.#state === 'open') this.#breakOff(error);
    if (this.#state === 'ended') {
      this.#state = 'failed';
      this.#reason = error;
    }
    this.#discardRest();
  }

  #lose(error: unknown): never {
    // The terminal itself comes this way too: with nothing left to lose, only its reason is thrown again.
    if (this.#state === 'open' || this.#state === 'ended' || this.readable > 0) this.#giveUpRest(error);
    throw this.#reason;
  }

  #discardRest(): void {
    // Not what the store still counts: one that threw in the middle may have removed bytes that nobody got [I1].
    this.#discarded = this.#written - this.#delivered;
    this.#releaseStore();
  }

  #releaseStore(): void {
    if (this.#lent + this.#viewed > 0) this.#abandoned = this.#store;
    else this.#store.clear();
    this.#lent = 0;
    this.#viewed = 0;
    this.#store = emptyStore;
  }

  #endLoan(): void {
    if (this.#abandoned !== null) {
      this.#abandoned.clear();
      this.#abandoned = null;
    }
    if (this.#lent + this.#viewed === 0) return;
    const count = this.#viewed;
    this.#lent = 0;
    this.#viewed = 0;
    this.#store.drop(count);
  }

  #peek(min: number): Uint8Array | null {
    try {
      this.#endLoan();
      if (this.readable === 0) return this.#terminal();
      return nonEmpty(peekAtLeast(this.#store, Math.min(min, this.#store.size)));
    } catch (error) {
      return this.#lose(error);
    }
  }

  #terminal(): null {
    if (this.#state === 'ended') return null;
    throw this.#reason;
  }

  /** Throws when one of I1–I5 does not hold. For tests. */
  checkInvariants(): void {
    const parked = this.#parked.head;
    const broken = [
      this.#written !== this.#delivered + this.#discarded + this.readable && 'I1',
      parked !== null && this.canAnswer(parked.request.min) && 'I2',
      (this.#lent + this.#viewed > this.#store.size || (this.#lent > 0 && this.#viewed > 0)) && 'I3',
      this.#state !== 'open' && this.readable === 0 && this.#store !== emptyStore && 'I4',
      this.#toldPaused !== this.#paused && 'I5',
    ].filter((law) => law !== false);
    if (broken.length > 0) throw new Error(`Broken invariants of the pipe: ${broken.join(', ')}`);
  }
}

function lengthMismatch(expected: number, received: number): PipeError {
  const message = `The body has ${received} bytes; ${expected} were declared (expectedBytes)`;
  return new PipeError('ERR_PIPE_LENGTH_MISMATCH', message, { expected, received });
}

function nonEmpty(bytes: Uint8Array): Uint8Array {
  if (bytes.length > 0) return bytes;
  throw new PipeError('ERR_PIPE_STRATEGY', 'The store handed out an empty array while it holds bytes');
}

function peekAtLeast(store: ByteStore, min: number): Uint8Array {
  try {
    return store.peek(min);
  } catch {
    // A chunk within `min` is detached: what is sound in front of it is lent; with nothing there, this throws too [S8].
    return store.peek();
  }
}

/** What the store gives at once, topped up with a copy when that is fewer than `min`. */
function takeAtLeast(store: ByteStore, min: number, max: number | undefined): Uint8Array {
  const first = nonEmpty(store.take(max));
  if (first.length >= min || store.size === 0) return first;
  const bytes = new Uint8Array(Math.min(min, first.length + store.size));
  bytes.set(first);
  let filled = first.length;
  try {
    while (filled < bytes.length) filled += nonZero(store.takeInto(bytes.subarray(filled)));
  } catch {
    // The sound bytes go out first; the store throws again at the next call, and the pipe fails with it [S8].
    return bytes.slice(0, filled);
  }
  return bytes;
}

function nonZero(count: number): number {
  if (count > 0) return count;
  throw new PipeError('ERR_PIPE_STRATEGY', 'The store copied nothing out while it holds bytes');
}
