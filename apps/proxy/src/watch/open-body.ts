import type { PipeReader } from '@millrace/core';
import type { BodyPipe } from '../upstream/route.ts';
import type { Rostered } from '../roster.ts';
import { ObservedReader, type ReaderObserver } from './observed-reader.ts';
import { Stopwatch } from './stopwatch.ts';

export type Direction = 'request' | 'response';

/** What is known of a body before its first byte. */
export interface BodyFacts {
  readonly direction: Direction;
  readonly method: string;
  readonly path: string;
  /** What its pipe was made with. */
  readonly pipe: BodyPipe;
  /** The declared length; `null` when there is none. */
  readonly expectedBytes: number | null;
  /** Called when its consumer waits for bytes for the first time. */
  readonly onFirstWait?: () => void;
}

/** One body on its way through its pipe, and who keeps it waiting. */
export class OpenBody implements ReaderObserver, Rostered {
  rosterIndex = 0;
  readonly id: number;
  readonly facts: BodyFacts;
  readonly openedAtMs: number;
  /** The reader to give to the consumer, who is seen through it. */
  readonly reader: ObservedReader;
  readonly #producerPaused: Stopwatch;
  readonly #consumerWaiting: Stopwatch;
  #hasWaited = false;
  #deliveredBytes = 0;

  constructor(id: number, facts: BodyFacts, reader: PipeReader, now: () => number) {
    this.id = id;
    this.facts = facts;
    this.openedAtMs = now();
    this.reader = new ObservedReader(reader, this);
    this.#producerPaused = new Stopwatch(now);
    this.#consumerWaiting = new Stopwatch(now);
  }

  /** Bytes that were received and are still in the pipe, those included that are being written to a client. */
  get bufferedBytes(): number {
    return this.reader.heldBytes;
  }

  get deliveredBytes(): number {
    return this.#deliveredBytes;
  }

  get isProducerPaused(): boolean {
    return this.#producerPaused.isRunning;
  }

  get isConsumerWaiting(): boolean {
    return this.#consumerWaiting.isRunning;
  }

  get producerPausedMs(): number {
    return this.#producerPaused.totalMs;
  }

  get consumerWaitingMs(): number {
    return this.#consumerWaiting.totalMs;
  }

  /** The producer was paused or resumed. */
  setProducerPaused(isPaused: boolean): void {
    this.#producerPaused.set(isPaused);
  }

  onWaiting(isWaiting: boolean): void {
    this.#consumerWaiting.set(isWaiting);
    if (this.#hasWaited) return;
    this.#hasWaited = true;
    this.facts.onFirstWait?.();
  }

  onDelivered(bytes: number): void {
    this.#deliveredBytes += bytes;
  }
}
