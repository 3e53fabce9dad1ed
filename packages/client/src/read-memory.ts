import { channel } from 'node:diagnostics_channel';

/** As many bytes as Node reads by itself, and a pipe holds with the usual mark. */
const BODY_READ_BYTES = 65_536;

/** And a head before them: a body of 64 KiB that comes in one read is one chunk, which no strategy copies. */
export const LONG_READ_BYTES: number = BODY_READ_BYTES + 4096;

/** What waits to be read into: 1 MiB or so. Hardly ever more than two do, since a read is parsed before the next one. */
const MOST_SPARE = 16;

/** Who subscribes to these gets views of what was read, to keep for as long as he likes. */
const watchers = [
  'undici:request:headers',
  'undici:request:bodyChunkReceived',
  'undici:request:trailers',
].map((name) => channel(name));

const spare: ReadMemory[] = [];
const owners = new WeakMap<ArrayBufferLike, ReadMemory>();

/**
 * Memory for one long read of a connection, which the next one uses again when all that was in it has been copied out.
 *
 *     lease ─▶ socket reads into it ─▶ undici cuts chunks out of it ─▶ copied into a pipe ─▶ letGo
 *       ▲                                                                                     │
 *       └─────────────────────────────────────── spare ◀──────────────────────────────────────┘
 *
 * New memory for each read is left to V8, which looks for it when there are 32 MiB: then none of it is near the processor
 * any more. Bodies of 10 and 100 MiB through the proxy took a half more of its time so (Node 24, every strategy).
 *
 * Whoever keeps a view of a read without copying it just never lets go of the memory, which is then used only once.
 */
export class ReadMemory {
  readonly bytes: Buffer = Buffer.allocUnsafeSlow(LONG_READ_BYTES);
  /** Room in it for what comes in the middle of a body. */
  readonly bodyBytes: Buffer = this.bytes.subarray(0, BODY_READ_BYTES);
  /** Bytes of the last read; 0: nobody looks at it. */
  #count = 0;

  static lease(): ReadMemory {
    const memory = spare.pop();
    if (memory !== undefined) return memory;
    const made = new ReadMemory();
    owners.set(made.bytes.buffer, made);
    return made;
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
    if (spare.length === MOST_SPARE || watchers.some(({ hasSubscribers }) => hasSubscribers)) return;
    memory.#count = 0;
    spare.push(memory);
  }

  /** The first `count` bytes, which were read. */
  filled(count: number): Buffer {
    this.#count = count;
    return this.bytes.subarray(0, count);
  }
}
