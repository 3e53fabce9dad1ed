/**
 * A stretch of a queue: bytes that wait, in memory that no other stretch touches, and a link to the stretch behind.
 *
 *     0         start            end         bytes.length
 *     ├── gone ──┤▓▓▓ waiting ▓▓▓├── room ────┤
 *
 *   G1  0 ≤ start < end ≤ bytes.length, for as long as the memory is sound
 *   G2  given memory is never written and has no room: end is where the chunk ended when it was put
 *   G3  own memory is whole (offset 0, length of its ArrayBuffer) and is only ever written behind `end`; more or less
 *       room takes other memory. So a view of what waits stays as it is, whatever comes after it [S4]. Its room may hold
 *       bytes of old, of the same store
 *   G4  memoryBytes is the length of the backing array, as it was when the segment came by it
 *
 * Neither kind of memory can change its size. When it is shorter than `end` it has no bytes at all: somebody
 * transferred it away [S8].
 */
export class Segment {
  next: Segment | null = null;
  #bytes: Uint8Array;
  #start = 0;
  #end: number;
  #memoryBytes: number;
  #isGiven: boolean;

  private constructor(bytes: Uint8Array, end: number, memoryBytes: number, isGiven: boolean) {
    this.#bytes = bytes;
    this.#end = end;
    this.#memoryBytes = memoryBytes;
    this.#isGiven = isGiven;
  }

  /** @param memoryBytes The length of the buffer behind `chunk`; asking for it takes 15 ns, so it is asked once. */
  static given(chunk: Uint8Array, memoryBytes: number): Segment {
    return new Segment(chunk, chunk.length, memoryBytes, true);
  }

  /** A copy of `chunk` from index `from` on, in memory of `capacity` bytes. */
  static copied(chunk: Uint8Array, from: number, capacity: number): Segment {
    const source = part(chunk, from, chunk.length);
    // Memory made from a source is not zeroed first: at 64 KiB that saves a quarter of the time.
    if (source.length === capacity) return new Segment(new Uint8Array(source), capacity, capacity, false);
    const bytes = new Uint8Array(capacity);
    bytes.set(source);
    return new Segment(bytes, source.length, capacity, false);
  }

  /** The same in `memory`, which is whole and nobody else's. */
  static copiedInto(memory: Uint8Array, chunk: Uint8Array, from: number): Segment {
    const source = part(chunk, from, chunk.length);
    memory.set(source);
    return new Segment(memory, source.length, memory.length, false);
  }

  get size(): number {
    return this.#end - this.#start;
  }

  /** Bytes that `append` can take; below 0 when the memory is gone. */
  get room(): number {
    return this.#bytes.length - this.#end;
  }

  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  get isGiven(): boolean {
    return this.#isGiven;
  }

  get isSound(): boolean {
    return this.#bytes.length >= this.#end;
  }

  /** Nothing is gone, there is no room, and the memory is sound. */
  get isWhole(): boolean {
    return this.#start === 0 && this.#end === this.#bytes.length;
  }

  /** What waits, without a copy; a given chunk of which nothing is gone as the object it is. */
  view(): Uint8Array {
    return part(this.#bytes, this.#start, this.#end);
  }

  /**
   * What waits, for good: the memory itself when it shows these bytes and no others, or was given and shows mostly
   * these; else a copy [S10]. The segment must not be used after that [S3].
   */
  give(): Uint8Array {
    if (this.isWhole) return this.#bytes;
    if (this.#isGiven && 2 * this.size > this.#memoryBytes) return this.view();
    return this.copy(this.size);
  }

  /** The first `count` bytes, in memory of their own. */
  copy(count: number): Uint8Array {
    return new Uint8Array(part(this.#bytes, this.#start, this.#start + count));
  }

  /** Its memory, to be used again; the segment must not be. */
  get memory(): Uint8Array {
    return this.#bytes;
  }

  /** Copies the first `count` bytes to `target` from index `at` on. */
  copyTo(target: Uint8Array, at: number, count: number): void {
    target.set(part(this.#bytes, this.#start, this.#start + count), at);
  }

  /** Copies the first `count` bytes of `chunk` in behind what waits. There must be room. */
  append(chunk: Uint8Array, count: number): void {
    this.#bytes.set(part(chunk, 0, count), this.#end);
    this.#end += count;
  }

  /** Lets the first `count` bytes go; fewer than wait. */
  skip(count: number): void {
    this.#start += count;
  }

  /** Goes on in `memory`, which is whole and nobody else's, without the first `gone` bytes. */
  moveTo(memory: Uint8Array, gone: number): void {
    memory.set(part(this.#bytes, this.#start + gone, this.#end));
    this.#end -= this.#start + gone;
    this.#start = 0;
    this.#bytes = memory;
    this.#memoryBytes = memory.length;
    this.#isGiven = false;
  }

  /** For tests: throws when G1 to G4 are broken. Answers how many bytes are gone, and the memory. */
  checkInvariants(): { start: number; buffer: ArrayBufferLike } {
    const [start, end] = [this.#start, this.#end];
    const { buffer, length, byteOffset } = this.#bytes;
    const hold = (isKept: boolean, law: string): void => {
      if (!isKept) throw new Error(`${law} is broken: start ${start}, end ${end}, length ${length}`);
    };
    hold(Number.isInteger(start) && Number.isInteger(end) && 0 <= start && start < end, 'G1');
    hold(this.isSound || length === 0, 'G1');
    if (this.isSound) {
      hold(this.#isGiven ? end === length : byteOffset === 0 && length === buffer.byteLength, 'G2 or G3');
      hold(this.#memoryBytes === buffer.byteLength, 'G4');
    }
    return { start, buffer };
  }
}

/** Bytes `from` to `to`, without `subarray`: that is slower, and runs the code of a subclass such as Node's `Buffer`. */
function part(bytes: Uint8Array, from: number, to: number): Uint8Array {
  if (from === 0 && to === bytes.length) return bytes;
  return new Uint8Array(bytes.buffer, bytes.byteOffset + from, to - from);
}
