export type Step = IteratorResult<Uint8Array, undefined>;

/**
 * The least that is needed to wait for bytes by `for await`: one waiter and an end; one result and one promise for each step.
 * Limits are made of it, which differ in where the bytes are meanwhile.
 */
export abstract class BareSteps implements AsyncIterableIterator<Uint8Array> {
  #wake: ((step: Step) => void) | undefined;
  #hasEnded = false;

  protected abstract hasBytes(): boolean;

  /** What is there leaves; at the end, none is. */
  protected abstract step(): Step;

  end(): void {
    this.#hasEnded = true;
    this.answer();
  }

  next(): Promise<Step> {
    if (this.hasBytes() || this.#hasEnded) return Promise.resolve(this.step());
    return new Promise((resolve) => (this.#wake = resolve));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** To be called when there are bytes. */
  protected answer(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.(this.step());
  }
}
