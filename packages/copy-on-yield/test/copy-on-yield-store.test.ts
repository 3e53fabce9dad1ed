import { assert as assertProperty, constantFrom, integer, nat, oneof, property } from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { CopyOnYieldStore } from '../src/copy-on-yield-store.ts';
import copyOnYield from '../src/index.ts';
import { SpareMemory } from '../src/spare-memory.ts';
import { storeOver } from './store-over.ts';
import { bytesMovedBy } from './bytes-moved.ts';
import { StoreWalk, stepsOver, streamOf } from './store-walk.ts';
import type { Step } from './store-walk.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Long runs are counted in steps; the clock is there to end a hang on a busy machine, not to judge. */
const LONG = { timeout: 60_000 };

/** Spare memory of its own, so that no test meets what another left. */
function newStore(capacityBytes?: number, memory = new SpareMemory()): CopyOnYieldStore {
  return storeOver(memory, capacityBytes);
}

function repeated(byte: number, count: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(count).fill(byte);
}

/** As `new ArrayBuffer(length, { maxByteLength })`, which the types of ES2023 do not have. */
function resizable(length: number, maxByteLength: number): ArrayBuffer & { resize(length: number): void } {
  const buffer: unknown = Reflect.construct(ArrayBuffer, [length, { maxByteLength }]);
  return buffer as ArrayBuffer & { resize(length: number): void };
}

function detached(...bytes: number[]): Uint8Array {
  const chunk = Uint8Array.from(bytes);
  structuredClone(chunk, { transfer: [chunk.buffer] });
  return chunk;
}

describe('a random walk beside a plain array', () => {
  const walk = (capacityBytes: number | undefined, steps: Step[]): void => {
    new StoreWalk(newStore(capacityBytes)).run(steps);
  };

  it('[S1] [S2] [S3] [S4] [S5] agrees at every step, with thresholds of a few bytes', LONG, () => {
    const hints = constantFrom(0, 1, 2, 5, 8, 16, 40);
    const agrees = property(hints, stepsOver(nat(24), 80), walk);
    expect(() => assertProperty(agrees, { seed: 1, numRuns: 1_500 })).not.toThrow();
  });

  it(
    '[S1] [S2] [S3] [S4] [S5] agrees at every step, with chunks of the sizes that sockets deliver',
    LONG,
    () => {
      const edges = constantFrom(
        KIB - 1,
        KIB,
        KIB + 1,
        16 * KIB - 1,
        16 * KIB,
        16 * KIB + 1,
        20 * KIB,
        64 * KIB,
      );
      const counts = oneof(nat(300), edges, integer({ min: 300, max: 20 * KIB }));
      const agrees = property(constantFrom(undefined, 64 * KIB), stepsOver(counts, 40), walk);
      expect(() => assertProperty(agrees, { seed: 2, numRuns: 60 })).not.toThrow();
    },
  );
});

