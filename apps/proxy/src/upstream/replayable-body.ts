import type { PipeReader } from '@millrace/core';
import type { MemoryBudget } from '../limits/memory-budget.ts';

export interface ReplayOptions {
  /** Most bytes to hold for another attempt. */
  readonly windowBytes: number;
  /** What they are held out of. */
  readonly budget?: MemoryBudget | undefined;
}

/**
 * The body of a request, read as its client sends it, for one attempt after the other. What was handed out is held as
 * long as that is no more than a window, so that another server can be sent the same from the beginning:
 *
 *     reader ─▶ │ a │ b │ c │ ─▶ attempt 1: a b, broken off
 *                             └▶ attempt 2: a b c, and on from the reader
 *
 * Beyond the window nothing is held, and the attempt under way is the last one. Chunks are the consumer's for ever, and
 * nobody who sends them changes them: holding one is no copy.
 *
 * Invariant: what is held are the chunks from `#dropped` on; none was dropped while it `isReplayable`.
 */
export class ReplayableBody {
  readonly #reader: PipeReader;
  readonly #options: ReplayOptions;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  /** Chunks handed out that are held no more. */
  #dropped = 0;
  #keeps = true;
  #isEnded = false;
  #failure: { readonly reason: unknown } | undefined;
  /** The one read under way, which an attempt leaves to the next one. */
  #reading: Promise<void> | undefined;
  #attempt: Attempt | undefined;

  constructor(reader: PipeReader, options: ReplayOptions) {
    this.#reader = reader;
    this.#options = options;
  }

  /** Whether another attempt would send the same. */
  get isReplayable(): boolean {
    return this.#keeps && this.#failure === undefined;
  }

  /** Whether the client is waited for. */
  get isAwaited(): boolean {
    return this.#reading !== undefined;
  }

  /** Whether `reason` is what the body itself broke off with, for which no server is to blame. */
  hasFailedWith(reason: unknown): boolean {
    return this.#failure !== undefined && this.#failure.reason === reason;
  }

  /** From the beginning. Only while it `isReplayable`, and the attempt before it is over. */
  attempt(): AsyncIterableIterator<Uint8Array, undefined> {
    this.#attempt = new Attempt(
      (position) => this.#chunkAt(position),
      (attempt, position) => {
        if (attempt === this.#attempt && !this.#keeps) this.#dropUpTo(position);
      },
      () => {
        if (!this.isReplayable) this.#leave();
      },
    );
    return this.#attempt;
  }

  /** A server has answered. The attempt under way goes on, and there will be no other. */
  answered(): void {
    this.giveUp();
    // It may have been over in the same moment, when another one was still possible.
    if (this.#attempt?.isOver === true) this.#leave();
  }

  /** There will be no other attempt, so nothing is held any more. The reader is for others to cancel. */
  giveUp(): void {
    this.#keeps = false;
    this.#dropUpTo(this.#attempt?.isOver === false ? this.#attempt.position : Infinity);
  }

  #leave(): void {
    this.#dropUpTo(Infinity);
    if (!this.#isEnded) this.#reader.cancel();
  }

  /** The chunk at a position, as soon as there is one; `null` at the end. */
  async #chunkAt(position: number): Promise<Uint8Array | null> {
    for (;;) {
      const chunk = this.#held[position - this.#dropped];
      if (chunk !== undefined) return chunk;
      if (this.#isEnded || position < this.#dropped) return null;
      this.#reading ??= this.#read();
      await this.#reading;
    }
  }

  async #read(): Promise<void> {
    try {
      const chunk = await this.#reader.read();
      if (chunk === null) this.#isEnded = true;
      else this.#hold(chunk);
    } catch (reason) {
      this.#failure = { reason };
      throw reason;
    } finally {
      this.#reading = undefined;
    }
  }

  #hold(chunk: Uint8Array): void {
    this.#held.push(chunk);
    this.#setHeldBytes(this.#heldBytes + chunk.length);
    if (this.#heldBytes > this.#options.windowBytes) this.#keeps = false;
    // What was read for an attempt that is over.
    if (!this.#keeps && this.#attempt?.isOver === true) this.#dropUpTo(Infinity);
  }

  #dropUpTo(position: number): void {
    const chunks = this.#held.splice(0, Math.max(0, position - this.#dropped));
    this.#dropped += chunks.length;
    this.#setHeldBytes(chunks.reduce((left, { length }) => left - length, this.#heldBytes));
  }

  #setHeldBytes(bytes: number): void {
    this.#options.budget?.change(this.#heldBytes, bytes);
    this.#heldBytes = bytes;
  }
}

/** The body as one server is sent it. */
class Attempt implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly #chunkAt: (position: number) => Promise<Uint8Array | null>;
  readonly #onHandedOut: (attempt: Attempt, position: number) => void;
  readonly #onOver: () => void;
  position = 0;
  isOver = false;

  constructor(
    chunkAt: (position: number) => Promise<Uint8Array | null>,
    onHandedOut: (attempt: Attempt, position: number) => void,
    onOver: () => void,
  ) {
    this.#chunkAt = chunkAt;
    this.#onHandedOut = onHandedOut;
    this.#onOver = onOver;
  }

  async next(): Promise<IteratorResult<Uint8Array, undefined>> {
    const value = await this.#chunkAt(this.position);
    if (value === null) return { done: true, value: undefined };
    this.position += 1;
    this.#onHandedOut(this, this.position);
    return { done: false, value };
  }

  /** No more is wanted of this attempt. */
  return(): Promise<IteratorResult<Uint8Array, undefined>> {
    this.isOver = true;
    this.#onOver();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
