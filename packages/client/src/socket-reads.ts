import type { OnReadOpts, Socket } from 'node:net';
import { LONG_READ_BYTES, ReadMemory, SHORT_READ_BYTES } from './read-memory.ts';

/** From here on what was read goes to undici with its memory; of less, too much would be pinned. */
const LEAST_LENT_BYTES = LONG_READ_BYTES / 2;
/**
 * Full reads since the last slow pause, after which reads are long: 1 MiB, more than most connections to a client buffer.
 * After 8, half of 1 000 slow clients had memory for a long read that they hardly came to, 29 MiB of it.
 */
const READS_BEFORE_LONG = 64;
/**
 * A pause of this many milliseconds shows a slow reader: at the usual mark it takes 1.3 MiB/s. One that keeps up ends its
 * pauses within a few turns, or, with many beside it on a busy core, within tens of milliseconds.
 */
const SLOW_PAUSE_MS = 50;

/** What short reads go into, one after the other: each has been copied out before the next one. */
const shared = Buffer.allocUnsafeSlow(SHORT_READ_BYTES);

/**
 * How the socket of one connection reads: no further than to where its body was paused, and in short pieces for a slow
 * reader, so that what it does not take stays with the server. By itself it would read on while undici has only stopped
 * its parser, up to 128 KiB a connection.
 *
 *     a new connection, or a slow reader   16 KiB  ─▶ shared ── copied out ──▶ socket ─▶ undici ─▶ pipe
 *     1 MiB without a slow pause           64 KiB  ─▶ leased ───── lent ────▶   │
 *                                                     stop ◀───────────────────  pause()
 *
 * So a connection that is new, or that is paused for long, holds no memory to read into, and 1 000 downloads by slow
 * clients held about 100 MiB in bodies and sockets instead of 230, each up to a mark of 64 KiB (Node 24).
 */
export class SocketReads {
  #socket: Socket | undefined;
  /** For long reads; `undefined`: the next one is short. */
  #memory: ReadMemory | undefined;
  /** What the next read goes into. */
  #buffer: Buffer = shared;
  #fullReads = 0;
  #pausedAtMs: number | undefined;

  /** For `net.connect`, which asks after each read what the next one goes into. */
  readonly onread: OnReadOpts = {
    buffer: () => this.#buffer,
    callback: (count) => this.#take(count),
  };

  /** @param socket The one made with `onread`. */
  connected(socket: Socket): void {
    this.#socket = socket;
  }

  /** Stops until undici asks the socket for more, as it does when it resumes. */
  pause(): void {
    this.#pausedAtMs ??= performance.now();
    this.#socket?.pause();
  }

  /** @returns Whether to read on. */
  #take(count: number): boolean {
    const memory = this.#memory;
    const isFull = count === this.#buffer.length;
    const isLent = memory !== undefined && count >= LEAST_LENT_BYTES;
    const chunk = isLent ? memory.filled(count) : ReadMemory.copyOf(this.#buffer.subarray(0, count));
    if (this.#wasSlow()) this.#fullReads = 0;
    else if (isFull) this.#fullReads += 1;
    if (this.#fullReads < READS_BEFORE_LONG) this.#memory = undefined;
    else if (isLent || memory === undefined) this.#memory = ReadMemory.lease();
    // Behind a read that was not full, what comes next may well be the head of another response.
    this.#buffer = (isFull ? this.#memory?.bodyBytes : this.#memory?.bytes) ?? shared;
    return (this.#socket as Socket).push(chunk);
  }

  /** Whether this read is the first after a long pause. */
  #wasSlow(): boolean {
    const pausedAtMs = this.#pausedAtMs;
    this.#pausedAtMs = undefined;
    return pausedAtMs !== undefined && performance.now() - pausedAtMs >= SLOW_PAUSE_MS;
  }
}