describe('bytes in and out', () => {
  it('[S1] joins chunks of any kind in the order they came: views with offsets, pooled Buffers, empty ones', () => {
    const store = newStore();
    expect(store.put(Uint8Array.of(9, 1, 2, 9).subarray(1, 3), false)).toBe(2);
    expect(store.put(new Uint8Array(0), true)).toBe(0);
    expect(store.put(Buffer.from([3, 4, 5]), true)).toBe(3);
    expect(store.put(Buffer.from([6]), false)).toBe(1);
    expect([...store.take()]).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('[S10] takes plain arrays that fill an ArrayBuffer of their own, whatever was put', () => {
    const store = newStore();
    store.put(Buffer.from('some pooled bytes'), true);
    for (const expected of [4, 13, 0]) {
      const { constructor, byteOffset, buffer, length } = store.take(expected === 4 ? 4 : undefined);
      expect({ constructor, byteOffset, held: buffer.byteLength, length }).toEqual({
        constructor: Uint8Array,
        byteOffset: 0,
        held: expected,
        length: expected,
      });
    }
  });

  it('takes at most max, everything by default, and nothing from an empty store', () => {
    const store = newStore();
    expect([...store.take(3)]).toEqual([]);
    store.put(Uint8Array.of(1, 2, 3, 4, 5), true);
    expect([...store.take(2)]).toEqual([1, 2]);
    expect([...store.take(9)]).toEqual([3, 4, 5]);
    expect([...store.peek()]).toEqual([]);
    store.put(Uint8Array.of(6, 7), true);
    expect([...store.take()]).toEqual([6, 7]);
  });

  it('copies into a target that is smaller, larger or empty, and leaves the rest of it alone', () => {
    const store = newStore();
    store.put(Uint8Array.of(1, 2, 3), true);
    const target = Uint8Array.of(0, 0, 0, 0, 0);
    expect(store.takeInto(target.subarray(0, 0))).toBe(0);
    expect(store.takeInto(target.subarray(1, 3))).toBe(2);
    expect([...target]).toEqual([0, 1, 2, 0, 0]);
    expect(store.takeInto(target)).toBe(1);
    expect([...target]).toEqual([3, 1, 2, 0, 0]);
    expect(store.takeInto(target)).toBe(0);
  });

  it('goes on in the same memory while it is copied out bit by bit', () => {
    const store = newStore();
    store.put(repeated(1, 10 * KIB), true);
    const { buffer } = store.peek();
    const target = new Uint8Array(100);
    while (store.size > 100) {
      store.takeInto(target);
      expect(store.peek().buffer).toBe(buffer);
    }
  });

  it.each([
    ['a count below zero', -1, 0],
    ['no number', Number.NaN, 0],
    ['a part of a byte', 0.5, 0],
    ['a byte and a half', 1.5, 1],
    ['more than there is', 4, 3],
    ['no limit', Infinity, 3],
  ])('takes the nearest count in range for %s, so that nothing breaks', (_case, count, nearest) => {
    const stores = [newStore(), newStore()] as const;
    for (const store of stores) {
      store.put(Uint8Array.of(9, 1, 2, 3), true);
      store.drop(1);
    }
    const [taking, dropping] = stores;
    expect([...taking.take(count)]).toEqual([1, 2, 3].slice(0, nearest));
    dropping.drop(count);
    for (const store of stores) {
      store.checkInvariants();
      expect([...store.take()]).toEqual([1, 2, 3].slice(nearest));
    }
  });
});

describe('memory that changes under it', () => {
  it('[S8] copies a view of a resizable buffer, even an owned one that shrinks and grows afterwards', () => {
    const store = newStore();
    const buffer = resizable(4, 8);
    const tracking = new Uint8Array(buffer);
    tracking.set([1, 2, 3, 4]);
    expect(store.put(tracking, true)).toBe(4);
    buffer.resize(0);
    buffer.resize(8);
    expect(store.put(tracking.subarray(6), true)).toBe(2);
    expect([...store.take()]).toEqual([1, 2, 3, 4, 0, 0]);
  });

  it('[S8] copies a view of shared memory, even an owned one that is written to afterwards', () => {
    const store = newStore();
    const shared = new Uint8Array(new SharedArrayBuffer(3));
    shared.set([1, 2, 3]);
    store.put(shared, true);
    shared.fill(0);
    const taken = store.take();
    expect([...taken]).toEqual([1, 2, 3]);
    expect(taken.buffer).toBeInstanceOf(ArrayBuffer);
  });

  it('[S8] keeps the bytes of a chunk that is detached after it was put', () => {
    const store = newStore();
    const chunk = Uint8Array.of(1, 2, 3);
    store.put(chunk, true);
    structuredClone(chunk, { transfer: [chunk.buffer] });
    expect([...store.take()]).toEqual([1, 2, 3]);
  });

  it('takes a detached chunk for an empty one, and copies nothing into a detached target', () => {
    const store = newStore();
    store.put(Uint8Array.of(1), true);
    expect(store.put(detached(2), true)).toBe(0);
    expect(store.takeInto(detached(2))).toBe(0);
    expect([...store.take()]).toEqual([1]);
  });

  it('[S1] takes in its own lent bytes again, with room behind them and without', () => {
    const store = newStore(0);
    store.put(Uint8Array.of(1, 2, 3), true);
    store.put(store.peek(), false);
    store.put(store.peek().subarray(1, 2), false);
    expect([...store.take()]).toEqual([1, 2, 3, 1, 2, 3, 2]);
  });
});

describe('what was lent', () => {
  it('[S4] lends everything at once, without copying, and changes nothing by it', () => {
    const store = newStore();
    store.put(Uint8Array.of(1, 2, 3), true);
    store.drop(1);
    const before = [store.size, store.cost];
    expect([...store.peek(1)]).toEqual([2, 3]);
    expect(store.peek(2).buffer).toBe(store.peek().buffer);
    expect([store.size, store.cost]).toEqual(before);
  });

  it('[S4] leaves every lent view as it is while puts fill the room, overflow it and overflow it again', () => {
    const next = streamOf();
    const store = newStore();
    const put: number[] = [];
    const loans: { view: Uint8Array; expected: number[] }[] = [];
    for (let round = 0; round < 60; round += 1) {
      const chunk = next(400);
      put.push(...chunk);
      store.put(chunk, true);
      loans.push({ view: store.peek(), expected: [...put] });
      store.checkInvariants();
    }
    expect(new Set(loans.map(({ view }) => view.buffer)).size).toBeGreaterThan(3);
    for (const { view, expected } of loans) expect(Buffer.compare(view, Uint8Array.from(expected))).toBe(0);
  });

  it('[S4] does not close the gap in front while a view is lent', () => {
    const store = newStore();
    store.put(repeated(1, KIB), true);
    store.drop(KIB - 4);
    const view = store.peek();
    store.put(repeated(2, 100), true);
    expect([...view]).toEqual([1, 1, 1, 1]);
    expect(store.peek().buffer).not.toBe(view.buffer);
  });

  it('closes the gap in front, in the memory it has, when nothing is lent', () => {
    const store = newStore();
    store.put(repeated(1, KIB), true);
    const { buffer } = store.peek();
    store.drop(KIB - 4);
    store.put(repeated(2, 100), true);
    expect(store.peek().buffer).toBe(buffer);
    expect([...store.take()]).toEqual([1, 1, 1, 1, ...repeated(2, 100)]);
  });
});

describe('memory held', () => {
  it('[S7] is none before the first byte, whatever the hint', () => {
    for (const store of [newStore(), newStore(MIB)]) {
      expect([...store.peek(), ...store.take()]).toEqual([]);
      store.put(new Uint8Array(0), true);
      expect(store.cost).toBe(0);
    }
  });

  it('[S5] is reported whole, and is at most double what is readable and 16 KiB', () => {
    const store = newStore();
    for (let size = 1; size <= 300; size += 1) {
      store.put(new Uint8Array(size), true);
      expect(store.cost).toBe(store.peek().buffer.byteLength);
      expect(store.cost).toBeLessThanOrEqual(2 * store.size + 16 * KIB);
      store.checkInvariants();
    }
  });

  it('[S5] starts small: one byte holds 1 KiB', () => {
    const store = newStore();
    store.put(Uint8Array.of(1), true);
    expect(store.cost).toBe(KIB);
  });

  it('[S5] doubles: 1 MiB of single bytes holds 1 MiB, and one byte more holds 2 MiB', LONG, () => {
    const store = newStore();
    const byte = Uint8Array.of(1);
    for (let count = 0; count < MIB; count += 1) store.put(byte, true);
    expect(store.cost).toBe(MIB);
    store.put(byte, true);
    expect(store.cost).toBe(2 * MIB);
  });

  it('[S5] is what a large chunk needs and at most a quarter more', () => {
    for (const [count, cost] of [
      [16 * KIB, 16 * KIB],
      [16 * KIB + 1, 20 * KIB],
      [64 * KIB - 200, 64 * KIB],
      [300_001, 320 * KIB],
      [8 * MIB + 1, 8 * MIB + 1],
    ] as const) {
      const store = newStore();
      store.put(new Uint8Array(count), true);
      expect(store.cost).toBe(cost);
    }
  });

  it.each([1, 4, 16, KIB, 16 * KIB])(
    'keeps under a hint of %i bytes while less than half of that is readable, and to half of it while empty',
    (capacityBytes) => {
      const store = newStore(capacityBytes);
      const byte = Uint8Array.of(1);
      while (2 * (store.size + 1) < capacityBytes) {
        store.put(byte, true);
        expect(store.cost).toBeLessThan(capacityBytes);
      }
      store.put(repeated(1, capacityBytes), true);
      store.drop(store.size);
      expect(store.cost).toBeLessThanOrEqual(capacityBytes / 2);
    },
  );

  it.each([false, true])('[S6] [S7] is none after clear, whether it was lent (%s) or not', (isLent) => {
    const store = newStore();
    store.put(repeated(7, 10 * KIB), true);
    const view = isLent ? store.peek() : repeated(7, 10 * KIB);
    store.clear();
    store.checkInvariants();
    expect([store.size, store.cost]).toEqual([0, 0]);
    expect(Buffer.compare(view, repeated(7, 10 * KIB))).toBe(0);
    store.put(Uint8Array.of(1, 2), true);
    expect([...store.take()]).toEqual([1, 2]);
  });

  it('is kept for the next chunk while empty, up to 16 KiB', () => {
    const store = newStore();
    store.put(new Uint8Array(16 * KIB), true);
    const { buffer } = store.peek();
    store.drop(16 * KIB);
    expect(store.cost).toBe(16 * KIB);
    store.put(new Uint8Array(16 * KIB), true);
    expect(store.peek().buffer).toBe(buffer);
    store.put(Uint8Array.of(1), true);
    store.take();
    expect(store.cost).toBe(0);
  });

  it('[S5] is given back while a burst of 64 MiB drains, at every step', LONG, () => {
    const store = newStore(64 * KIB);
    const chunk = repeated(5, MIB);
    for (let count = 0; count < 64; count += 1) store.put(chunk, true);
    const target = new Uint8Array(777_777);
    let received = 0;
    while (store.size > 0) {
      received += store.takeInto(target);
      store.checkInvariants();
      expect(store.cost).toBeLessThanOrEqual(2 * store.size + 16 * KIB);
    }
    expect(received).toBe(64 * MIB);
    expect(store.cost).toBeLessThanOrEqual(16 * KIB);
  });

  it('loses and repeats nothing when an allocation fails, be it to grow or to shrink', () => {
    class ExhaustibleMemory extends SpareMemory {
      isExhausted = false;
      override acquire(capacity: number): Uint8Array | undefined {
        if (this.isExhausted) throw new RangeError('Array buffer allocation failed');
        return super.acquire(capacity);
      }
    }
    const memory = new ExhaustibleMemory();
    const store = newStore(undefined, memory);
    const bytes = streamOf()(100 * KIB);
    store.put(Uint8Array.of(9), true);
    store.put(bytes, true);
    store.drop(1);
    memory.isExhausted = true;
    expect(() => store.put(bytes, true)).toThrow('allocation failed');
    expect(() => store.take(90 * KIB)).toThrow('allocation failed');
    expect(() => store.takeInto(new Uint8Array(90 * KIB))).toThrow('allocation failed');
    expect(() => store.drop(90 * KIB)).toThrow('allocation failed');
    store.checkInvariants();
    memory.isExhausted = false;
    expect(Buffer.compare(store.take(), bytes)).toBe(0);
  });
});

describe('work', () => {
  it('is counted in bytes copied and wiped', () => {
    const bytes = new Uint8Array(10);
    const moved = bytesMovedBy(() => {
      bytes.set(bytes.subarray(0, 3));
      bytes.copyWithin(0, 1, 5);
      bytes.slice(2, 9);
      bytes.fill(1);
    });
    expect(moved).toBe(3 + 4 + 7 + 10);
  });

  it(
    '[S9] is a few times what passes through, whatever is put and dropped in turns beside a backlog',
    LONG,
    () => {
      const worst = { ratio: 0, pattern: '' };
      for (const backlog of [3, 1_000, 16 * KIB, 64 * KIB, 64 * KIB + 1, 150_000, 400_000]) {
        for (const part of [1, backlog >> 5, backlog >> 3, backlog >> 2, backlog >> 1, backlog]) {
          for (const order of ['put, drop', 'peek, put, drop', 'drop, put', 'drop, peek, put']) {
            const store = newStore(64 * KIB);
            const chunk = new Uint8Array(Math.max(1, part));
            const moved = bytesMovedBy(() => {
              store.put(new Uint8Array(backlog), true);
              for (let round = 0; round < 400; round += 1) {
                for (const call of order.split(', ')) {
                  if (call === 'put') store.put(chunk, true);
                  else if (call === 'peek') store.peek();
                  else store.drop(chunk.length);
                }
              }
            });
            const ratio = moved / (backlog + 800 * chunk.length);
            if (ratio > worst.ratio)
              Object.assign(worst, { ratio, pattern: `${order} ${chunk.length} at ${backlog}` });
          }
        }
      }
      expect(worst.pattern).not.toBe('');
      expect(worst.ratio).toBeLessThan(4);
    },
  );

  it(
    '[S9] stays so for an opponent that always goes for the next change of memory by the shorter way',
    LONG,
    () => {
      const ratios: number[] = [];
      for (const start of [40 * KIB, 100_000, 1_000_000]) {
        for (const isLent of [false, true]) {
          const store = newStore(64 * KIB);
          let passed = 0;
          const put = (count: number): void => {
            store.put(new Uint8Array(count), true);
            passed += count;
          };
          const moved = bytesMovedBy(() => {
            for (let round = 0; round < 300; round += 1) {
              if (store.size < start / 4) put(start);
              const toGrow = Math.max(1, store.cost - store.size + 1);
              const toShrink = Math.max(1, store.size - Math.ceil((store.cost - 16 * KIB) / 2) + 1);
              if (isLent) store.peek();
              if (toGrow <= toShrink) put(toGrow);
              else {
                store.drop(toShrink);
                passed += toShrink;
              }
            }
          });
          ratios.push(moved / passed);
        }
      }
      expect(Math.max(...ratios)).toBeLessThan(6);
    },
  );

  it('[S9] is linear for bytes that come and go one by one', LONG, () => {
    const store = newStore();
    const byte = Uint8Array.of(1);
    const total = 300_000;
    const moved = bytesMovedBy(() => {
      for (let count = 0; count < total; count += 1) store.put(byte, true);
      for (let count = 0; count < total; count += 1) store.take(1);
    });
    expect(moved / (2 * total)).toBeLessThan(4);
  });
});

describe('the strategy', () => {
  it('names its package, its contract and its traits', () => {
    const { name, contract, traits } = copyOnYield;
    expect({ name, contract, traits }).toEqual({
      name: '@millrace/copy-on-yield',
      contract: 1,
      traits: { put: 'copies', take: 'copies', fixed: false, amplification: 2 },
    });
  });

  it('makes stores that know nothing of each other', () => {
    const [one, two] = [copyOnYield.createStore({ capacityBytes: 8 }), copyOnYield.createStore()];
    one.put(Uint8Array.of(1), true);
    two.put(Uint8Array.of(2), true);
    expect([...one.take(), ...two.take()]).toEqual([1, 2]);
  });

  it.each([-1, Number.NaN, Infinity, '64'])('refuses a hint of %s in one sentence with a code', (hint) => {
    const attempt = (): unknown => copyOnYield.createStore({ capacityBytes: hint as number });
    expect(attempt).toThrow(RangeError);
    expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT' }));
    expect(attempt).toThrow(`capacityBytes is ${hint}; it must be a finite number of at least 0`);
  });

  it('takes any other hint', () => {
    for (const capacityBytes of [0, 0.5, 1, 64 * KIB, Number.MAX_VALUE]) {
      const store = copyOnYield.createStore({ capacityBytes });
      store.put(Uint8Array.of(1, 2), true);
      store.put(Uint8Array.of(3), true);
      expect([...store.take()]).toEqual([1, 2, 3]);
    }
  });
});
