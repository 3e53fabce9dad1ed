import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it, test } from 'vitest';
import { ChunkQueueStore } from '../src/chunk-queue-store.ts';
import { effortOf } from './effort.ts';
import { streamBytes } from './stream-bytes.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function memoryInUse(): number {
  collectGarbage();
  collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe('cost', () => {
  it.each([true, false])(
    '[S5] 1 MiB in one-byte writes, given: %s, holds less than 1 MiB and 1 % of memory',
    (owned) => {
      const store = new ChunkQueueStore();
      for (let count = 0; count < MIB; count += 1) store.put(new Uint8Array(1), owned);
      expect(store.size).toBe(MIB);
      expect(store.cost).toBeLessThan(1.01 * MIB);
    },
  );

  it('[S5] 1 MiB in one-byte writes holds at most 1.2 MiB of real memory, objects included', () => {
    const store = new ChunkQueueStore();
    // The first round is the runtime's: it compiles.
    for (const isMeasured of [false, true]) {
      const before = memoryInUse();
      for (let count = 0; count < MIB; count += 1) store.put(new Uint8Array(1), true);
      const held = memoryInUse() - before;
      expect(store.size).toBe(MIB);
      if (isMeasured) expect(held).toBeLessThan(1.2 * MIB);
      store.clear();
    }
  });

  it('[S5] reaches the declared amplification with views that show just over half of their memory, and stays below', () => {
    const store = new ChunkQueueStore();
    for (let count = 0; count < 20; count += 1) {
      store.put(new Uint8Array(new ArrayBuffer(200 * KIB), 0, 100 * KIB + 512), true);
    }
    expect(store.cost).toBe(20 * 200 * KIB);
    expect(store.cost / store.size).toBeGreaterThan(1.98);
    expect(store.cost / store.size).toBeLessThanOrEqual(2);
  });

  it.each(['take', 'takeInto', 'drop'] as const)('[S5] follows a chunk that is used up by %s', (call) => {
    const store = new ChunkQueueStore();
    store.put(new Uint8Array(MIB), true);
    while (store.size > 0) {
      if (call === 'takeInto') store.takeInto(new Uint8Array(999));
      else store[call](Math.min(999, store.size));
      expect(store.cost).toBeLessThanOrEqual(2 * store.size + 4 * KIB);
      store.checkInvariants();
    }
  });

  it('[S5] follows a chunk of which a peek has joined all but a little', () => {
    const store = new ChunkQueueStore();
    putAll(store, [10, MIB, 5 * KIB]);
    store.peek(MIB);
    store.checkInvariants();
    store.drop(MIB);
    store.checkInvariants();
    expect(store.cost).toBeLessThan(8 * KIB);
  });

  it.each([0, 1, 100, 1000, 4096])('a slab alone never pauses a pipe with a mark of %i', (capacityBytes) => {
    const store = new ChunkQueueStore({ capacityBytes });
    for (let count = 0; 2 * store.size + 2 < capacityBytes; count += 1) {
      store.put(Uint8Array.of(count), false);
      expect(store.cost - store.size).toBeLessThanOrEqual(Math.max(store.size, capacityBytes / 2));
    }
    // Past the mark slabs are of full size all the same, or a small mark would mean an object every few bytes.
    for (let count = 0; count < 60_000; count += 1) store.put(Uint8Array.of(count), false);
    const lengths: number[] = [];
    while (store.size > 0) lengths.push(store.take().length);
    expect(Math.max(...lengths)).toBe(8192);
  });
});

function putAll(store: ChunkQueueStore, lengths: readonly number[]): void {
  let from = 0;
  for (const length of lengths) {
    store.put(streamBytes(from, length), true);
    from += length;
  }
}

