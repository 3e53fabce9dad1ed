import { assert, describe, expect, it, vi } from 'vitest';
import { SpillMemory } from '../src/spill-memory.ts';
import { SpillStore } from '../src/spill-store.ts';
import { arrayStrategy, fixedArrayStrategy } from './array-strategy.ts';
import { seeded } from './seeded.ts';

const CAPACITIES = [1, 2, 3, 7, 64, Infinity];
const SIZES = [1, 2, 3, 7, 63, 64, 65, 500, 2048, 4095, 4096, 4097, 8191, 8192, 9000, 131_071, 131_072];
const SLACK_BYTES = 16_384;
const BACKLOG_BYTES = 200_000;

const spillOver = (capacityBytes: number, memory?: SpillMemory): SpillStore => {
  const isFixed = capacityBytes < Infinity;
  const store = isFixed ? fixedArrayStrategy.createStore({ capacityBytes }) : arrayStrategy.createStore();
  return new SpillStore(store, { isFixed, storeTakes: false, mayWaitBeside: true }, memory);
};

/** Compared as text: a byte-wise `toEqual` of thousands of bytes is most of a test's time. */
const same = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

function detach(chunk: Uint8Array): void {
  structuredClone(chunk.buffer, { transfer: [chunk.buffer as ArrayBuffer] });
}

function filled(length: number, value: number): Uint8Array {
  return new Uint8Array(length).fill(value);
}

const detachedError = expect.objectContaining({ code: 'ERR_PIPE_DETACHED' }) as Error;

/** A spill and the plainest thing that answers the same: one array of bytes. */
class Walk {
  readonly store: SpillStore;
  readonly random: (limit: number) => number;
  model = new Uint8Array(0);
  /** Lent since the last removal: each must still show what it showed [S4]. */
  lent: Uint8Array[] = [];
  hasJoined = false;
  #next = 0;

  constructor(capacityBytes: number, seed: number) {
    this.store = spillOver(capacityBytes);
    this.random = seeded(seed);
  }

  put(): void {
    const size = SIZES[this.random(SIZES.length)]!;
    if (this.model.length + size > BACKLOG_BYTES) return;
    const { chunk, owned } = this.#chunk(size);
    this.model = Buffer.concat([this.model, chunk]);
    assert.equal(this.store.put(chunk, owned), size);
    if (!owned) chunk.fill(0xff);
  }

