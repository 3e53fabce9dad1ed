import { describe, expect, test } from 'vitest';
import { RingBufferStore } from '../src/ring-buffer-store.ts';
import { RingPool } from '../src/ring-pool.ts';
import { effortOf } from './allocations.ts';
import { observedPool } from './observed-pool.ts';
import { seededRandom } from './seeded-random.ts';
import { hex, streamBytes, turnedStore } from './stream-bytes.ts';

describe('the memory of a store', () => {
  test('[S7] is not asked for before the first byte', () => {
    const { pool, allocated } = observedPool();
    const store = new RingBufferStore({ capacityBytes: 1000 }, pool);
    store.put(new Uint8Array(0), true);
    store.peek();
    store.take();
    store.takeInto(new Uint8Array(4));
    store.drop(0);
    store.clear();
    expect(allocated).toHaveLength(0);
    store.put(Uint8Array.of(1), true);
    expect(allocated.map((ring) => ring.length)).toEqual([1024]);
  });

  test('[S7] is taken once: put, peek, takeInto and drop ask for none after that', () => {
    const store = turnedStore(64, 40, 1);
    const source = streamBytes(0, 48);
    const target = new Uint8Array(30);
    const { allocatedBytes } = effortOf(() => {
      for (let step = 0; step < 1000; step += 1) {
        store.put(source, true);
        store.put(source, false);
        store.peek();
        store.takeInto(target);
        store.drop(17);
      }
    });
    expect(store.size).toBeGreaterThan(0);
    expect(allocatedBytes).toBe(0);
  });

  test('grows for take by the bytes taken and no more', () => {
    const store = turnedStore(64, 40, 50);
    expect(effortOf(() => store.take(20)).allocatedBytes).toBe(20);
    expect(effortOf(() => store.take(30)).allocatedBytes).toBe(30);
    const wrapped = turnedStore(64, 40, 50);
    expect(effortOf(() => wrapped.take()).allocatedBytes).toBe(50);
  });

  test('[S6] [S7] stays while it runs empty and fills again, and goes back with clear', () => {
    const { pool, allocated } = observedPool();
    const store = new RingBufferStore({ capacityBytes: 256 }, pool);
    for (let turn = 0; turn < 100; turn += 1) {
      store.put(streamBytes(0, 200), true);
      store.take();
    }
    expect(pool.heldBytes).toBe(0);
    store.put(streamBytes(0, 200), true);
    store.clear();
    expect([store.size, store.cost, pool.heldBytes, allocated.length]).toEqual([0, 0, 256, 1]);
    store.checkInvariants();
  });

  test('serves it again after clear', () => {
    const { pool, allocated } = observedPool();
    const store = new RingBufferStore({ capacityBytes: 16 }, pool);
    for (let body = 0; body < 5; body += 1) {
      expect(store.put(streamBytes(body, 20), true)).toBe(16);
      store.drop(3);
      expect(store.put(streamBytes(body + 16, 2), true)).toBe(2);
      store.clear();
      store.checkInvariants();
    }
    expect(allocated).toHaveLength(1);
  });

  test('that cannot be had leaves it as it was', () => {
    let isShort = true;
    const pool = new RingPool((bytes) => {
      if (isShort) throw new RangeError('Array buffer allocation failed');
      return new Uint8Array(bytes);
    });
    const store = new RingBufferStore({ capacityBytes: 16 }, pool);
    expect(() => store.put(streamBytes(0, 3), true)).toThrow('Array buffer allocation failed');
    expect(store.size).toBe(0);
    store.checkInvariants();
    isShort = false;
    expect(store.put(streamBytes(0, 3), true)).toBe(3);
  });
});

