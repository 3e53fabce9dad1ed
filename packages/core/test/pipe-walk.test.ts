import { assert, describe, expect, it } from 'vitest';
import type { PipeSummary } from '../src/lifecycle.ts';
import { createPipe, type Pipe } from '../src/pipe.ts';
import type { BufferStrategy } from '../src/strategy.ts';
import { arrayStrategy, fixedArrayStrategy, passingStrategy } from './array-strategy.ts';
import { seeded } from './seeded.ts';

/** Around every length from which on a chunk goes another way; the long ones are rare, for they take the time. */
const SIZES = [
  [0, 1, 63, 64, 65, 500, 4095, 4096, 4097],
  [0, 1, 64, 65, 4096, 8191, 8192, 8193, 20_000],
  [8192, 65_535, 65_537, 131_071, 131_072, 131_073, 200_000],
] as const;
const MARKS = [0, 1, 4096, 65_536, 1 << 20];
const MOST_WRITTEN = 6 << 20;
const MOST_WAITING = 1 << 20;

type Random = (limit: number) => number;

function pick<T>(random: Random, from: readonly T[]): T {
  return from[random(from.length)] as T;
}

/** Compared as text: a byte-wise `toEqual` of thousands of bytes is most of a test's time. */
const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

/** Bytes that tell where in a body they are, and of which pipe: no other has any of the same. */
function bodyOf(kind: number): Uint8Array {
  const random = seeded(kind);
  return new Uint8Array(MOST_WRITTEN).map(() => 64 * kind + 1 + random(62));
}

/** A pipe, and the plainest thing that answers the same: a body, and how much of it was written and read. */
class WalkedPipe {
  written = 0;
  readonly #kind: number;
  readonly #random: Random;
  readonly #body: Uint8Array;
  readonly #highWaterMark: number;
  readonly #pipe: Pipe;
  readonly #views: AsyncIterator<Uint8Array>;
  readonly #values: AsyncIterator<Uint8Array>;
  #read = 0;
  /** Lent and not over: it must show what it showed [S4]. */
  #lent: { view: Uint8Array; start: number } | null = null;
  #isConsumable = false;
  /** Taken, and the consumer's for good [S3]. */
  #taken: { bytes: Uint8Array; start: number }[] = [];

  constructor(strategy: BufferStrategy, kind: number, body: Uint8Array, random: Random) {
    this.#kind = kind;
    this.#body = body;
    this.#random = random;
    const highWaterMark = pick(random, MARKS);
    this.#highWaterMark = highWaterMark;
    this.#pipe = createPipe(strategy, { highWaterMark, maxBuffered: Infinity });
    this.#views = this.#pipe.reader.views();
    this.#values = this.#pipe.reader.values();
  }