  take(): void {
    const max = this.random(3) === 0 ? undefined : 1 + this.random(6000);
    const bytes = this.store.take(max);
    if (this.model.length > 0) assert.isAbove(bytes.length, 0);
    if (max !== undefined) assert.isAtMost(bytes.length, max);
    assert(same(bytes, this.#shift(bytes.length)));
    // Taken memory is the consumer's: what it does to it must not reach the store [S3].
    bytes.fill(0xfe);
  }

  takeInto(): void {
    const target = new Uint8Array(this.random(6000));
    const count = this.store.takeInto(target);
    assert.equal(count, Math.min(target.length, this.model.length));
    assert(same(target.subarray(0, count), this.#shift(count)));
  }

  drop(): void {
    const count = this.random(Math.min(this.model.length, 6000) + 1);
    const { hasJoined } = this;
    this.store.drop(count);
    this.#shift(count);
    this.hasJoined = hasJoined;
  }

  peek(): void {
    if (this.model.length === 0) {
      assert.equal(this.store.peek().length, 0);
      return;
    }
    const min = 1 + this.random(this.model.length);
    const view = this.store.peek(min);
    assert.isAtLeast(view.length, min);
    assert.isAtMost(view.length, this.model.length);
    this.lent.push(view);
    this.hasJoined = true;
  }

  clear(): void {
    this.store.clear();
    this.#shift(this.model.length);
    assert.equal(this.store.cost, 0);
  }

  check(): void {
    const { store, model } = this;
    store.checkInvariants();
    const { size, cost } = store;
    assert.equal(size, model.length);
    assert.isAtLeast(cost, size);
    if (!this.hasJoined) assert.isAtMost(cost, 2 * size + SLACK_BYTES);
    for (const view of this.lent) assert(same(view, model.subarray(0, view.length)));
  }

  #shift(count: number): Uint8Array {
    const bytes = this.model.subarray(0, count);
    this.model = this.model.slice(count);
    this.lent = [];
    this.hasJoined = false;
    return bytes;
  }

  /** Bytes that tell where they are from, in memory of every kind. */
  #chunk(size: number): { chunk: Uint8Array; owned: boolean } {
    const kind = this.random(5);
    const margin = kind === 1 ? size * 3 : 0;
    const buffer =
      kind === 2
        ? new SharedArrayBuffer(size)
        : kind === 3
          ? new ArrayBuffer(size, { maxByteLength: size + 10 })
          : new ArrayBuffer(size + margin);
    const chunk = new Uint8Array(buffer, margin, size);
    for (let index = 0; index < size; index += 1) chunk[index] = (this.#next += 1) % 251;
    return { chunk, owned: kind !== 4 };
  }
}

describe('a spill beside a plain array', () => {
  const moves = ['put', 'put', 'put', 'take', 'take', 'takeInto', 'drop', 'peek', 'peek'] as const;
  for (const capacityBytes of CAPACITIES) {
    it(`[S1] [S3] [S4] [S5] answers the same over a store of ${capacityBytes} bytes`, () => {
      for (let seed = 1; seed <= 2; seed += 1) {
        const walk = new Walk(capacityBytes, seed);
        for (let step = 0; step < 80; step += 1) {
          if (walk.random(60) === 0) walk.clear();
          else walk[moves[walk.random(moves.length)]!]();
          walk.check();
        }
        while (walk.model.length > 0) {
          walk.take();
          walk.check();
        }
        expect(walk.store.cost).toBeLessThanOrEqual(SLACK_BYTES);
      }
    });
  }
});

describe('what a spill keeps of a chunk', () => {
  it('[S5] no memory made for a large rest once that is read', () => {
    for (const [size, owned] of [
      [20_000, false],
      [500_000, false],
      [20_000, true],
    ] as const) {
      const store = spillOver(2);
      store.put(filled(size, 1), owned);
      store.drop(size);
      expect(store.cost).toBeLessThanOrEqual(SLACK_BYTES);
    }
  });

  it("[S2] nothing of memory that is not the pipe's", () => {
    for (const size of [5, 4096, 9000]) {
      const store = spillOver(2);
      const chunk = filled(size, 1);
      store.put(chunk, false);
      chunk.fill(2);
      expect(same(store.peek(size), filled(size, 1))).toBe(true);
    }
  });

  const kinds: Record<string, (size: number) => Uint8Array> = {
    'shared memory': (size) => new Uint8Array(new SharedArrayBuffer(size)),
    'a resizable buffer': (size) => new Uint8Array(new ArrayBuffer(size, { maxByteLength: size * 2 })),
    'less than half of a buffer': (size) => new Uint8Array(new ArrayBuffer(size * 2 + 1), 0, size),
    'less than a page': (size) => new Uint8Array(size - 4096),
  };
  for (const [kind, make] of Object.entries(kinds)) {
    it(`[S5] [S8] a copy of an owned view of ${kind}`, () => {
      const store = spillOver(2);
      const chunk = make(8000).fill(1);
      const { length } = chunk;
      store.put(chunk, true);
      chunk.fill(2);
      expect(store.cost).toBeLessThanOrEqual(Math.max(length, 4096) + 2);
      expect(same(store.peek(length), filled(length, 1))).toBe(true);
    });
  }

  it('[S5] the memory itself of an owned chunk of a page that fills its buffer: no copy', () => {
    const store = spillOver(2);
    const chunk = filled(4098, 1);
    store.put(chunk, true);
    chunk.fill(2);
    expect(same(store.peek(4098).subarray(2), filled(4096, 2))).toBe(true);
    expect(store.cost - 4098).toBe(4098 + 2);
  });

  it('[S5] gathers small writes: an array for each would cost a multiple', () => {
    const store = spillOver(1);
    for (let count = 0; count < 10_000; count += 1) store.put(Uint8Array.of(count), true);
    expect(store.size).toBe(10_000);
    expect(store.cost).toBeLessThanOrEqual(10_000 + 4096);
  });

  it('[S6] nothing after clear, and it works on', () => {
    const store = spillOver(3);
    store.put(filled(9000, 1), true);
    store.put(filled(10, 2), false);
    store.peek(9005);
    store.clear();
    expect([store.size, store.cost, store.peek().length, store.take().length]).toEqual([0, 0, 0, 0]);
    store.put(Uint8Array.of(1, 2, 3, 4, 5), true);
    expect([...store.peek(5)]).toEqual([1, 2, 3, 4, 5]);
  });
});

describe('a chunk that is detached in the spill', () => {
  /** 7 sound bytes, 4096 that are gone (less the one that moved up), 3 sound ones. */
  function withGap(capacityBytes: number): SpillStore {
    const store = spillOver(capacityBytes);
    store.put(filled(7, 1), true);
    const chunk = filled(4096, 2);
    store.put(chunk, true);
    store.put(filled(3, 3), true);
    detach(chunk);
    return store;
  }

  for (const capacityBytes of [1, 2, 3, 7]) {
    describe(`over a store of ${capacityBytes} bytes`, () => {
      it('[S8] is reported by take, after the sound bytes and every time', () => {
        const store = withGap(capacityBytes);
        const sound: number[] = [];
        while (sound.length < 7) sound.push(...store.take());
        expect(sound).toEqual([1, 1, 1, 1, 1, 1, 1]);
        expect(() => store.take()).toThrow(detachedError);
        expect(() => store.take(1)).toThrow(detachedError);
      });

      it('[S8] is reported by takeInto, after the sound bytes and every time', () => {
        const store = withGap(capacityBytes);
        const target = new Uint8Array(20);
        expect(store.takeInto(target)).toBe(7);
        expect([...target.subarray(0, 8)]).toEqual([1, 1, 1, 1, 1, 1, 1, 0]);
        expect(() => store.takeInto(target)).toThrow(detachedError);
        expect(() => store.takeInto(target)).toThrow(detachedError);
      });

      it('[S8] is reported by peek, which lends the sound bytes before it', () => {
        const store = withGap(capacityBytes);
        expect([...store.peek(7)]).toEqual([1, 1, 1, 1, 1, 1, 1]);
        expect(() => store.peek(8)).toThrow(detachedError);
        expect([...store.peek(7)]).toEqual([1, 1, 1, 1, 1, 1, 1]);
        store.drop(7);
        expect(() => store.peek()).toThrow(detachedError);
      });

      it('[S8] is dropped by who has looked at it, and what is left of it is reported', () => {
        const store = withGap(capacityBytes);
        store.drop(8);
        expect(store.size).toBe(4095 + 3);
        expect(() => store.take()).toThrow(detachedError);
        store.drop(4095);
        expect([...store.take()]).toEqual([3, 3, 3]);
      });

      it('[S6] is forgotten by clear', () => {
        const store = withGap(capacityBytes);
        store.clear();
        store.put(Uint8Array.of(4), true);
        expect([...store.take()]).toEqual([4]);
        expect(store.size).toBe(0);
      });
    });
  }
});

describe('a long chunk', () => {
  it('goes past the store, and out again as it came', () => {
    const spill = spillOver(Infinity);
    const chunks = [filled(8192, 1), filled(10_000, 2), filled(1 << 20, 3)];
    spill.put(filled(5, 0), true);
    for (const chunk of chunks) spill.put(chunk, true);
    expect(spill.take()).toHaveLength(5);
    expect(chunks.map(() => spill.take())).toEqual(chunks);
    expect(chunks.map((chunk) => spill.put(chunk, true) && spill.take())).toEqual(chunks);
  });

  it('is copied once, into memory of exactly its length, when it was not given', () => {
    const spill = spillOver(Infinity);
    spill.put(filled(5, 0), true);
    spill.put(filled(131_072, 1), false);
    spill.put(filled(131_072, 1), false);
    spill.take();
    const lent = spill.peek();
    expect(spill.take().buffer).toBe(lent.buffer);
    expect(spill.take().buffer.byteLength).toBe(131_072);
  });

  it.each([
    [8191, true],
    [131_071, false],
  ])('goes through the store when it has %i bytes, given: %s', (length, owned) => {
    const spill = spillOver(10);
    spill.put(filled(length, 1), owned);
    expect(spill.peek()).toHaveLength(10);
  });

  it.each([
    ['keeps what it is given', { storeTakes: true, mayWaitBeside: true }],
    ['everything has to go through', { storeTakes: false, mayWaitBeside: false }],
  ])('goes through a store that %s', (_kind, setup) => {
    const store = arrayStrategy.createStore();
    const spill = new SpillStore(store, { isFixed: false, ...setup });
    spill.put(filled(200_000, 1), true);
    expect(store.size).toBe(200_000);
  });

  it('may go out as a view of its memory when most of that is shown, and hides 16 KiB with all others at most [S5]', () => {
    const spill = spillOver(Infinity);
    const views = [9000, 9000, 9000].map(
      (hidden) => new Uint8Array(new ArrayBuffer(20_000 + hidden), 0, 20_000),
    );
    for (const view of views) spill.put(view, true);
    expect(spill.cost).toBe(29_000 + 20_000 + 20_000);
    expect(views.map((view) => spill.take() === view)).toEqual([true, false, false]);
    for (const view of views.slice(1)) spill.put(view, true);
    expect(spill.take()).toBe(views[1]);
  });

  it('goes out with memory of its own when it shows half of what it came with, since another may show the other half [S3]', () => {
    const spill = spillOver(Infinity);
    const memory = new ArrayBuffer(20_000);
    for (const start of [0, 10_000]) spill.put(new Uint8Array(memory, start, 10_000), true);
    expect([spill.take(), spill.take()].map(({ buffer }) => buffer === memory)).toEqual([false, false]);
  });

  it('waits for its turn behind a store that gives a part of what it has', () => {
    const store = arrayStrategy.createStore();
    const takeInto = store.takeInto.bind(store);
    const spill = new SpillStore(
      Object.assign(store, { takeInto: (target: Uint8Array) => takeInto(target.subarray(0, 1)) }),
      { isFixed: false, storeTakes: false, mayWaitBeside: true },
    );
    spill.put(Uint8Array.of(1, 2), true);
    spill.put(filled(8192, 3), true);
    const target = new Uint8Array(3);
    expect([spill.takeInto(target), spill.takeInto(target), spill.takeInto(target)]).toEqual([1, 3, 3]);
    expect([...target]).toEqual([3, 3, 3]);
    expect(spill.size).toBe(8192 - 5);
  });

  it('hides no end of a loan from the store in front of it', () => {
    const store = arrayStrategy.createStore();
    const drop = vi.spyOn(store, 'drop');
    const spill = new SpillStore(store, { isFixed: false, storeTakes: false, mayWaitBeside: true });
    spill.put(filled(5, 1), true);
    spill.put(filled(8192, 2), true);
    spill.peek();
    spill.drop(0);
    expect(drop.mock.calls).toEqual([[0]]);
  });

  it('moves to memory of its own when little of it is left [S5]', () => {
    const spill = spillOver(Infinity);
    spill.put(filled(1 << 20, 1), true);
    spill.take(500_000);
    expect(spill.cost).toBe(1 << 20);
    spill.drop(100_000);
    expect(spill.cost).toBe((1 << 20) - 600_000);
    expect(spill.take().buffer.byteLength).toBe((1 << 20) - 600_000);
  });

  it('stays as it is behind one that is partly gone, for it hides nothing itself', () => {
    const spill = spillOver(Infinity);
    const chunk = filled(1 << 20, 2);
    spill.put(filled(1 << 20, 1), true);
    spill.drop(100_000);
    spill.put(chunk, true);
    spill.take();
    expect(spill.take()).toBe(chunk);
  });

  it('has no slab for a short one behind it, which the next one would cut', () => {
    const spill = spillOver(Infinity);
    for (let round = 0; round < 3; round += 1) {
      spill.put(filled(8192, 1), true);
      spill.put(filled(10, 2), true);
    }
    expect(spill.cost).toBe(3 * 8202);
    spill.put(filled(10, 3), true);
    expect(spill.cost).toBe(3 * 8202 + 4096);
    spill.put(filled(8192, 4), true);
    expect(spill.cost).toBe(3 * 8202 + 10 + 8192);
  });
});

describe('a store that takes fewer bytes than it was given', () => {
  it.each([
    [false, 5],
    [true, 11],
    [true, -1],
    [true, NaN],
  ])('is refused when it may not: fixed %s, %d of 10', (isFixed, taken) => {
    const store = Object.assign(arrayStrategy.createStore(), { put: () => taken });
    const spill = new SpillStore(store, { isFixed, storeTakes: false, mayWaitBeside: false });
    expect(() => spill.put(filled(10, 1), true)).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_STRATEGY' }),
    );
  });
});

describe('a store that lends fewer bytes than it was asked for', () => {
  it('is refused when a peek reaches past it: what it did not lend would be zeros', () => {
    const store = arrayStrategy.createStore();
    const peek = store.peek.bind(store);
    const spill = new SpillStore(Object.assign(store, { peek: () => peek().subarray(0, 1) }), {
      isFixed: false,
      storeTakes: false,
      mayWaitBeside: true,
    });
    spill.put(filled(10, 1), true);
    spill.put(filled(10_000, 2), true);
    expect(() => spill.peek(11)).toThrow(expect.objectContaining({ code: 'ERR_PIPE_STRATEGY' }));
    expect([...spill.peek()]).toEqual([1]);
  });
});

describe('a spill longer than its store', () => {
  const store = (): SpillStore => {
    const spill = spillOver(10);
    spill.put(filled(10, 1), false);
    spill.put(filled(100_000, 2), false);
    return spill;
  };

  it('is lent in one piece once the store is empty, and stays there while more comes [S4]', () => {
    const spill = store();
    expect(spill.peek()).toHaveLength(10);
    spill.drop(10);
    const view = spill.peek();
    spill.put(filled(50, 3), false);
    expect(same(view, filled(100_000, 2))).toBe(true);
    // What follows is behind it, and a look that reaches so far joins both.
    expect(spill.peek(100_001).at(100_000)).toBe(3);
    spill.drop(99_990);
    expect([...spill.take()]).toEqual([...filled(10, 2)]);
    expect([...spill.take(), ...spill.take(), ...spill.take(), ...spill.take(), ...spill.take()]).toEqual([
      ...filled(50, 3),
    ]);
    expect(spill.size).toBe(0);
  });

  it('gives away the memory itself when all of it goes, and a copy of a part [S3] [S10]', () => {
    const whole = store();
    whole.drop(10);
    const lent = whole.peek();
    const taken = whole.take();
    expect([taken.buffer, taken.byteLength]).toEqual([lent.buffer, lent.buffer.byteLength]);
    whole.put(filled(10, 3), false);
    expect(same(taken, filled(100_000, 2))).toBe(true);

    const parted = store();
    parted.drop(10);
    const first = parted.take(60_000);
    expect([first.length, first.buffer.byteLength]).toEqual([60_000, 60_000]);
    const rest = parted.take();
    expect([rest.length, rest.buffer.byteLength]).toEqual([40_000, 40_000]);
    expect(parted.size).toBe(0);
  });

  it('is copied out of where it lies', () => {
    const spill = store();
    const target = filled(70_000, 9);
    expect(spill.takeInto(target)).toBe(70_000);
    expect(same(target, Buffer.concat([filled(10, 1), filled(69_990, 2)]))).toBe(true);
    expect(spill.takeInto(target)).toBe(30_010);
    expect(spill.takeInto(target)).toBe(0);
  });
});

describe('what is joined for a peek', () => {
  const LONG = 10_000;
  function peekedAcross(): { spill: SpillStore; view: Uint8Array } {
    const spill = spillOver(10);
    for (const value of [1, 2, 3]) spill.put(filled(LONG, value), true);
    return { spill, view: spill.peek(LONG + 1) };
  }

  it('is not joined again by the next one: a pipe drops nothing in between, to end the loan [S9]', () => {
    const { spill, view } = peekedAcross();
    const longer = spill.peek(LONG + 2);
    spill.drop(0);
    expect(spill.peek(LONG + 2).buffer).toBe(longer.buffer);
    expect(spill.peek(2 * LONG).buffer).toBe(longer.buffer);
    expect(same(view, Buffer.concat([filled(LONG, 1), filled(1, 2)]))).toBe(true);
    expect(same(spill.peek(3 * LONG), Buffer.concat([1, 2, 3].map((value) => filled(LONG, value))))).toBe(
      true,
    );
  });

  it('serves the next one when a little of it was consumed, and is let go of when it is mostly gone [S9] [S5]', () => {
    const { spill } = peekedAcross();
    spill.drop(10);
    const grown = spill.peek(LONG + 1);
    spill.drop(LONG - 20);
    const next = spill.peek(LONG + 1);
    expect(next.buffer).toBe(grown.buffer);
    expect(same(next, Buffer.concat([filled(10, 1), filled(LONG - 8, 2)]))).toBe(true);
    const { cost } = spill;
    spill.drop(20);
    expect(cost - spill.cost).toBe(LONG + grown.buffer.byteLength);
    expect(same(spill.peek(LONG + 1), Buffer.concat([filled(LONG - 10, 2), filled(11, 3)]))).toBe(true);
  });

  it('goes on behind what of a piece was joined before some of that was consumed', () => {
    const spill = spillOver(10);
    spill.put(filled(10, 0), true);
    for (const value of [1, 2]) spill.put(filled(LONG, value), true);
    expect(spill.peek(110)).toHaveLength(110);
    spill.drop(15);
    expect(same(spill.peek(LONG), Buffer.concat([filled(LONG - 5, 1), filled(5, 2)]))).toBe(true);
  });

  it('is joined again when a reader has transferred it, against the rules [S8]', () => {
    const { spill, view } = peekedAcross();
    detach(view);
    const bytes = Buffer.concat([filled(LONG, 1), filled(2, 2)]);
    expect(same(spill.peek(LONG + 2), bytes)).toBe(true);
  });
});

describe('memory of a spill that was read', () => {
  const LONG = 200_000;
  /** Puts a long chunk, which goes past the store, and reads it; the memory it waited in. */
  function passThrough(spill: SpillStore, bytes = LONG): ArrayBufferLike {
    spill.put(filled(bytes, 1), false);
    const { buffer } = spill.peek();
    spill.drop(bytes);
    return buffer;
  }

  it('serves the same spill again when it was lent, for as long a chunk, and no other [P18]', () => {
    const memory = new SpillMemory();
    const [one, other] = [spillOver(2, memory), spillOver(2, memory)];
    const buffer = passThrough(one);
    expect([one.cost, memory.heldBytes]).toEqual([0, LONG]);
    expect(passThrough(other)).not.toBe(buffer);
    expect(passThrough(one)).toBe(buffer);
    expect(passThrough(one, LONG + 1)).not.toBe(buffer);
    expect(memory.heldBytes).toBe(3 * LONG + 1);
    // Read without a loan now, it may still be seen through the view that was kept.
    one.put(filled(LONG, 2), false);
    one.drop(LONG);
    const third = spillOver(2, memory);
    third.put(filled(LONG, 3), false);
    expect(third.peek().buffer).not.toBe(buffer);
  });

  it('serves any spill when it was only copied out of, and is all written over [S10]', () => {
    const memory = new SpillMemory();
    const [one, other] = [spillOver(2, memory), spillOver(2, memory)];
    one.put(filled(LONG, 1), false);
    expect(one.takeInto(new Uint8Array(LONG))).toBe(LONG);
    one.clear();
    expect(memory.heldBytes).toBe(LONG);
    other.put(filled(LONG, 2), false);
    expect(memory.heldBytes).toBe(0);
    expect(same(new Uint8Array(other.peek().buffer), filled(LONG, 2))).toBe(true);
  });

  it('serves nobody else when a slab of short writes is made, whose room would show what was there [S10]', () => {
    const memory = new SpillMemory();
    memory.keep(filled(4096, 9), null);
    const spill = spillOver(1, memory);
    spill.put(filled(3, 1), false);
    spill.drop(1);
    expect([...new Uint8Array(spill.peek().buffer).subarray(0, 4)]).toEqual([1, 1, 0, 0]);
    expect(memory.heldBytes).toBe(4096);
  });

  it('serves again when it was copied out of, a slab of short writes too', () => {
    const memory = new SpillMemory();
    const spill = spillOver(2, memory);
    const inTwo = (): ArrayBufferLike => {
      const { buffer } = spill.peek();
      spill.take(1);
      spill.take();
      return buffer;
    };
    spill.put(filled(LONG, 1), false);
    const long = inTwo();
    spill.put(filled(LONG, 2), false);
    expect(spill.peek().buffer).toBe(long);
    spill.clear();
    const slabs = [1, 2].map(() => {
      spill.put(filled(2, 1), false);
      spill.put(filled(100, 2), false);
      spill.drop(2);
      return inTwo();
    });
    expect([slabs[0] === slabs[1], slabs[0]?.byteLength]).toEqual([true, 4096]);
  });

  it('is let go by clear, lent or not [S6] [S7]', () => {
    const memory = new SpillMemory();
    const spill = spillOver(2, memory);
    const buffer = passThrough(spill);
    spill.clear();
    expect(memory.heldBytes).toBe(0);
    spill.put(filled(LONG, 1), false);
    const view = spill.peek();
    spill.clear();
    expect([view.buffer === buffer, memory.heldBytes]).toEqual([false, 0]);
    expect(passThrough(spill)).not.toBe(view.buffer);
    expect(view.every((byte) => byte === 1)).toBe(true);
  });

  it('is not kept when it was given away', () => {
    const memory = new SpillMemory();
    const spill = spillOver(2, memory);
    spill.put(filled(LONG, 1), false);
    const lent = spill.peek();
    expect(spill.take().buffer).toBe(lent.buffer);
    expect([spill.size, memory.heldBytes]).toEqual([0, 0]);
  });

  it('is the producer’s when that gave it, and is not kept either', () => {
    const memory = new SpillMemory();
    const spill = spillOver(2, memory);
    spill.put(filled(LONG, 1), true);
    spill.drop(LONG);
    expect([spill.size, memory.heldBytes]).toEqual([0, 0]);
  });

  it('adds up to 16 MiB in 64 pieces at most; the oldest go first, and what was transferred is never given back', () => {
    const MIB = 1 << 20;
    const memory = new SpillMemory();
    const owner = {};
    memory.keep(new Uint8Array(4095), owner);
    memory.keep(new Uint8Array(16 * MIB + 1), owner);
    expect(memory.heldBytes).toBe(0);
    const small = Array.from({ length: 65 }, () => new Uint8Array(64 * 1024));
    for (const piece of small) memory.keep(piece, owner);
    expect(memory.heldBytes).toBe(4 * MIB);
    const large: Uint8Array[] = [4, 5, 6].map((mib) => new Uint8Array(mib * MIB));
    for (const piece of large) memory.keep(piece, owner);
    expect(memory.heldBytes).toBe(16 * MIB);
    memory.keep(new Uint8Array(MIB), owner);
    expect(memory.heldBytes).toBe(16 * MIB);
    expect(memory.takeOwn(5 * MIB, {})).toBeUndefined();
    detach(large[2]!);
    expect(memory.takeOwn(6 * MIB, owner)).toBeUndefined();
    expect(memory.takeOwn(5 * MIB, owner)).toBe(large[1]);
    expect(memory.takeOwn(64 * 1024, owner)).toBeUndefined();
    memory.forget({});
    expect(memory.heldBytes).toBe(11 * MIB);
    memory.forget(owner);
    expect(memory.heldBytes).toBe(0);
  });
});

describe('the work of a spill', () => {
  /** Bytes that `run` copies with `set`, as a measure of work that no clock disturbs. */
  function copiedBytes(run: () => void): number {
    const set = vi.spyOn(Uint8Array.prototype, 'set');
    try {
      run();
      return set.mock.calls.reduce((sum, [source]) => sum + source.length, 0);
    } finally {
      set.mockRestore();
    }
  }

  it('[S9] is linear when the peeks grow by a few bytes each', () => {
    const work = [5_000, 10_000, 20_000].map((size) => {
      const store = spillOver(7);
      for (let put = 0; put < size; put += 50) store.put(filled(50, 1), false);
      return copiedBytes(() => {
        for (let min = 1; min <= size; min += 10) store.peek(min);
      });
    });
    expect(work[0]).toBeLessThanOrEqual(4 * 5_000);
    expect(work[1]).toBeLessThanOrEqual(4 * 10_000);
    expect(work[2]).toBeLessThanOrEqual(4 * 20_000);
  });

  it('[S9] is linear when every put is followed by a peek at all of it', () => {
    const size = 20_000;
    const store = spillOver(7);
    const copied = copiedBytes(() => {
      for (let put = 0; put < size; put += 20) {
        store.put(filled(20, 1), false);
        expect(store.peek(store.size).length).toBe(store.size);
      }
    });
    expect(copied).toBeLessThanOrEqual(6 * size);
  });
});
