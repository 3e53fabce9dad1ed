import type { PipeCore } from './pipe-core.ts';
import { Wait, type ParkedCall } from './wait.ts';

/** The wait of a call with a signal, which may end it. */
export class AbortableWait extends Wait {
  readonly #core: PipeCore;
  readonly #signal: AbortSignal;

  constructor(core: PipeCore, call: ParkedCall, signal: AbortSignal) {
    super(call);
    this.#core = core;
    this.#signal = signal;
  }

  override park(): Promise<unknown> {
    this.#signal.addEventListener('abort', this);
    return super.park();
  }

  override answer(isLast: boolean): void {
    super.answer(isLast);
    if (this.isAnswered) this.#signal.removeEventListener('abort', this);
  }

  /** Where an `AbortSignal` calls an object that listens [P17]. */
  handleEvent(): void {
    this.#signal.removeEventListener('abort', this);
    this.#core.giveUp(this, this.#signal.reason);
  }
}
