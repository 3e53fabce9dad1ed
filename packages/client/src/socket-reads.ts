import type { OnReadOpts, Socket } from 'node:net';

/** A read of a connection that has not shown yet that its reader keeps up: what is not read stays with the server. */
const SHORT_BYTES = 16_384;
/** A read of one that has; as many bytes as Node reads by itself. */
const LONG_BYTES = 65_536;
/** From here on a read is handed over with the memory it is in; of less, too much would be unused. */
const LEAST_GIVEN_BYTES = 49_152;
/** Full reads since the last slow pause, after which reads are long: more than fill a pipe with the usual mark. */
const READS_BEFORE_LONG = 8;
/** And after which they go into memory of the connection's own, since it carries a large body. */
const READS_BEFORE_OWN = 12;
/** A pause of this many milliseconds shows a slow reader. One that keeps up ends its pauses within a few turns. */
const SLOW_PAUSE_MS = 10;

/** What connections read into, one after the other: each has copied its bytes out before the next one reads. */
const shared = Buffer.allocUnsafeSlow(LONG_BYTES);
const sharedShort = shared.subarray(0, SHORT_BYTES);

/**
 * How the socket of one connection reads: no further than to where its body was paused, and in short pieces for a slow
 * reader. By itself it would read on while undici has only stopped its parser, up to 128 KiB a connection.
 *
 *     a new connection, or a slow reader   16 KiB  ─▶ shared ── copied out ──▶ socket ─▶ undici ─▶ pipe
 *     reads that were full                 64 KiB  ─▶ shared ── copied out ──▶   │
 *     more of them                         64 KiB  ─▶ its own ─ handed over ─▶   │
 *                                                     stop ◀───────────────────  pause()
 *
 * So a connection that is idle or paused holds no memory to read into, and 1 000 downloads by slow clients through the
 * proxy hold about 100 MiB in bodies and sockets instead of 230 (Node 24). To stop and start a socket takes
 * time: chunked bodies of 100 MiB through a queue of chunks a seventh more than with undici's pause alone.
 */
export class SocketReads {
  #socket: Socket | undefined;
  #buffer: Buffer = sharedShort;
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
    const bytes = this.#buffer.subarray(0, count);
    const isGiven = this.#hasOwn && count >= LEAST_GIVEN_BYTES;
    const chunk = isGiven ? bytes : copyOf(bytes);
    if (this.#wasSlow()) this.#fullReads = 0;
    else if (count === this.#buffer.length) this.#fullReads += 1;
    else if (this.#hasOwn && !isGiven) this.#fullReads = READS_BEFORE_LONG;
    this.#buffer = this.#nextBuffer(isGiven);
    return (this.#socket as Socket).push(chunk);
  }

  #nextBuffer(isGiven: boolean): Buffer {
    if (this.#fullReads < READS_BEFORE_LONG) return sharedShort;
    if (this.#fullReads < READS_BEFORE_OWN) return shared;
    return this.#hasOwn && !isGiven ? this.#buffer : Buffer.allocUnsafeSlow(LONG_BYTES);
  }

  get #hasOwn(): boolean {
    return this.#buffer !== shared && this.#buffer !== sharedShort;
  }

  /** Whether this read is the first after a long pause. */
  #wasSlow(): boolean {
    const pausedAtMs = this.#pausedAtMs;
    this.#pausedAtMs = undefined;
    return pausedAtMs !== undefined && performance.now() - pausedAtMs >= SLOW_PAUSE_MS;
  }
}

/** In memory of its own, which may change owner. */
function copyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
