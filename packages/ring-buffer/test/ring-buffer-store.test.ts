import { describe, expect, test } from 'vitest';
import { RingBufferStore } from '../src/ring-buffer-store.ts';
import { observedPool } from './observed-pool.ts';
import { hex, streamBytes, turnedStore } from './stream-bytes.ts';

const reads = {
  take: (store: RingBufferStore, count: number) => store.take(count),
  takeInto: (store: RingBufferStore, count: number) => {
    const target = new Uint8Array(count);
    return target.subarray(0, store.takeInto(target));
  },
  'peek and drop': (store: RingBufferStore, count: number) => {
    const front = store.peek(count).slice(0, count);
    store.drop(front.length);
    return front;
  },
};

// A byte that is left behind keeps the ring from starting over at 0, so that small reads cross the seam too.
const everyPair = Object.entries(reads).flatMap(([name, read]) =>
  [0, 1].flatMap((left) => [1, 2, 3, 4, 7, 8].map((capacityBytes) => ({ name, read, left, capacityBytes }))),
);

describe('across the seam', () => {
  test.each(everyPair)(
    '[S1] every write size and read size is exact for four laps: $name, ring of $capacityBytes, $left left behind',
    ({ read, left, capacityBytes }) => {
      for (let writeSize = 1; writeSize <= capacityBytes + 2; writeSize += 1) {
        for (let readSize = 1; readSize <= capacityBytes + 2; readSize += 1) {
          const store = new RingBufferStore({ capacityBytes }, observedPool().pool);
          let written = 0;
          let delivered = 0;
          while (written < 4 * capacityBytes) {
            const room = capacityBytes - (written - delivered);
            const count = store.put(streamBytes(written, writeSize), true);
            expect(count).toBe(Math.min(writeSize, room));
            written += count;
            store.checkInvariants();
            const readable = written - delivered;
            const wanted = readable === capacityBytes ? readSize : Math.min(readSize, readable - left);
            const got = wanted === 0 ? new Uint8Array(0) : read(store, wanted);
            expect(hex(got)).toBe(hex(streamBytes(delivered, Math.min(wanted, readable))));
            delivered += got.length;
            store.checkInvariants();
          }
        }
      }
    },
  );

  test.each([1, 2, 3, 4, 7, 8, 255, 256, 257])(
    '[S1] a ring of %i takes capacity − 1, capacity and capacity + 1 bytes exactly, wherever its front is',
    (capacityBytes) => {
      for (let offset = 0; offset < capacityBytes; offset += 1) {
        for (const offered of [capacityBytes - 1, capacityBytes, capacityBytes + 1]) {
          const store = turnedStore(capacityBytes, offset, 1);
          const fitting = Math.min(offered, capacityBytes - 1);
          expect(store.put(streamBytes(1, offered), false)).toBe(fitting);
          expect(store.put(streamBytes(0, 1), false)).toBe(
            capacityBytes - 1 > offered ? 1 : capacityBytes - 1 - fitting,
          );
          store.checkInvariants();
          expect(hex(store.take(1 + fitting))).toBe(hex(streamBytes(0, 1 + fitting)));
        }
      }
    },
  );

  test('[S1] a chunk that does not fit goes in part by part', () => {
    const store = turnedStore(5, 3, 2);
    const chunk = streamBytes(2, 12);
    const parts: number[] = [];
    const delivered: number[] = [];
    for (let put = 0; put < chunk.length; put += parts.at(-1) ?? 0) {
      parts.push(store.put(chunk.subarray(put), true));
      delivered.push(...store.take(4));
    }
    delivered.push(...store.take());
    expect(parts).toEqual([3, 4, 4, 1]);
    expect(hex(delivered)).toBe(hex(streamBytes(0, 14)));
  });

  test('[S10] take gives everything in one array that is alone in its memory', () => {
    const taken = turnedStore(8, 6, 7).take();
    expect(hex(taken)).toBe(hex(streamBytes(0, 7)));
    expect(taken.buffer.byteLength).toBe(7);
  });

  test('[S3] a taken chunk stays as it is while the ring goes round over its place', () => {
    const store = turnedStore(4, 2, 4);
    const taken = [store.take(1), store.take(3)];
    for (let lap = 0; lap < 12; lap += 1) {
      store.put(new Uint8Array(4).fill(0xee), true);
      store.take(3);
    }
    expect(taken.map(hex)).toEqual(['00', '010203']);
  });

  test('an empty store starts over, so that what comes next lies in one piece', () => {
    const store = turnedStore(8, 5, 2);
    store.drop(2);
    store.put(streamBytes(0, 8), true);
    expect(store.peek()).toHaveLength(8);
  });
});

