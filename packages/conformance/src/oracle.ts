import { UnseenTerminals } from './unseen-terminals.ts';
import type { UnseenTerminal } from './unseen-terminals.ts';

/**
 * What the contract says about a pipe, slow and plain: offsets into the stream, a list of parked calls, one
 * state. It predicts each answer at the moment of the call that decides it [P5].
 *
 *     0 ── delivered or discarded ── front ── readable ── back ──▶ not written
 *
 * How many bytes one answer carries is the pipe's choice within limits, so an answer is a range. Right after
 * the call `pin` reads the choice off the pipe's own size. Where size leaves it open (several calls parked, all
 * bytes gone) the oracle says so by `isSure` and predicts no more; delivery is then judged by the ledger alone.
 */
export type OracleState = 'open' | 'ended' | 'failed' | 'cancelled';

/** What a call may answer. A reason is compared by identity, or by code where the pipe makes the error itself. */
export type Answer =
  | { readonly kind: 'bytes'; readonly min: number; readonly max: number }
  | { readonly kind: 'end' }
  | { readonly kind: 'reason'; readonly reason: unknown }
  | { readonly kind: 'code'; readonly code: string; readonly figures?: Readonly<Record<string, number>> }
  /** An error of the pipe's own that nobody could foresee. */
  | { readonly kind: 'any-error' };

export interface OracleLimits {
  readonly high: number;
  readonly low: number;
  readonly maxBuffered: number;
  readonly expected: number | undefined;
  readonly maxBytes: number | undefined;
}

/** One iteration, as far as its end matters. */
export interface OracleIterator {
  isDone: boolean;
}

/** A read, in any of its ways, from its call to its answer. */
export class OracleCall {
  readonly min: number;
  readonly max: number;
  /** Takes the bytes it answers; a peek does not. */
  readonly isTaking: boolean;
  readonly iterator: OracleIterator | null;
  /** What it takes stays the pipe's memory until the reader's next call. */
  readonly isView: boolean;
  /** `null` while it is parked. */
  answer: Answer | null = null;

  constructor(min: number, max: number, isTaking: boolean, iterator: OracleIterator | null, isView = false) {
    this.min = min;
    this.max = max;
    this.isTaking = isTaking;
    this.iterator = iterator;
    this.isView = isView;
  }
}

const end: Answer = { kind: 'end' };

function overflow(limit: number): Answer {
  return { kind: 'code', code: 'ERR_PIPE_OVERFLOW', figures: { limit } };
}

function lengthMismatch(expected: number, received: number): Answer {
  return { kind: 'code', code: 'ERR_PIPE_LENGTH_MISMATCH', figures: { expected, received } };
}

export class PipeOracle {
  readonly limits: OracleLimits;
  state: OracleState = 'open';
  /** Why, when failed or cancelled. */
  reason: Answer = end;
  front = 0;
  back = 0;
  /** The producer has tried to turn its end into a failure [P4]. */
  hasFailedAfterEnd = false;
  isPaused = false;
  isSure = true;
  parked: OracleCall[] = [];
  /** What the source must have been told by `cancel`; `null` while nothing. */
  toldCancel: Answer | null = null;
  /** Bytes taken by the last view, whose memory the pipe may still hold. */
  viewed = 0;
  /** What else may be true of a pipe that does not show what it has decided. */
  readonly unseen: UnseenTerminals = new UnseenTerminals();
  /** The pipe was seen to have broken off: whether its source is told of it is open. */
  mayTellCancel = false;
  #owed: OracleCall[] = [];

  readonly #hasLimit: boolean;

  /** `hasLimit`: the pipe promises to keep to `maxBuffered`. */
  constructor(limits: OracleLimits, hasLimit: boolean = true) {
    this.limits = limits;
    this.#hasLimit = hasLimit;
  }

  get readable(): number {
    return this.back - this.front;
  }

  // ── The producer's calls ────────────────────────────────────────────────────────────────────────────

  /**
   * Whether the bytes are accepted. `isBlind`: calls that take bytes are under way, and may have taken what is there.
   */
  write(length: number, isBlind: boolean = false): boolean {
    if (this.state !== 'open' || length === 0) return false;
    const excess = this.#excess(length, isBlind ? 0 : this.readable);
    if (excess !== null) {
      this.#finish('failed', excess);
      this.toldCancel = this.reason;
      return false;
    }
    if (isBlind && this.#excess(length, this.readable) !== null) {
      this.unseen.add({
        state: 'failed',
        reason: overflow(this.limits.maxBuffered),
        back: this.back,
        isBreakOff: true,
      });
    }
    this.back += length;
    this.#answerParked();
    return true;
  }

