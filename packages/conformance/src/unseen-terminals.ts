import type { Answer } from './oracle.ts';

/** A terminal that a pipe may have met without having shown it. */
export interface UnseenTerminal {
  readonly state: 'ended' | 'failed';
  readonly reason: Answer;
  /** Bytes that were accepted by then. */
  readonly back: number;
  /** The pipe itself broke off, for which its source may be told. */
  readonly isBreakOff: boolean;
}

/**
 * What else may be true of a pipe that does not show what it has decided. There are two ways into doubt: a pipe that
 * promises no limit may break off where it is written to although it had said stop; and one without figures may have
 * answered a call with its last bytes before the promise of that call settles. What the pipe shows next decides.
 */
export class UnseenTerminals {
  #all: readonly UnseenTerminal[] = [];

  get isEmpty(): boolean {
    return this.#all.length === 0;
  }

  add(terminal: UnseenTerminal): void {
    this.#all = [...this.#all, terminal];
  }

  clear(): void {
    this.#all = [];
  }

  /** Why the pipe broke off is known by now; where is not. */
  learnReason(reason: Answer): void {
    this.#all = this.#all.filter(({ isBreakOff }) => isBreakOff).map((terminal) => ({ ...terminal, reason }));
  }

  /** The latest that fits. */
  find(fits: (terminal: UnseenTerminal) => boolean): UnseenTerminal | undefined {
    return this.#all.findLast(fits);
  }
}