describe('what is put', () => {
  test.each([true, false])('[S2] [S8] is copied and not referred to any more, owned: %s', (owned) => {
    const store = turnedStore(64, 60, 1);
    const chunk = streamBytes(1, 10);
    store.put(chunk, owned);
    chunk.fill(0xee);
    structuredClone(chunk.buffer, { transfer: [chunk.buffer] });
    expect(hex(store.take())).toBe(hex(streamBytes(0, 11)));
  });

  test('[S8] may lie in shared or resizable memory', () => {
    const store = turnedStore(16, 12, 1);
    const shared = new Uint8Array(new SharedArrayBuffer(8), 2, 4);
    const memory = resizable(4);
    const shrinking = new Uint8Array(memory);
    shared.set([1, 2, 3, 4]);
    shrinking.set([5, 6, 7, 8]);
    store.put(shared, true);
    store.put(shrinking, true);
    shared.fill(0xee);
    memory.resize(0);
    expect(hex(store.take())).toBe('000102030405060708');
  });

  test('[S8] counts as empty when its memory is gone already', () => {
    const store = turnedStore(16, 0, 1);
    const detached = streamBytes(0, 4);
    structuredClone(detached.buffer, { transfer: [detached.buffer] });
    const memory = resizable(8);
    const outside = new Uint8Array(memory, 4, 4);
    memory.resize(2);
    expect(store.put(detached, true)).toBe(0);
    expect(store.put(outside, true)).toBe(0);
    expect(store.size).toBe(1);
  });

  test('is the part of its memory that the view shows, whether all of it fits or not', () => {
    const memory = streamBytes(0, 32);
    const store = turnedStore(8, 5, 1);
    expect(store.put(memory.subarray(10, 14), true)).toBe(4);
    expect(store.put(Buffer.from(memory.buffer, 20, 8), true)).toBe(3);
    expect([...store.take()]).toEqual([0, 10, 11, 12, 13, 20, 21, 22]);
  });

  test('runs none of its own code when it is a subclass', () => {
    const store = turnedStore(8, 6, 1);
    class Chunk extends Uint8Array {}
    Object.defineProperty(Chunk, Symbol.species, {
      get: () => {
        store.put(Uint8Array.of(0xee), true);
        return Uint8Array;
      },
    });
    expect(store.put(new Chunk(20).fill(7), true)).toBe(7);
    expect(hex(store.take())).toBe('0007070707070707');
  });
});

describe('what is asked for', () => {
  test.each([0, 1, 6, 7, 8, 9])('[S1] takeInto fills a target of %i and nothing beside it', (length) => {
    const store = turnedStore(8, 5, 7);
    const frame = new Uint8Array(length + 4).fill(0x5a);
    const count = Math.min(length, 7);
    expect(store.takeInto(frame.subarray(2, 2 + length))).toBe(count);
    expect(hex(frame)).toBe(`5a5a${hex(streamBytes(0, count))}${'5a'.repeat(length - count + 2)}`);
    expect(store.size).toBe(7 - count);
  });

  test('is the nearest in range when it is out of range', () => {
    const store = turnedStore(8, 5, 6);
    expect(store.take(-1)).toHaveLength(0);
    expect(store.take(NaN)).toHaveLength(0);
    store.drop(-3);
    expect(store.size).toBe(6);
    expect([...store.take(1.9)]).toEqual([0]);
    expect([...store.peek(Infinity)]).toEqual([1, 2, 3, 4, 5]);
    store.drop(Infinity);
    expect(store.size).toBe(0);
    store.checkInvariants();
  });
});

/** As `new ArrayBuffer(length, { maxByteLength })`, which the types of ES2023 do not have. */
function resizable(length: number): ArrayBuffer & { resize(length: number): void } {
  const memory: unknown = Reflect.construct(ArrayBuffer, [length, { maxByteLength: 64 }]);
  return memory as ArrayBuffer & { resize(length: number): void };
}
