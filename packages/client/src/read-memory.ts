import { channel } from 'node:diagnostics_channel';

/** As many bytes as Node reads by itself, and a pipe holds with the usual mark. */
const BODY_READ_BYTES = 65_536;

/** And a head before them: a body of 64 KiB that comes in one read is one chunk, which no strategy copies. */
export const LONG_READ_BYTES: number = BODY_READ_BYTES + 4096;

/** A read of a connection that has not shown yet that its reader keeps up. */
export const SHORT_READ_BYTES = 16_384;

/** Less goes into memory of its own size: as a chunk it would pin too much. */
const LEAST_COPIED_BYTES = SHORT_READ_BYTES / 2;

/** What waits of either size: 1 MiB or so. Hardly ever more than two do, since a read is parsed before the next one. */
const MOST_SPARE = 16;

/** Who subscribes to these gets views of what was read, to keep for as long as he likes. */
const watchers = [
  'undici:request:headers',
  'undici:request:bodyChunkReceived',
  'undici:request:trailers',
].map((name) => channel(name));

const spareLong: ReadMemory[] = [];
const spareShort: ReadMemory[] = [];
const owners = new WeakMap<ArrayBufferLike, ReadMemory>();

/**
 * Memory for one long read of a connection, or a copy of a short one, which the next one uses again when all that was in
 * it has been copied out.
 *
 *     lease, copyOf ─▶ undici cuts chunks out of it ─▶ copied into a pipe ─▶ letGo
 *       ▲                                                                     │
 *       └─────────────────────────────── spare ◀──────────────────────────────┘
 *
 * New memory for each read is left to V8, which looks for it when there are 32 MiB: then none of it is near the processor
 * any more. Bodies of 10 and 100 MiB through the proxy took a half more of its time so (Node 24, every strategy). And what
 * waits long for a slow reader is old when it is over, which V8 notices later still.
 *
 * Whoever keeps a view of a read without copying it just never lets go of the memory, which is then used only once.
 */
export class ReadMemory {
  readonly bytes: Buffer;
  /** Room in it for what comes in the middle of a body. */
  readonly bodyBytes: Buffer;
  readonly #spare: ReadMemory[];
  /** Bytes of the last read; 0: nobody looks at it. */
  #count = 0;

  private constructor(capacityBytes: number, spare: ReadMemory[]) {
    this.bytes = Buffer.allocUnsafeSlow(capacityBytes);
    this.bodyBytes = this.bytes.subarray(0, BODY_READ_BYTES);
    this.#spare = spare;
    owners.set(this.bytes.buffer, this);
  }

  /** For a long read. */
  static lease(): ReadMemory {
    return spareLong.pop() ?? new ReadMemory(LONG_READ_BYTES, spareLong);
  }

  /** A copy of a short read, in such memory unless it would be under half of it. */
  static copyOf(read: Uint8Array): Buffer {
    if (read.length < LEAST_COPIED_BYTES || read.length > SHORT_READ_BYTES) return ownCopyOf(read);
    const memory = spareShort.pop() ?? new ReadMemory(SHORT_READ_BYTES, spareShort);
    memory.bytes.set(read);
    return memory.filled(read.length);
  }

  /** Whether `chunk` lies in such memory. */
  static holds(chunk: Uint8Array): boolean {
    return owners.has(chunk.buffer);
  }

  /** Where the read ends that `chunk` lies in; `undefined`: in no such memory. */
  static endOfRead(chunk: Uint8Array): number | undefined {
    const memory = owners.get(chunk.buffer);
    return memory === undefined ? undefined : memory.#count;
  }

  /** `chunk` changes owner, with the memory it lies in, if that is such memory. What older reads have left there is wiped. */
  static giveAway(chunk: Uint8Array): void {
    const memory = owners.get(chunk.buffer);
    if (memory === undefined) return;
    memory.bytes.fill(0, memory.#count);
    owners.delete(chunk.buffer);
  }

  /**
   * `chunk` was copied, and only its receiver ever got it. When it is the end of its read, nothing else of that read is
   * needed: what is before it has been parsed.
   */
  static letGo(chunk: Uint8Array): void {
    const memory = owners.get(chunk.buffer);
    if (memory === undefined || memory.#count !== chunk.byteOffset + chunk.length) return;
    if (memory.#spare.length === MOST_SPARE || watchers.some(({ hasSubscribers }) => hasSubscribers)) return;
    memory.#count = 0;
    memory.#spare.push(memory);
  }

  /** The first `count` bytes, which were read. */
  filled(count: number): Buffer {
    this.#count = count;
    return this.bytes.subarray(0, count);
  }
}

function ownCopyOf(bytes: Uint8Array): Buffer {
  const copy = Buffer.allocUnsafeSlow(bytes.length);
  copy.set(bytes);
  return copy;
}
