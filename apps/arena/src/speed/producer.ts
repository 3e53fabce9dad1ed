import type { SpeedContender, Take } from './contender.ts';
import { burstOf, isCollecting, markOf } from './workload.ts';
import type { TransferWorkload } from './workload.ts';

/**
 * The pushing side of one body. It writes in its regime, and learns from `take` when the consumer has what it wrote.
 *
 *     bursts   write n chunks, wait until the consumer has them all, again
 *     ahead    write until told to stop, wait for room, again
 */
export class Producer {
  readonly #contender: SpeedContender;
  readonly #chunks: readonly Uint8Array[];
  readonly #refill: ((index: number) => void) | undefined;
  readonly #write: (body: unknown, chunk: Uint8Array) => boolean;
  /** Chunks of the body. No list of them: the four million of 4 GiB were looked through at each collection of garbage. */
  readonly #count: number;
  /** Chunks of a burst; 0: far ahead. */
  readonly #burst: number;
  readonly #mark: number;
  /** Counts what is under way for a library that cannot say stop. */
  readonly #mustCount: boolean;
  #body: unknown;
  #next = 0;
  /** Which of the chunks is next. */
  #at = 0;
  #written = 0;
  #taken = 0;
  #isWaiting = false;
  /** In the middle of a burst: who takes each chunk as it is written has not yet got the whole of it. */
  #isInBurst = false;

  /** @param refill Puts the content of chunk `index` into the memory that is written from next. */
  constructor(
    contender: SpeedContender,
    workload: TransferWorkload,
    chunks: readonly Uint8Array[],
    refill?: (index: number) => void,
  ) {
    this.#contender = contender;
    this.#chunks = chunks;
    this.#count = workload.chunks;
    this.#refill = refill;
    this.#write =
      workload.ownership === 'given' ? contender.write : (contender.writeCopy ?? copying(contender));
    const isAllAtOnce =
      contender.isPreloaded === true || (isCollecting(workload.mode) && !contender.hasSignals);
    this.#burst = isAllAtOnce ? workload.chunks : (burstOf(workload.regime) ?? 0);
    this.#mark = markOf(workload);
    this.#mustCount = !contender.hasSignals;
  }

  /** Bytes that the consumer got. */
  get taken(): number {
    return this.#taken;
  }

  readonly onRoom = (): void => {
    if (!this.#isWaiting) return;
    this.#isWaiting = false;
    this.#goOn();
  };

  readonly take: Take = (length) => {
    this.#taken += length;
    if (this.#burst > 0) {
      if (this.#taken === this.#written && !this.#isInBurst) this.#goOnLater();
    } else if (this.#mustCount && this.#isWaiting && this.#written - this.#taken <= this.#mark / 2) {
      queueMicrotask(this.onRoom);
    }
  };

  start(body: unknown): void {
    this.#body = body;
    this.#goOn();
  }

  readonly #goOn = (): void => {
    if (this.#burst > 0) this.#writeBurst();
    else this.#writeAhead();
  };

  #writeBurst(): void {
    const until = Math.min(this.#next + this.#burst, this.#count);
    this.#isInBurst = true;
    while (this.#next < until) this.#writeNext();
    this.#isInBurst = false;
    if (this.#next === this.#count) this.#contender.end(this.#body);
    else if (this.#taken === this.#written) this.#goOnLater();
  }

  #goOnLater(): void {
    if (this.#next < this.#count) queueMicrotask(this.#goOn);
  }

  #writeAhead(): void {
    while (this.#next < this.#count) {
      const mayGoOn = this.#writeNext();
      const isFull = this.#mustCount ? this.#written - this.#taken >= this.#mark : !mayGoOn;
      if (isFull && this.#next < this.#count) {
        this.#isWaiting = true;
        return;
      }
    }
    this.#contender.end(this.#body);
  }

  #writeNext(): boolean {
    this.#refill?.(this.#next);
    this.#next += 1;
    const chunk = this.#chunks[this.#at++] as Uint8Array;
    if (this.#at === this.#chunks.length) this.#at = 0;
    // Counted first: a library may hand it over, and `take` be called, before `write` returns.
    this.#written += chunk.length;
    return this.#write(this.#body, chunk);
  }
}

/** For libraries that keep what they are given: the producer has to copy, in the cheaper of the two ways. */
function copying(contender: SpeedContender): (body: unknown, view: Uint8Array) => boolean {
  const { write } = contender;
  return contender.wants === 'buffer'
    ? (body, view) => write(body, Buffer.from(view))
    : (body, view) => write(body, view.slice());
}
