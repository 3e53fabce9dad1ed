import { describe, expect, it, test } from 'vitest';
import { ChunkQueueStore } from '../src/chunk-queue-store.ts';
import { Segment } from '../src/segment.ts';
import { effortOf } from './effort.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Bytes copied per byte that goes through. */
function copiesPerByte(bytes: number, task: (store: ChunkQueueStore) => void): number {
  const store = new ChunkQueueStore({ capacityBytes: 65_536 });
  return effortOf(() => task(store)).copiedBytes / bytes;
}

describe('[S9] bytes copied for each byte that goes through', () => {
  it('are none for given chunks that are taken whole', () => {
    const copies = copiesPerByte(MIB, (store) => {
      for (let count = 0; count < 64; count += 1) store.put(new Uint8Array(16 * KIB), true);
      while (store.size > 0) store.take();
    });
    expect(copies).toBe(0);
  });

  it('are none for the rest of a given chunk that a short read has begun', () => {
    const copies = copiesPerByte(MIB, (store) => {
      store.put(new Uint8Array(MIB), true);
      store.take(4);
      expect(store.take().length).toBe(MIB - 4);
    });
    expect(copies).toBeLessThan(0.00001);
  });

  it.each([1, 100, 10_000])('are at most two for one long chunk that is taken %i at a time', (max) => {
    const size = 200_000;
    const copies = copiesPerByte(size, (store) => {
      store.put(new Uint8Array(size), true);
      while (store.size > 0) store.take(max);
    });
    expect(copies).toBeLessThanOrEqual(2);
    expect(copies).toBeGreaterThan(0.9);
  });

  it('are at most two for small writes that are taken', () => {
    const copies = copiesPerByte(100_000, (store) => {
      for (let count = 0; count < 10_000; count += 1) store.put(new Uint8Array(10), true);
      while (store.size > 0) store.take();
    });
    expect(copies).toBeLessThan(1.1);
  });

  it('are at most two where short and long chunks take turns', () => {
    const copies = copiesPerByte(100 * 1100, (store) => {
      for (let count = 0; count < 100; count += 1) {
        store.put(new Uint8Array(50), true);
        store.put(new Uint8Array(50), true);
        store.put(new Uint8Array(1000), false);
      }
      while (store.size > 0) store.take();
    });
    expect(copies).toBeLessThanOrEqual(2);
  });

  it('are a few while peeks reach on and on', () => {
    const copies = copiesPerByte(MIB, (store) => {
      for (let count = 0; count < 1024; count += 1) store.put(new Uint8Array(KIB), true);
      for (let min = 1; min <= MIB; min += 700) store.peek(min);
    });
    expect(copies).toBeLessThan(5);
  });

  it('are a few while a peek reaches one byte further after every drop', () => {
    const copies = copiesPerByte(MIB, (store) => {
      for (let count = 0; count < 1024; count += 1) store.put(new Uint8Array(KIB), true);
      let length = store.peek(512 * KIB).length;
      while (length > 10 * KIB) {
        store.drop(3000);
        length = store.peek(length - 3000 + 1).length;
      }
    });
    expect(copies).toBeLessThan(10);
  });

  it.each([1, 100, 3000, 10_000])('are a few while a long window slides by %i', (step) => {
    const window = 512 * KIB;
    const slides = Math.min(1000, Math.ceil(MIB / step / 4));
    const copies = copiesPerByte(window + slides * step, (store) => {
      for (let filled = 0; filled < window; filled += KIB) store.put(new Uint8Array(KIB), true);
      for (let slide = 0; slide < slides; slide += 1) {
        store.peek(store.size);
        store.drop(step);
        store.put(new Uint8Array(step), true);
      }
      store.checkInvariants();
    });
    expect(copies).toBeLessThan(10);
  });
});

test('[S9] a line of 100 000 chunks is touched only at its ends', () => {
  let steps = 0;
  let most = 0;
  const next = Object.getOwnPropertyDescriptor(Segment.prototype, 'size');
  Object.defineProperty(Segment.prototype, 'size', {
    ...next,
    get(this: Segment): unknown {
      steps += 1;
      return next?.get?.call(this);
    },
  });
  try {
    const store = new ChunkQueueStore();
    const chunk = new Uint8Array(KIB);
    for (let count = 0; count < 100_000; count += 1) store.put(chunk, true);
    const calls = [
      () => store.put(chunk, true),
      () => store.take(),
      () => store.peek(),
      () => store.peek(2000),
      () => store.take(100),
      () => store.takeInto(new Uint8Array(1500)),
      () => store.drop(1500),
      () => store.size + store.cost,
    ];
    for (let round = 0; round < 1000; round += 1) {
      for (const call of calls) {
        steps = 0;
        call();
        most = Math.max(most, steps);
      }
    }
    expect(most).toBeGreaterThan(0);
    expect(most).toBeLessThan(40);
    expect(store.size).toBeGreaterThan(90_000 * KIB);
    steps = 0;
    while (store.size > 0) store.take();
    expect(steps).toBeGreaterThan(90_000);
    expect(steps).toBeLessThan(500_000);
  } finally {
    if (next !== undefined) Object.defineProperty(Segment.prototype, 'size', next);
  }
});