  write(): void {
    const { writer } = this.#pipe;
    const length = pick(this.#random, SIZES[Math.min(2, this.#random(7) >> 1)] ?? SIZES[0]);
    if (this.written + length > MOST_WRITTEN || this.#size > MOST_WAITING) return;
    const chunk = this.#chunk(length);
    this.written += length;
    if (this.#random(3) > 0) writer.write(chunk);
    else {
      writer.writeCopy(chunk);
      chunk.fill(64 * this.#kind + 63);
    }
  }

  async read(): Promise<void> {
    if (this.#size === 0) return;
    const { reader } = this.#pipe;
    const random = this.#random;
    const count = 1 + random(pick(random, [10, 5000, 100_000, 400_000]));
    const reads: (() => unknown)[] = [
      () => this.#take(reader.tryRead(random(2) === 0 ? undefined : count)),
      async () => this.#take(await reader.read({ min: Math.min(count, this.#size) })),
      async () => this.#readInto(new Uint8Array(count)),
      async () => this.#take((await this.#values.next()).value),
      async () => (this.#read += this.#borrow((await this.#views.next()).value, 1)),
      () => this.#peek(Math.min(count, this.#size)),
      () => this.#peek(1),
      () => this.#consume(),
      () => this.#consume(),
    ];
    await pick(random, reads)();
  }

  check(): void {
    const { reader, writer } = this.#pipe;
    assert.equal(reader.size, this.#size);
    assert.isAtMost(writer.desiredSize!, this.#highWaterMark - this.#size);
    if (this.#lent !== null) this.#requireSame(this.#lent.view, this.#lent.start);
  }

  end(): Promise<PipeSummary> {
    const { reader, writer } = this.#pipe;
    writer.end();
    while (this.#size > 0) this.#take(reader.tryRead());
    assert.isNull(reader.tryRead());
    for (const { bytes, start } of this.#taken) this.#requireSame(bytes, start);
    return writer.closed;
  }

  get #size(): number {
    return this.written - this.#read;
  }

  /** In memory of every kind; what it hides is full of bytes of this pipe too. */
  #chunk(length: number): Uint8Array {
    const [before, after] = pick<[number, number]>(this.#random, [
      [0, 0],
      [0, 0],
      [0, this.#random(9000)],
      [length, 0],
      [2 * length, length],
    ]);
    const buffer =
      this.#random(6) === 0
        ? new SharedArrayBuffer(before + length + after)
        : new ArrayBuffer(before + length + after, this.#random(6) === 0 ? { maxByteLength: 1 << 21 } : {});
    new Uint8Array(buffer).fill(64 * this.#kind + 63);
    const chunk = new Uint8Array(buffer, before, length);
    chunk.set(this.#body.subarray(this.written, this.written + length));
    return chunk;
  }

  #take(bytes: Uint8Array | null | undefined): void {
    this.#read += this.#borrow(bytes, 1);
    this.#lent = null;
    const start = this.#read - bytes!.length;
    if (this.#random(4) === 0) this.#taken.push({ bytes: bytes!, start });
    else if (bytes!.buffer instanceof ArrayBuffer)
      structuredClone(bytes!.buffer, { transfer: [bytes!.buffer] });
  }

  async #readInto(target: Uint8Array): Promise<void> {
    const count = await this.#pipe.reader.readInto(target);
    this.#read += this.#borrow(target.subarray(0, count), 1);
    this.#lent = null;
  }

  #peek(min: number): void {
    this.#borrow(this.#pipe.reader.tryPeek(min), min);
    this.#isConsumable = true;
  }

  #consume(): void {
    if (this.#lent === null || !this.#isConsumable) return;
    const { length } = this.#lent.view;
    const count = pick(this.#random, [1, 1 + this.#random(length), length]);
    this.#pipe.reader.consume(count);
    this.#read += count;
    this.#lent = null;
  }

  #borrow(view: Uint8Array | null | undefined, min: number): number {
    assert(view instanceof Uint8Array && view.length >= min && view.length <= this.#size);
    this.#requireSame(view, this.#read);
    this.#requireAlone(view);
    this.#lent = { view, start: this.#read };
    this.#isConsumable = false;
    return view.length;
  }

  #requireSame(bytes: Uint8Array, start: number): void {
    assert(same(bytes, this.#body.subarray(start, start + bytes.length)));
  }

  /** [S10] [P18] */
  #requireAlone({ buffer, length }: Uint8Array): void {
    if (buffer.byteLength === length) return;
    const isOwn = (byte: number): boolean => byte === 0 || byte >> 6 === this.#kind;
    assert(new Uint8Array(buffer).every(isOwn), 'it shows bytes of another pipe');
  }
}

describe('pipes side by side, beside the bodies that were written to them', () => {
  const bodies = [1, 2, 3].map(bodyOf);
  for (const strategy of [arrayStrategy, fixedArrayStrategy, passingStrategy]) {
    it(`[P1] [P16] [P18] [S3] [S4] [S10] read the same with ${strategy.name}, however it is written and read`, async () => {
      for (let seed = 1; seed <= 8; seed += 1) {
        const random = seeded(seed);
        const pipes = bodies.map((body, index) => new WalkedPipe(strategy, index + 1, body, random));
        for (let step = 0; step < 400; step += 1) {
          const pipe = pick(random, pipes);
          if (random(9) < 4) pipe.write();
          else await pipe.read();
          for (const each of pipes) each.check();
        }
        for (const pipe of pipes) {
          const { outcome, delivered, discarded } = await pipe.end();
          expect([outcome, delivered, discarded]).toEqual(['ended', pipe.written, 0]);
        }
      }
    });
  }
});
