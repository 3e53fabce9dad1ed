import { Deferred } from './deferred.ts';

/**
 * A way of reading. `answer` is called once bytes enough are there or none will come any more: it takes what
 * is due and returns it, or throws why there is nothing.
 */
export interface Reading {
  /** A method of the reader itself, not an iterator: only one such call may be parked [P7]. */
  readonly isDirect: boolean;
  answer(wait: Wait): unknown;
}

export interface WaitRequest {
  readonly min: number;
  readonly max?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * A parked call. It is *answered* in one synchronous step with the change that lets it go on, and *woken* when
 * that step is over: its promise then already carries the bytes, whatever happens before its reaction [P5].
 */
export class Wait {
  readonly reading: Reading;
  readonly request: WaitRequest;
  next: Wait | null = null;
  readonly #outcome = new Deferred<unknown>();
  readonly #giveUp: ((wait: Wait) => void) | undefined;
  #value: unknown = undefined;
  #isRefused = false;

  /** @param giveUp Called when the request's own signal fires while the call is parked. */
  constructor(reading: Reading, request: WaitRequest, giveUp: (wait: Wait) => void) {
    this.reading = reading;
    this.request = request;
    if (request.signal !== undefined) {
      this.#giveUp = giveUp;
      request.signal.addEventListener('abort', this);
    }
  }

  get promise(): Promise<unknown> {
    return this.#outcome.promise;
  }

  /** Where an `AbortSignal` calls an object that listens. */
  handleEvent(): void {
    this.#giveUp?.(this);
  }

  answer(): void {
    this.#stopListening();
    try {
      this.#value = this.reading.answer(this);
    } catch (reason) {
      this.#isRefused = true;
      this.#value = reason;
    }
  }

  refuse(reason: unknown): void {
    this.#stopListening();
    this.#isRefused = true;
    this.#value = reason;
  }

  wake(): void {
    if (this.#isRefused) this.#outcome.reject(this.#value);
    else this.#outcome.resolve(this.#value);
  }

  /** [P17] */
  #stopListening(): void {
    this.request.signal?.removeEventListener('abort', this);
  }
}

/** Calls in the order they were made [P7]. */
export class WaitQueue {
  #head: Wait | null = null;
  #tail: Wait | null = null;

  get head(): Wait | null {
    return this.#head;
  }

  push(wait: Wait): void {
    if (this.#tail === null) this.#head = wait;
    else this.#tail.next = wait;
    this.#tail = wait;
  }

  shift(): Wait | null {
    const wait = this.#head;
    if (wait === null) return null;
    this.#head = wait.next;
    if (this.#head === null) this.#tail = null;
    wait.next = null;
    return wait;
  }
}
