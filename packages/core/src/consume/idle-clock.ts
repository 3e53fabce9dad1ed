import { PipeError } from '../errors.ts';
import type { PipeReader } from '../pipe-reader.ts';
import type { Timers } from './timers.ts';

export type SlowSide = 'producer' | 'consumer';

/**
 * Knows whose turn it is, and since when.
 *
 *     turn        from                                       until                    late after `limitMs`
 *     producer    a call waits, nothing new has come          bytes, or the end        the producer is slow
 *     consumer    bytes are there, nobody waits for any       the next call            the consumer is slow
 *     nobody      nothing is there, nobody waits              either of the above      nobody is
 *
 * One timer runs at a time and is left to run out: a turn that ends only moves `#since`, and the timer looks at it
 * when it fires. So a busy pipe pays for a look at the clock, not for a timer, per call.
 */
export class IdleClock {
  readonly #reader: PipeReader;
  readonly #limitMs: number;
  readonly #watched: SlowSide | 'both';
  readonly #timers: Timers;
  #timer: unknown = undefined;
  #hasTimer = false;
  /** Calls under way. */
  #waiting = 0;
  #since = 0;
  /** Bytes that were there at `#since`, those a borrowed view shows included. */
  #seen = 0;
  /** Withdraws the look-out for bytes that is kept while it is nobody's turn. */
  #lookOut: AbortController | undefined;
  #isOver = false;

  constructor(reader: PipeReader, limitMs: number, watched: SlowSide | 'both', timers: Timers) {
    this.#reader = reader;
    this.#limitMs = limitMs;
    this.#watched = watched;
    this.#timers = timers;
    this.#turn(reader.size);
  }

  /** A call that may wait begins. */
  begin(): void {
    this.#withdraw();
    this.#waiting += 1;
    if (this.#waiting === 1) this.#turn(this.#reader.size);
  }

  /** It has settled. `lent`: bytes it lent that `size` no longer counts. */
  settle(lent: number = 0): void {
    this.#waiting -= 1;
    this.#turn(this.#reader.size + lent);
  }

  /** Before a call that never waits: the look-out must not be in its way. */
  come(): void {
    this.#withdraw();
  }

  /** After it. */
  came(): void {
    if (this.#waiting === 0) this.#turn(this.#reader.size);
  }

  /** The answer looked like the end of the pipe, or was a rejection: if it is over, so is the clock. */
  suspectEnd(): void {
    try {
      if (this.#reader.tryPeek() === null) this.stop();
    } catch {
      this.stop();
    }
  }

  /** Nothing is late any more. Lets go of the timer, and with it of the process. */
  stop(): void {
    this.#isOver = true;
    this.#withdraw();
    if (this.#hasTimer) this.#timers.clearTimeout(this.#timer);
    this.#hasTimer = false;
  }

  #turn(seen: number): void {
    this.#since = this.#timers.now();
    this.#seen = seen;
    if (!this.#hasTimer) this.#arm(this.#limitMs);
  }

  #arm(delayMs: number): void {
    if (this.#isOver || !this.#isWatched) return;
    this.#hasTimer = true;
    this.#timer = this.#timers.setTimeout(() => this.#ring(), delayMs);
  }

  get #isWatched(): boolean {
    return this.#watched === 'both' || this.#watched === this.#whose;
  }

  get #whose(): SlowSide {
    return this.#waiting > 0 ? 'producer' : 'consumer';
  }

  #ring(): void {
    this.#hasTimer = false;
    if (this.#isOver || !this.#isWatched) return;
    const { size } = this.#reader;
    const whose = this.#whose;
    if (whose === 'consumer' && this.#seen === 0 && size === 0) {
      this.#watchForBytes();
      return;
    }
    // Bytes that came without a call having settled: nobody said when, so the turn counts from now.
    const isNews = whose === 'producer' ? size > this.#seen : this.#seen === 0;
    if (isNews) this.#turn(size);
    else this.#judge(whose);
  }

  #judge(whose: SlowSide): void {
    const leftMs = this.#limitMs - (this.#timers.now() - this.#since);
    if (leftMs > 0) {
      this.#arm(leftMs);
      return;
    }
    this.stop();
    const message =
      whose === 'producer'
        ? `The producer sent nothing for ${this.#limitMs} ms`
        : `The consumer left bytes unread for ${this.#limitMs} ms`;
    this.#reader.cancel(new PipeError('ERR_PIPE_TIMEOUT', message, { side: whose }));
  }

  /** Without this, it would take a timer that never stops to see bytes come that nobody waits for. */
  #watchForBytes(): void {
    const lookOut = new AbortController();
    this.#lookOut = lookOut;
    const gone = (): void => {
      if (this.#lookOut === lookOut) this.stop();
    };
    this.#reader.peek(1, { signal: lookOut.signal }).then((view) => {
      if (this.#lookOut !== lookOut) return;
      this.#lookOut = undefined;
      if (view === null) this.stop();
      else this.#turn(view.length);
    }, gone);
  }

  #withdraw(): void {
    const lookOut = this.#lookOut;
    this.#lookOut = undefined;
    lookOut?.abort();
  }
}
