/**
 * The body buffer of BlackSheep before its first repair (Neoteroi/BlackSheep #498), ported from a description of
 * what it does: one growing accumulator, one "something changed" flag, one "complete" flag.
 *
 * It is here to lose bytes. Two steps of `stream` are wrong, and both look harmless:
 *
 *     yield a copy ───▶ the consumer works ───▶ resumed: clear the accumulator     what came meanwhile is gone
 *                                               resumed: complete now? then finish  and so is what came with it
 */
export class IncomingContent {
  #body: number[] = [];
  readonly #changed = new Flag();
  complete = false;

  /** The parser's body callback. */
  extendBody(chunk: Uint8Array): void {
    this.#body.push(...chunk);
    this.#changed.set();
  }

  /** The parser's end callback: complete first, then an empty chunk to wake the reader. */
  finish(): void {
    this.complete = true;
    this.extendBody(new Uint8Array());
  }

  async *stream(): AsyncGenerator<Uint8Array, void, undefined> {
    for (;;) {
      await this.#changed.wait();
      this.#changed.clear();
      if (this.#body.length === 0) return;
      yield Uint8Array.from(this.#body);
      this.#body = [];
      if (this.complete) return;
    }
  }
}

/** What asyncio calls an Event: stays set until it is cleared, and wakes who waits for it. */
class Flag {
  #isSet = false;
  #waiters: (() => void)[] = [];

  set(): void {
    this.#isSet = true;
    for (const wake of this.#waiters.splice(0)) wake();
  }

  clear(): void {
    this.#isSet = false;
  }

  async wait(): Promise<void> {
    if (!this.#isSet) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }
}
