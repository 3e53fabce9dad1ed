import type { PipeCore } from './pipe-core.ts';
import type { ParkedCall } from './wait.ts';

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
