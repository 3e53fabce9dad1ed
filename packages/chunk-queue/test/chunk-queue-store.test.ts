import { describe, expect, it } from 'vitest';
import chunkQueue, { ChunkQueueStore } from '../src/index.ts';

const filled = (length: number, value: number): Uint8Array => new Uint8Array(length).fill(value);

/** A small linear congruential generator (Numerical Recipes' constants): the walk is the same every time. */
function seeded(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

const same = (bytes: Uint8Array, expected: number[]): boolean => Buffer.from(expected).equals(bytes);

describe('a walk of every operation beside a plain array', () => {
  for (const seed of [1, 2, 3, 4, 5, 6]) {
    it(`[S1] [S3] [S4] [S5] agrees after every step, and nothing handed out ever changes (seed ${seed})`, () => {
      const below = seeded(seed);
      const store = new ChunkQueueStore();
      const model: number[] = [];
      const kept: Uint8Array[] = [];
      let lent: { view: Uint8Array; was: number[] } | undefined;
      let counter = 0;
      const sizes = [1, 2, 63, 64, 65, 1023, 1024, 1025, 4095, 4096, 4097, 9000];

      for (let step = 0; step < 600; step += 1) {
        const choice = model.length > 20_000 ? 6 + below(4) : below(10);
        if (choice < 5) {
          const length = sizes[below(sizes.length)]!;
          const room = new Uint8Array(length + below(2) * below(2 * length));
          const chunk = room.subarray(0, length);
          for (let index = 0; index < length; index += 1) chunk[index] = counter++ & 255;
          model.push(...chunk);
          const owned = below(2) === 0;
          expect(store.put(chunk, owned)).toBe(length);
          if (!owned) room.fill(0xee);
        } else if (choice === 5) {
          const view = store.peek(Math.max(1, below(store.size + 1)));
          expect(same(view, model.slice(0, view.length))).toBe(true);
          lent = { view, was: [...view] };
        } else {
          lent = undefined;
          const count = 1 + below(choice === 9 ? 3 : 6000);
          if (choice === 6) {
            const bytes = store.take(count);
            expect(same(bytes, model.splice(0, bytes.length))).toBe(true);
            bytes.fill(0xaa);
            kept.push(bytes);
          } else if (choice === 7) {
            const target = new Uint8Array(count);
            const copied = store.takeInto(target);
            expect(copied).toBe(Math.min(count, model.length));
            expect(same(target.subarray(0, copied), model.splice(0, copied))).toBe(true);
          } else {
            const dropped = Math.min(count, store.size);
            store.drop(dropped);
            model.splice(0, dropped);
          }
        }
        expect(store.size).toBe(model.length);
        store.checkInvariants();
        if (lent !== undefined) expect(same(lent.view, lent.was)).toBe(true);
      }
      for (const bytes of kept) expect(bytes.every((byte) => byte === 0xaa)).toBe(true);
      store.clear();
      expect([store.size, store.cost]).toEqual([0, 0]);
    }, 60_000);
  }
});

describe('ownership', () => {
  it('hands a big chunk on untouched: the very same array', () => {
    const store = chunkQueue.createStore();
    const chunk = filled(1024, 7);
    store.put(chunk, true);
    expect(store.take()).toBe(chunk);
  });

  it('[S2] copies what stays the caller’s', () => {
    const store = chunkQueue.createStore();
    const view = filled(5000, 1);
    store.put(view, false);
    view.fill(9);
    expect(store.take()).toEqual(filled(5000, 1));
  });

  it('[S5] copies an owned view that shows half of its memory or less, and keeps one that shows more', () => {
    const store = chunkQueue.createStore();
    store.put(new Uint8Array(8192).subarray(0, 4096), true);
    expect(store.cost).toBe(4096);
    const kept = new Uint8Array(8192).subarray(0, 4097);
    store.put(kept, true);
    expect(store.cost).toBe(4096 + 8192);
    store.take();
    expect(store.take()).toBe(kept);
  });

  it('[S3] gives a part of a chunk as a copy, so that transferring it leaves the rest', () => {
    const store = chunkQueue.createStore();
    store.put(filled(4096, 3), true);
    const part = store.take(1000);
    structuredClone(part.buffer, { transfer: [part.buffer] });
    expect(store.take()).toEqual(filled(3096, 3));
  });

  it('[S10] a pooled Buffer never exposes its neighbours', () => {
    const store = chunkQueue.createStore();
    store.put(Buffer.from('a small pooled buffer'), true);
    const bytes = store.take();
    expect(bytes.buffer.byteLength).toBe(bytes.length);
  });

  it('[S8] copies views of resizable and shared memory, owned or not', () => {
    const store = chunkQueue.createStore();
    const resizable = new Uint8Array(new ArrayBuffer(2048, { maxByteLength: 4096 })).fill(1);
    const shared = new Uint8Array(new SharedArrayBuffer(2048)).fill(2);
    store.put(resizable, true);
    store.put(shared, true);
    resizable.fill(9);
    shared.fill(9);
    expect(store.take()).toEqual(filled(2048, 1));
    expect(store.take()).toEqual(filled(2048, 2));
  });
});

describe('a chunk detached after put', () => {
  const detachedSecond = (): ChunkQueueStore => {
    const store = new ChunkQueueStore();
    const chunk = filled(2048, 2);
    store.put(filled(2000, 1), true);
    store.put(chunk, true);
    store.put(filled(3, 3), true);
    structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    return store;
  };
  const error = expect.objectContaining({ code: 'ERR_PIPE_DETACHED' });

  it('[S8] is reported by every way of reading, after the sound bytes before it', () => {
    const target = new Uint8Array(4000);
    const byTake = detachedSecond();
    expect(byTake.take()).toEqual(filled(2000, 1));
    expect(() => byTake.take()).toThrow(error);
    const byTakeInto = detachedSecond();
    expect(byTakeInto.takeInto(target)).toBe(2000);
    expect(() => byTakeInto.takeInto(target)).toThrow(error);
    const byPeek = detachedSecond();
    expect(byPeek.peek(2000)).toEqual(filled(2000, 1));
    expect(() => byPeek.peek(2001)).toThrow(error);
    expect(byPeek.size).toBe(2000 + 2048 + 3);
  });

  it('is dropped like any other, and leaves what is behind it', () => {
    const store = detachedSecond();
    store.drop(2000 + 2048);
    store.checkInvariants();
    expect(store.take()).toEqual(filled(3, 3));
    expect(store.cost).toBe(0);
  });
});

describe('memory', () => {
  it('[S5] 1 MiB written a byte at a time is held in 1 MiB', () => {
    const store = chunkQueue.createStore();
    const one = filled(1, 1);
    for (let count = 0; count < 2 ** 20; count += 1) store.put(one, false);
    expect(store.cost).toBe(2 ** 20);
  });

  it('[S6] [S7] an empty store holds nothing', () => {
    const store = chunkQueue.createStore();
    expect(store.cost).toBe(0);
    store.put(filled(1, 1), true);
    store.drop(1);
    expect(store.cost).toBe(0);
  });

  it('[S9] joins for growing peeks in linear time: bytes allocated stay under four times the backlog', () => {
    const store = new ChunkQueueStore();
    for (let count = 0; count < 256; count += 1) store.put(filled(1024, count), true);
    let allocated = 0;
    let view = store.peek();
    for (let min = 1; min <= store.size; min += 512) {
      const next = store.peek(min);
      if (next.buffer !== view.buffer) allocated += next.buffer.byteLength;
      view = next;
    }
    expect(allocated).toBeGreaterThan(0);
    expect(allocated).toBeLessThan(4 * store.size);
  });
});
