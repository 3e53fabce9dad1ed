/** What comes to a server, in turn, for tests that wait for the next one. */
export class Arrivals<T> {
  readonly #arrived: T[] = [];
  readonly #waiting: ((item: T) => void)[] = [];

  add(item: T): void {
    const wake = this.#waiting.shift();
    if (wake === undefined) this.#arrived.push(item);
    else wake(item);
  }

  /** Settles with the first that nobody has got yet, when it has come. */
  next(): Promise<T> {
    return new Promise((resolve) => {
      const item = this.#arrived.shift();
      if (item === undefined) this.#waiting.push(resolve);
      else resolve(item);
    });
  }
}
