import type { PipeCore } from './pipe-core.ts';
import { stillWaiting, type ParkedCall } from './wait.ts';

/** `read` of the reader itself, which waits alone [P7]. */
export class ReadCall implements ParkedCall {
  readonly #core: PipeCore;
  readonly min: number;
  readonly #max: number | undefined;

  constructor(core: PipeCore, min: number, max: number | undefined) {
    this.#core = core;
    this.min = min;
    this.#max = max;
  }

  get iterator(): null {
    return null;
  }

  take(): Uint8Array | null {
    return this.#core.takeUnsettled(this.min, this.#max);
  }
}

/** `readInto`, likewise. */
export class ReadIntoCall implements ParkedCall {
  readonly #core: PipeCore;
  readonly min: number;
  readonly #target: Uint8Array;

  constructor(core: PipeCore, min: number, target: Uint8Array) {
    this.#core = core;
    this.min = min;
    this.#target = target;
  }

  get iterator(): null {
    return null;
  }

  take(): number {
    return this.#core.takeIntoUnsettled(this.#target);
  }
}

/** `peek`, likewise. */
export class PeekCall implements ParkedCall {
  readonly #core: PipeCore;
  readonly min: number;

  constructor(core: PipeCore, min: number) {
    this.#core = core;
    this.min = min;
  }

  get iterator(): null {
    return null;
  }

  take(): Uint8Array | null {
    return this.#core.lendUnsettled(this.min);
  }
}

/**
 * `peek` of one who wants the whole body: `takeLong` takes chunks of at least `longBytes` in the step that brings them, before
 * the store has to copy them or the producer is told to stop, and the call waits on. A shorter one is lent, as by `peek`.
 */
export class GatherCall implements ParkedCall {
  readonly #core: PipeCore;
  readonly #longBytes: number;
  readonly #takeLong: (lent: Uint8Array) => void;

  constructor(core: PipeCore, longBytes: number, takeLong: (lent: Uint8Array) => void) {
    this.#core = core;
    this.#longBytes = longBytes;
    this.#takeLong = takeLong;
  }

  get min(): number {
    return 1;
  }

  get iterator(): null {
    return null;
  }

  take(): Uint8Array | null | typeof stillWaiting {
    const core = this.#core;
    while (core.canAnswer(1)) {
      const lent = core.lendUnsettled(1);
      if (lent === null || lent.length < this.#longBytes) return lent;
      this.#takeLong(lent);
    }
    return stillWaiting;
  }
}
