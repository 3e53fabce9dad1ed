/** What may stand in a roster: it keeps its own place there. */
export interface Rostered {
  /** Index in the roster; the roster's to write. */
  rosterIndex: number;
}

/**
 * Those that are under way, in no order. For many that come and go fast it is what a `Set` should be: a `Set` makes a
 * new table every so often, and V8 keeps each old one, with all that was in it then, until the next full collection.
 *
 *     index    0   1   2   3            delete(b): the last one takes its place
 *              a   b   c   d     ─▶     a   d   c
 *
 * Invariant: `members[m.rosterIndex] === m` for every member.
 */
export class Roster<T extends Rostered> implements Iterable<T> {
  readonly #members: T[] = [];
  #onEmpty: (() => void)[] = [];

  get size(): number {
    return this.#members.length;
  }

  add(member: T): void {
    member.rosterIndex = this.#members.length;
    this.#members.push(member);
  }

  /** Does nothing when it is not there. */
  delete(member: T): void {
    const { rosterIndex } = member;
    if (this.#members[rosterIndex] !== member) return;
    const last = this.#members.pop() as T;
    if (last !== member) {
      this.#members[rosterIndex] = last;
      last.rosterIndex = rosterIndex;
    }
    if (this.#members.length === 0) this.#tellEmpty();
  }

  /** Settles when none is there: at once, or when the last one has left and no other has come in the same step. */
  async whenEmpty(): Promise<void> {
    while (this.#members.length > 0) {
      await new Promise<void>((resolve) => {
        this.#onEmpty.push(resolve);
      });
    }
  }

  /** Of those that are there now: they may leave meanwhile. */
  [Symbol.iterator](): IterableIterator<T> {
    return [...this.#members].values();
  }

  #tellEmpty(): void {
    const told = this.#onEmpty;
    this.#onEmpty = [];
    for (const tell of told) tell();
  }
}
