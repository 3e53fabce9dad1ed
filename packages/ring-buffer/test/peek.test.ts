import { describe, expect, test } from 'vitest';
import { RingBufferStore } from '../src/ring-buffer-store.ts';
import { effortOf } from './allocations.ts';
import { hex, streamBytes, turnedStore } from './stream-bytes.ts';

describe('peek', () => {
  test('lends up to the seam, and past it when asked to', () => {
    const store = turnedStore(8, 5, 6);
    expect([...store.peek()]).toEqual([0, 1, 2]);
    expect([...store.peek(3)]).toEqual([0, 1, 2]);
    expect([...store.peek(4)]).toEqual([0, 1, 2, 3]);
    expect([...store.peek(6)]).toEqual([0, 1, 2, 3, 4, 5]);
    expect([...store.peek(1)]).toEqual([0, 1, 2]);
    expect(store.size).toBe(6);
  });

  test('lends nothing of an empty store, before the first byte and after the last', () => {
    const store = turnedStore(8, 5, 2);
    store.drop(2);
    expect(store.peek()).toHaveLength(0);
    expect(store.peek(3)).toHaveLength(0);
    expect(new RingBufferStore().peek()).toHaveLength(0);
  });

  test.each([1, 2, 3, 4, 7, 8, 16])(
    '[S4] lends views of a ring of %i that no put and no other peek moves or changes, wherever its front is',
    (capacityBytes) => {
      for (let offset = 0; offset < capacityBytes; offset += 1) {
        for (let filled = 1; filled <= capacityBytes; filled += 1) {
          const store = turnedStore(capacityBytes, offset, filled);
          const views: Uint8Array[] = [];
          let put = filled;
          do {
            for (let min = 1; min <= store.size; min += 1) views.push(store.peek(min));
            store.checkInvariants();
            put += 1;
          } while (store.put(streamBytes(put - 1, 1), true) > 0);
          for (const view of views) expect(hex(view)).toBe(hex(streamBytes(0, view.length)));
        }
      }
    },
  );

  test('lends past the seam again after bytes were taken from what it lent before', () => {
    const store = turnedStore(8, 5, 8);
    const before = store.peek(8);
    store.drop(2);
    store.put(streamBytes(8, 2), true);
    expect([...store.peek(8)]).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    expect([...before]).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    store.drop(1);
    store.put(streamBytes(10, 1), true);
    expect(hex(store.peek(8))).toBe(hex(streamBytes(3, 8)));
    store.checkInvariants();
  });

  test('lends more past the seam than it had room for when it looked there first', () => {
    for (let min = 7; min <= 16; min += 1) {
      for (let dropped = 0; dropped < 6; dropped += 1) {
        const store = turnedStore(16, 10, 16);
        store.peek(min);
        store.drop(dropped);
        for (let more = 1; more <= store.size; more += 1) {
          expect(hex(store.peek(more).subarray(0, more))).toBe(hex(streamBytes(dropped, more)));
          store.checkInvariants();
        }
        expect(hex(store.peek(16))).toBe(hex(streamBytes(dropped, store.size)));
      }
    }
  });
});

describe('[S9] looking across the seam', () => {
  const capacityBytes = 4096;

  test('at a full ring after every byte copies each byte a few times at most', () => {
    const store = turnedStore(capacityBytes, 1, capacityBytes);
    const steps = 4 * capacityBytes;
    let wrong = 0;
    const { copiedBytes } = effortOf(() => {
      for (let front = 0; front < steps; front += 1) {
        const view = store.peek(capacityBytes);
        if (view[0] !== front % 251 || view[capacityBytes - 1] !== (front + capacityBytes - 1) % 251)
          wrong += 1;
        store.drop(1);
        store.put(Uint8Array.of((front + capacityBytes) % 251), true);
      }
    });
    expect(wrong).toBe(0);
    expect(copiedBytes).toBeLessThan(4 * steps);
  });

  test('one byte further at a time copies each byte a few times at most', () => {
    const store = turnedStore(capacityBytes, capacityBytes - 96, capacityBytes);
    let wrong = 0;
    const { copiedBytes, allocatedBytes } = effortOf(() => {
      for (let min = 1; min <= capacityBytes; min += 1) {
        if (store.peek(min)[min - 1] !== (min - 1) % 251) wrong += 1;
      }
    });
    expect(wrong).toBe(0);
    expect(copiedBytes).toBeLessThan(3 * capacityBytes);
    expect(allocatedBytes).toBeLessThan(5 * capacityBytes);
  });
});