  #excess(length: number, readable: number): Answer | null {
    const { expected, maxBytes, maxBuffered } = this.limits;
    const received = this.back + length;
    if (expected !== undefined && received > expected) return lengthMismatch(expected, received);
    if (maxBytes !== undefined && received > maxBytes) {
      return { kind: 'code', code: 'ERR_PIPE_TOO_LARGE', figures: { limit: maxBytes } };
    }
    const isOver = this.#hasLimit && this.isPaused && readable + length > maxBuffered;
    return isOver ? overflow(maxBuffered) : null;
  }

  end(): void {
    if (this.state !== 'open') return;
    const { expected } = this.limits;
    if (expected !== undefined && expected !== this.back) {
      this.#finish('failed', lengthMismatch(expected, this.back));
    } else {
      this.#finish('ended', end);
    }
  }

  fail(reason: unknown): void {
    if (this.state === 'ended') this.hasFailedAfterEnd = true;
    if (this.state === 'open') this.#finish('failed', { kind: 'reason', reason });
  }

  // ── The consumer's calls ────────────────────────────────────────────────────────────────────────────

  /** Answers now, or parks. `queues` says whether it may wait behind the calls that are parked. */
  read(call: OracleCall): void {
    const head = this.parked[0];
    if (call.iterator?.isDone === true) call.answer = end;
    else if (head !== undefined && (call.iterator === null || head.iterator !== call.iterator)) {
      const isBusy = call.iterator === null && head.iterator === null;
      call.answer = { kind: 'code', code: isBusy ? 'ERR_PIPE_BUSY' : 'ERR_PIPE_LOCKED' };
    } else if (this.#canNeverBeAnswered(call)) call.answer = overflow(this.longestWait);
    else {
      this.parked.push(call);
      if (head === undefined) this.#answerParked();
    }
  }

  /** It waits for more than the pipe will ever hold: that call alone is refused. */
  #canNeverBeAnswered({ min }: OracleCall): boolean {
    return this.#hasLimit && this.state === 'open' && this.readable < min && min > this.longestWait;
  }

  /** A parked call is given up; the others go on. */
  abandon(call: OracleCall, reason: unknown): void {
    if (call.answer !== null) return;
    this.parked = this.parked.filter((other) => other !== call);
    call.answer = { kind: 'reason', reason };
  }

  /**
   * `answer` is the reason; `{ kind: 'code', code: 'ERR_PIPE_CANCELLED' }` when there is none. `isBlind`: calls that take
   * bytes are under way; if they have the last ones, the pipe is settled and nothing is left to cancel.
   */
  cancel(reason: Answer, isBlind: boolean = false): void {
    const { state } = this;
    if (state === 'cancelled' || (state !== 'open' && this.readable === 0)) return;
    if (state === 'open') this.toldCancel = reason;
    else if (isBlind) this.unseen.add({ state, reason: this.reason, back: this.back, isBreakOff: false });
    this.state = 'cancelled';
    this.viewed = 0;
    this.reason = reason;
    this.front = this.back;
    this.#answerParked();
  }

  /** `return()` or `throw()`: what the iteration has parked is done. Whether it was not over before. */
  leave(iterator: OracleIterator): boolean {
    const wasDone = iterator.isDone;
    iterator.isDone = true;
    for (const call of this.parked) if (call.iterator === iterator) call.answer = end;
    this.parked = this.parked.filter((call) => call.answer === null);
    return !wasDone;
  }

  /** `tryRead` and `tryPeek`: an answer now, or none, which is no wait. */
  readNow(call: OracleCall): void {
    if (this.parked.length > 0 || (this.state === 'open' && this.readable < call.min)) return;
    this.parked.push(call);
    this.#answerParked();
  }

  /** Lent bytes are used up. */
  consume(count: number): void {
    this.front += count;
  }

  // ── What a pipe shows that was not foreseen ─────────────────────────────────────────────────────────

  /** A pipe that promises no limit is about to be written to although it has said stop. */
  mayBreakOff(): void {
    if (this.state !== 'open') return;
    this.unseen.add({ state: 'failed', reason: { kind: 'any-error' }, back: this.back, isBreakOff: true });
  }

  /** It has met that terminal; `isWhereOpen`: or one like it, further in front. */
  meet({ state, reason, back, isBreakOff }: UnseenTerminal, isWhereOpen: boolean = false): void {
    this.back = back;
    this.front = Math.min(this.front, back);
    this.mayTellCancel = isBreakOff;
    if (!isWhereOpen) this.unseen.clear();
    this.#finish(state, reason);
  }

  /** It had broken off when its reader left, which is the later terminal and wins. */
  hadBrokenOff({ back }: UnseenTerminal): void {
    this.back = back;
    this.front = back;
  }

  /** Why it failed is seen for the first time. */
  learnReason(reason: unknown): void {
    if (this.reason.kind !== 'any-error') return;
    this.reason = { kind: 'reason', reason };
    this.unseen.learnReason(this.reason);
  }

  /** The longest wait that can ever be answered. */
  get longestWait(): number {
    return Math.max(this.limits.maxBuffered, this.limits.high);
  }

  // ── Between the calls ───────────────────────────────────────────────────────────────────────────────

  #finish(state: OracleState, reason: Answer): void {
    this.state = state;
    this.reason = reason;
    this.#answerParked();
  }

  #answerParked(): void {
    const { readable } = this;
    for (let call = this.parked[0]; call !== undefined; call = this.parked[0]) {
      if (readable < call.min && this.state === 'open') return;
      this.parked.shift();
      if (readable === 0) {
        this.#answerTerminal(call);
        continue;
      }
      const least = Math.min(call.min, readable);
      call.answer = { kind: 'bytes', min: least, max: Math.min(call.max, readable) };
      if (!call.isTaking) continue;
      // What is left for the next one is known when the pipe's size is.
      this.#owed.push(call);
      return;
    }
  }

  #answerTerminal(call: OracleCall): void {
    if (call.iterator === null) {
      call.answer = this.reason;
      return;
    }
    call.answer = call.iterator.isDone ? end : this.reason;
    call.iterator.isDone = true;
  }

  /**
   * Takes the pipe's choice from its size, right after a call. Answers why that size is impossible, if it is:
   * then bytes and answers do not change in one step. Within a call an impossible size decides nothing yet.
   */
  pin(size: number, isWithinCall: boolean): string | null {
    if (!this.isSure) return null;
    const taken = this.readable - size;
    const problem = this.#pinOwed(size, taken, this.#owed);
    if (problem !== null && isWithinCall) return problem;
    if (problem !== null) this.isSure = false;
    else if (this.#owed.some(({ isView }) => isView)) this.viewed = taken;
    this.#owed = [];
    return problem;
  }

  #pinOwed(size: number, taken: number, owed: readonly OracleCall[]): string | null {
    const least = owed.reduce((sum, { answer }) => sum + (answer?.kind === 'bytes' ? answer.min : 0), 0);
    const most = owed.reduce((sum, { answer }) => sum + (answer?.kind === 'bytes' ? answer.max : 0), 0);
    if (owed.length > 0 && this.parked.length > 0) return this.#pinQueue(size, taken);
    if (taken < least || taken > most) {
      return least === most
        ? `a size of ${this.readable - least}`
        : `a size of ${this.readable - most} to ${this.readable - least}`;
    }
    this.front += taken;
    return null;
  }

  /** Several calls of one iteration were parked and bytes came: each gets at least one as long as there are some. */
  #pinQueue(size: number, taken: number): string | null {
    const { readable } = this;
    if (taken < 1 || size < 0) return `a size of 0 to ${readable - 1}`;
    this.front += taken;
    if (size > 0 || this.state !== 'open') {
      for (const call of this.parked) call.answer = { kind: 'bytes', min: 1, max: readable };
      this.isSure = this.state === 'open';
      this.parked = [];
    } else if (readable > 1) {
      this.isSure = false;
    }
    return null;
  }

  /** Follows the pipe's own size while nothing is predicted. */
  follow(size: number): void {
    this.front = Math.min(this.back, Math.max(this.front, this.back - size));
    this.#owed = [];
  }

  /** Predicts again, from a moment at which nothing is under way. */
  resume(isPaused: boolean): void {
    this.isSure = true;
    this.isPaused = isPaused;
    this.parked = [];
  }

  /**
   * Whether the producer is to be paused now, at this cost [P11]. While everything that is left is lent by
   * `views()`, the store is not empty and nothing can be read: the pipe may wait for the loan to end or not.
   */
  weigh(cost: number, isToldPaused: boolean): boolean {
    if (this.state !== 'open') return this.isPaused;
    if (this.parked.length > 0) this.isPaused = false;
    else if (this.readable === 0) this.isPaused = this.viewed > 0 && isToldPaused;
    else this.isPaused = this.isPaused ? cost > this.limits.low : cost >= this.limits.high;
    return this.isPaused;
  }
}
