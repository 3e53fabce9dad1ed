/** One short read of a connection, less the head of a response. */
const CAUTIOUS_BYTES = 12_288;

/** More than most connections to a client buffer: what goes into those looks fast, whoever is behind them. */
const BYTES_BEFORE_TRUST = 1_048_576;

/** Who keeps up takes what is there within a few turns, or, with many beside it on a busy core, tens of milliseconds. */
const SLOW_MS = 50;

const monotonic = (): number => performance.now();

/**
 * How far one body may be read ahead of whoever takes it: by one short read, until 1 MiB has been taken without a long
 * wait; then by what its pipe allows. Reading ahead is of use to somebody who keeps up, and takes hardly any memory then;
 * for a slow client the bytes may as well wait with the server.
 *
 *     held  ▁█▁▁█▁▁▁▁▁▁▁█▁▁█▁        level  ──────┐        1 MiB        ┌───── none
 *               └ 50 ms ─┘                         └─── one short read ──┘
 *                  slow
 *
 * 1 000 clients that take 1 GiB each, slowly, had 64 to 80 MiB waiting for them where they have 16 now.
 */
export class ReadAhead {
  readonly #now: () => number;
  #takenBytes = 0;
  #waitingSinceMs: number | undefined;

  /** @param now Milliseconds of any clock that only goes forward. */
  constructor(now: () => number = monotonic) {
    this.#now = now;
  }

  /** The most that the body should hold, in bytes; `Infinity`: as much as its pipe allows. */
  get levelBytes(): number {
    return this.#takenBytes < BYTES_BEFORE_TRUST ? CAUTIOUS_BYTES : Infinity;
  }

  /** The body holds other bytes than before. */
  change(fromBytes: number, toBytes: number): void {
    if (toBytes < fromBytes) this.#takenBytes += fromBytes - toBytes;
    if (toBytes >= CAUTIOUS_BYTES) this.#waitingSinceMs ??= this.#now();
    else if (this.#waitingSinceMs !== undefined) {
      if (this.#now() - this.#waitingSinceMs >= SLOW_MS) this.#takenBytes = 0;
      this.#waitingSinceMs = undefined;
    }
  }
}