describe('one ring after another', () => {
  test('a thousand tiny bodies in a row need one', () => {
    const { pool, allocated } = observedPool();
    for (let body = 0; body < 1000; body += 1) {
      const store = new RingBufferStore({ capacityBytes: 65_536 }, pool);
      store.put(streamBytes(body, 10), true);
      expect(hex(store.take())).toBe(hex(streamBytes(body, 10)));
      store.clear();
    }
    expect(allocated).toHaveLength(1);
  });

  test('[P18] it is given back once, however often a store is cleared', () => {
    const { pool, allocated } = observedPool();
    const cleared = new RingBufferStore({ capacityBytes: 256 }, pool);
    cleared.put(streamBytes(0, 10), true);
    cleared.clear();
    cleared.clear();
    expect(pool.heldBytes).toBe(256);
    const one = new RingBufferStore({ capacityBytes: 256 }, pool);
    const other = new RingBufferStore({ capacityBytes: 256 }, pool);
    one.put(streamBytes(10, 5), true);
    other.put(streamBytes(20, 5), true);
    cleared.clear();
    expect(allocated).toHaveLength(2);
    expect(hex(one.take())).toBe(hex(streamBytes(10, 5)));
    expect(hex(other.take())).toBe(hex(streamBytes(20, 5)));
  });

  test('[P18] a view whose loan is open at clear keeps it from every other body', () => {
    const { pool, allocated } = observedPool();
    const first = new RingBufferStore({ capacityBytes: 256 }, pool);
    first.put(streamBytes(0, 100), true);
    const view = first.peek();
    first.clear();
    const second = new RingBufferStore({ capacityBytes: 256 }, pool);
    second.put(new Uint8Array(256).fill(0xee), true);
    expect(hex(view)).toBe(hex(streamBytes(0, 100)));
    expect(allocated).toHaveLength(2);
  });

  test.each([
    ['take', (store: RingBufferStore) => store.take(1)],
    ['takeInto', (store: RingBufferStore) => store.takeInto(new Uint8Array(1))],
    ['drop', (store: RingBufferStore) => store.drop(1)],
  ])('a loan that %s has ended keeps it from nobody', (_name, endLoan) => {
    const { pool, allocated } = observedPool();
    for (let body = 0; body < 10; body += 1) {
      const store = new RingBufferStore({ capacityBytes: 256 }, pool);
      store.put(streamBytes(0, 100), true);
      store.peek();
      endLoan(store);
      store.clear();
    }
    expect(allocated).toHaveLength(1);
  });

  test('[P18] a reader that transfers it away harms its own body alone', () => {
    const { pool } = observedPool();
    const first = new RingBufferStore({ capacityBytes: 256 }, pool);
    first.put(streamBytes(0, 100), true);
    const { buffer } = first.peek();
    structuredClone(buffer, { transfer: [buffer as ArrayBuffer] });
    expect(() => first.put(streamBytes(100, 1), true)).toThrow(TypeError);
    expect(first.size).toBe(100);
    first.drop(100);
    first.clear();
    const second = new RingBufferStore({ capacityBytes: 256 }, pool);
    expect(second.put(streamBytes(0, 256), true)).toBe(256);
    expect(hex(second.take())).toBe(hex(streamBytes(0, 256)));
  });

  test('[P18] [S10] no body ever sees a byte of another, in whatever way bodies are read and left', () => {
    const { pool, allocated } = observedPool();
    const random = seededRandom(498);
    const seen: number[] = [];
    for (let wave = 0; wave < 80; wave += 1) {
      const bodies = [1, 2, 3].map((index) => new CanaryBody(1 + ((wave * 3 + index) % 255), pool, random));
      for (let step = 0; step < 60; step += 1) bodies[random(bodies.length)]?.act();
      for (const body of bodies) {
        seen.push(body.strangeBytes);
        if (random(8) > 0) body.store.clear();
      }
      pool.checkInvariants();
    }
    expect(seen.every((count) => count === 0)).toBe(true);
    expect(allocated.length).toBeLessThan(seen.length);
  });
});

/** A body that consists of one byte value, and counts every other one it is shown. */
class CanaryBody {
  readonly store: RingBufferStore;
  strangeBytes = 0;
  readonly #canary: number;
  readonly #random: (bound: number) => number;

  constructor(canary: number, pool: RingPool, random: (bound: number) => number) {
    const capacityBytes = 200 + random(300);
    this.store = new RingBufferStore({ capacityBytes }, pool);
    this.#canary = canary;
    this.#random = random;
  }

  act(): void {
    const { store } = this;
    const put = (): number => store.put(new Uint8Array(this.#amount()).fill(this.#canary), true);
    const calls = [
      put,
      put,
      put,
      () => this.#look(store.take(this.#amount())),
      () => {
        const target = new Uint8Array(this.#amount());
        this.#look(target.subarray(0, store.takeInto(target)));
      },
      () => {
        const view = store.peek(this.#amount());
        this.#look(view);
        // All that the memory behind a view shows, be it the ring or what was joined.
        this.#look(new Uint8Array(view.buffer).filter((byte) => byte !== 0));
      },
      () => store.drop(this.#amount()),
      () => (this.#random(4) === 0 ? store.clear() : put()),
    ];
    calls[this.#random(calls.length)]?.();
    store.checkInvariants();
  }

  #look(bytes: Uint8Array): void {
    for (const byte of bytes) if (byte !== this.#canary) this.strangeBytes += 1;
  }

  #amount(): number {
    return 1 + this.#random(250);
  }
}