describe('a store without bytes', () => {
  it('[S7] asks for no memory before the first', () => {
    const { allocatedBytes } = effortOf(() => {
      const store = new ChunkQueueStore({ capacityBytes: 65_536 });
      store.put(new Uint8Array(0), true);
      store.take();
      store.peek();
      store.drop(1);
      store.clear();
    });
    expect(allocatedBytes).toBe(0);
  });

  const leaves = {
    take: (store: ChunkQueueStore) => {
      while (store.size > 0) store.take();
    },
    'take in parts': (store: ChunkQueueStore) => {
      while (store.size > 0) store.take(1000);
    },
    takeInto: (store: ChunkQueueStore) => {
      while (store.size > 0) store.takeInto(new Uint8Array(777));
    },
    drop: (store: ChunkQueueStore) => store.drop(store.size),
    'peek and drop': (store: ChunkQueueStore) => {
      while (store.size > 0) store.drop(store.peek(Math.min(9000, store.size)).length);
    },
    clear: (store: ChunkQueueStore) => {
      store.peek(store.size);
      store.clear();
    },
  };

  it.each(Object.entries(leaves))('[S6] [S7] holds none after %s, and no chunk', async (_name, leave) => {
    const store = new ChunkQueueStore();
    const chunks = putWatched(store);
    leave(store);
    expect([store.size, store.cost]).toEqual([0, 0]);
    store.checkInvariants();
    // A WeakRef keeps what it was made for until the end of the turn.
    await new Promise((resolve) => setImmediate(resolve));
    collectGarbage();
    expect(chunks.filter((chunk) => chunk.deref() !== undefined)).toEqual([]);
    // Reading it here keeps the store itself alive until then.
    expect(store.size).toBe(0);
  });
});

/** A function of its own, so that no variable of the caller keeps a chunk alive. */
function putWatched(store: ChunkQueueStore): WeakRef<ArrayBufferLike>[] {
  return [5000, 100, 300, 4096, 7].map((length) => {
    const chunk = new Uint8Array(length);
    store.put(chunk, true);
    return new WeakRef(chunk.buffer);
  });
}

describe('an allocation that fails', () => {
  const lengths = [2000, 1, 2, 3, 5000, 20_000, 10, 10];
  const size = 27_026;
  const [chunk, target] = [new Uint8Array(9000), new Uint8Array(26_006)];

  /** `dropped` bytes go before the call. Whatever it puts is never counted, because it fails. */
  const calls: Record<string, { dropped: number; call: (store: ChunkQueueStore) => unknown }> = {
    'put of a copy': { dropped: 0, call: (store) => store.put(chunk, false) },
    'put past the room of a slab': { dropped: 0, call: (store) => store.put(chunk.subarray(0, 3000), false) },
    'put behind a slab that is hardly used': { dropped: 0, call: (store) => store.put(chunk, true) },
    'peek that joins': { dropped: 0, call: (store) => store.peek(4000) },
    'peek that joins nearly all of a chunk': { dropped: 0, call: (store) => store.peek(26_000) },
    'take of a part': { dropped: 0, call: (store) => store.take(1999) },
    'take of a slab that is not full': { dropped: size - 10, call: (store) => store.take() },
    'take of nearly all of a chunk': { dropped: 7006, call: (store) => store.take(19_000) },
    'drop of nearly all of a chunk': { dropped: 0, call: (store) => store.drop(26_006) },
    'takeInto of nearly all of a chunk': { dropped: 0, call: (store) => store.takeInto(target) },
  };

  test.each(Object.entries(calls))('during %s changes no byte', (_name, { dropped, call }) => {
    const storeOf = (): ChunkQueueStore => {
      const store = new ChunkQueueStore();
      putAll(store, lengths);
      store.drop(dropped);
      return store;
    };
    const sound = storeOf();
    let allocations = 0;
    effortOf(
      () => void call(sound),
      () => void (allocations += 1),
    );
    expect(allocations).toBeGreaterThan(0);
    for (let failing = 0; failing < allocations; failing += 1) {
      const store = storeOf();
      let allocation = 0;
      const failOnce = (): void => {
        if (allocation++ === failing) throw new RangeError('Array buffer allocation failed');
      };
      expect(() => effortOf(() => void call(store), failOnce)).toThrow('Array buffer allocation failed');
      store.checkInvariants();
      const left = new Uint8Array(size + 1);
      expect(store.takeInto(left)).toBe(size - dropped);
      expect(left.subarray(0, size - dropped)).toEqual(streamBytes(dropped, size - dropped));
    }
  });
});
