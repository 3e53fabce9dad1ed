import { describe, expect, it } from 'vitest';
import { ChunkQueueStore } from '../src/chunk-queue-store.ts';
import { SpareMemory, usualCapacity } from '../src/spare-memory.ts';
import { WaitingMemory, waitingMemory } from '../src/waiting-memory.ts';

const KIB = 1024;

describe('usual capacities', () => {
  it.each([
    [128, 128],
    [129, 256],
    [1024, 1024],
    [1025, 2048],
    [4096, 4096],
    [4097, 8192],
    [65_528, 65_536],
    [128 * KIB, 128 * KIB],
    [KIB * KIB, KIB * KIB],
  ])('of %i bytes are %i', (count, capacity) => expect(usualCapacity(count)).toBe(capacity));

  it('are exact where nothing waits', () => expect(usualCapacity(KIB * KIB + 1)).toBe(KIB * KIB + 1));
});

describe('spare memory', () => {
  /** Of a realm of its own. */
  function spareMemory(realm = new WaitingMemory()): SpareMemory {
    return new SpareMemory(0, realm);
  }

  it('gives back what has just come, when it is exactly as much', () => {
    const memory = spareMemory();
    const [first, last] = [new Uint8Array(8 * KIB), new Uint8Array(8 * KIB)];
    for (const bytes of [first, last]) memory.keep(bytes);
    expect(memory.take(4 * KIB)).toBeUndefined();
    expect([memory.take(8 * KIB), memory.take(8 * KIB)]).toEqual([last, first]);
    expect(memory.take(8 * KIB)).toBeUndefined();
    expect(memory.heldBytes).toBe(0);
  });

  it('holds 4 MiB in 64 pieces at most, lets the oldest go first, and nothing over 1 MiB come', () => {
    const realm = new WaitingMemory();
    const memory = spareMemory(realm);
    const small: Uint8Array[] = Array.from({ length: 65 }, () => new Uint8Array(4 * KIB));
    for (const bytes of small) memory.keep(bytes);
    memory.checkInvariants(small[0] as Uint8Array);
    expect(memory.heldBytes).toBe(256 * KIB);
    memory.keep(new Uint8Array(KIB * KIB + 4 * KIB));
    expect(memory.heldBytes).toBe(256 * KIB);
    for (let count = 0; count < 5; count += 1) memory.keep(new Uint8Array(KIB * KIB));
    memory.checkInvariants(...small);
    realm.checkInvariants();
    expect([memory.heldBytes, realm.heldBytes]).toEqual([4 * KIB * KIB, 4 * KIB * KIB]);
  });

  it('holds nothing of a size that nobody asks for', () => {
    const memory = spareMemory();
    for (const bytes of [16_276, 255, 5000]) memory.keep(new Uint8Array(bytes));
    expect(memory.heldBytes).toBe(0);
  });

  it('forgets what one store has left, and nothing else', () => {
    const realm = new WaitingMemory();
    const [one, other] = [spareMemory(realm), spareMemory(realm)];
    const kept = new Uint8Array(4 * KIB);
    other.keep(kept);
    one.keep(new Uint8Array(8 * KIB));
    one.forget();
    realm.checkInvariants();
    expect([one.heldBytes, realm.heldBytes, one.take(8 * KIB)]).toEqual([0, 4 * KIB, undefined]);
    expect(other.take(4 * KIB)).toBe(kept);
  });

  it('counts on when somebody transfers what waits, and never gives that back', () => {
    const memory = spareMemory();
    const bytes = new Uint8Array(8 * KIB);
    memory.keep(bytes);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(memory.take(8 * KIB)).toBeUndefined();
    for (let count = 0; count < 64; count += 1) memory.keep(new Uint8Array(4 * KIB));
    memory.checkInvariants();
    expect(memory.heldBytes).toBe(64 * 4 * KIB);
  });

  it('holds 32 MiB in a realm, and what began to wait first goes first', () => {
    const realm = new WaitingMemory();
    const spares = Array.from({ length: 256 }, () => spareMemory(realm));
    for (const spare of spares) spare.keep(new Uint8Array(128 * KIB));
    const [first, second, third] = spares as [SpareMemory, SpareMemory, SpareMemory];
    expect(realm.heldBytes).toBe(32 * KIB * KIB);
    // Used in between, it does not begin anew; forgotten, it does.
    second.keep(second.take(128 * KIB) as Uint8Array);
    first.forget();
    first.keep(new Uint8Array(128 * KIB));
    spareMemory(realm).keep(new Uint8Array(KIB));
    realm.checkInvariants();
    expect([first, second, third].map(({ heldBytes }) => heldBytes)).toEqual([128 * KIB, 0, 128 * KIB]);
    // What has lost all may come again.
    second.keep(new Uint8Array(KIB));
    realm.checkInvariants();
    expect(second.take(KIB)).toHaveLength(KIB);
  });

  it('holds for 4 096 stores, though most are empty', () => {
    const realm = new WaitingMemory();
    const spares = Array.from({ length: 4097 }, () => spareMemory(realm));
    const [first, second] = spares as [SpareMemory, SpareMemory];
    for (const spare of spares) {
      spare.keep(new Uint8Array(KIB));
      if (spare !== first && spare !== second) spare.take(KIB);
    }
    realm.checkInvariants();
    expect([first.heldBytes, second.heldBytes, realm.heldBytes]).toEqual([0, KIB, KIB]);
  });
});

/** What a store lends of a chunk that it has copied. */
function lentOf(store: ChunkQueueStore, length: number, fill = 0): Uint8Array {
  store.put(new Uint8Array(length).fill(fill), false);
  return store.peek();
}

describe('a store', () => {
  it.each([
    ['long copies', 'drop', 60_000, (store: ChunkQueueStore): void => store.drop(store.size)],
    [
      'long copies',
      'takeInto',
      60_000,
      (store: ChunkQueueStore): void => void store.takeInto(new Uint8Array(store.size)),
    ],
    ['short copies', 'drop', 900, (store: ChunkQueueStore): void => store.drop(store.size)],
  ])('makes %s in the same memory again when they leave by %s', (_, __, most, leave) => {
    const store = new ChunkQueueStore();
    lentOf(store, most);
    leave(store);
    // The first that is of a usual size stays, too.
    lentOf(store, most);
    leave(store);
    const buffers = new Set<ArrayBufferLike>();
    for (let length = most; length > most * 0.96; length -= 1 + Math.floor(most / 1000)) {
      buffers.add(lentOf(store, length).buffer);
      leave(store);
      expect(store.cost).toBe(0);
    }
    expect(buffers.size).toBe(1);
  });

  it('uses the memory of full slabs again', () => {
    const store = new ChunkQueueStore();
    const buffers = new Set<ArrayBufferLike>();
    for (let round = 0; round < 20; round += 1) {
      for (let count = 0; count < 64; count += 1) store.put(new Uint8Array(KIB), false);
      while (store.size > 0) {
        const view = store.peek();
        buffers.add(view.buffer);
        store.drop(view.length);
      }
    }
    // Two short slabs a round before they are long, which are not worth it, and seven or eight long ones for good.
    expect(buffers.size).toBeLessThan(20 * 3 + 10);
  });

  it('[S3] never copies into memory that it has given away', () => {
    const store = new ChunkQueueStore();
    lentOf(store, 8 * KIB);
    store.drop(store.size);
    const taken: Uint8Array[] = [];
    for (let round = 0; round < 5; round += 1) {
      store.put(new Uint8Array(8 * KIB).fill(round), false);
      taken.push(store.take());
    }
    expect(taken.map((bytes) => bytes.every((byte) => byte === bytes[0]) && bytes[0])).toEqual([
      0, 1, 2, 3, 4,
    ]);
  });

  it('[S10] gives what it takes away alone, though it was copied into more memory', () => {
    const store = new ChunkQueueStore();
    for (const fill of [1, 2]) {
      lentOf(store, 8 * KIB, fill);
      if (fill === 1) store.drop(store.size);
    }
    store.put(new Uint8Array(5000).fill(3), false);
    store.drop(8 * KIB);
    const taken = store.take();
    expect([taken.length, taken.buffer.byteLength]).toEqual([5000, 5000]);
    expect(taken.every((byte) => byte === 3)).toBe(true);
  });

  it('[P18] never copies into memory that another one has lent', () => {
    const [one, two] = [new ChunkQueueStore(), new ChunkQueueStore()];
    const keptForTooLong = lentOf(one, 64 * KIB, 1);
    one.drop(one.size);
    lentOf(two, 64 * KIB, 2);
    two.drop(two.size);
    for (let round = 0; round < 3; round += 1) {
      expect(lentOf(two, 64 * KIB, 2).buffer).not.toBe(keptForTooLong.buffer);
      expect(keptForTooLong.includes(2)).toBe(false);
      two.drop(two.size);
    }
  });

  it.each([
    ['clear', (store: ChunkQueueStore): void => store.clear()],
    ['a chunk that is taken away with its memory', (store: ChunkQueueStore): void => void store.take()],
  ])('[S7] leaves nothing behind after %s, and copies into no more than it needs', (_, leave) => {
    const before = waitingMemory.heldBytes;
    const store = new ChunkQueueStore();
    lentOf(store, 64 * KIB);
    store.drop(store.size);
    expect(waitingMemory.heldBytes).toBe(before + 64 * KIB);
    lentOf(store, 5000);
    leave(store);
    expect(waitingMemory.heldBytes).toBe(before);
    lentOf(store, 5000);
    expect(store.cost).toBe(5000);
  });

  it('[S4] leaves what it lent alone while a peek joins it and more is put', () => {
    const store = new ChunkQueueStore();
    lentOf(store, 8 * KIB);
    store.drop(store.size);
    const view = lentOf(store, 6 * KIB, 1);
    store.put(new Uint8Array(6 * KIB).fill(2), false);
    const joined = store.peek(12 * KIB);
    store.put(new Uint8Array(6 * KIB).fill(3), false);
    expect([view.every((byte) => byte === 1), joined.lastIndexOf(1)]).toEqual([true, 6 * KIB - 1]);
  });

  it.each([
    ['takeInto', (store: ChunkQueueStore, target: Uint8Array): void => void store.takeInto(target)],
    ['take', (store: ChunkQueueStore, target: Uint8Array): void => target.set(store.take(target.length))],
  ])('gathers again in slabs that were read in parts by %s, and gives every byte as it was', (_, read) => {
    const before = waitingMemory.heldBytes;
    const store = new ChunkQueueStore();
    const target = new Uint8Array(KIB);
    const slabs = new Set<ArrayBufferLike>();
    let [written, got] = [0, 0];
    for (let round = 0; round < 20; round += 1) {
      for (let count = 0; count < 64; count += 1) store.put(new Uint8Array(KIB).fill(written++), false);
      while (store.size > 0) {
        const { buffer } = store.peek();
        if (buffer.byteLength === 8 * KIB) slabs.add(buffer);
        read(store, target);
        expect(target.every((byte) => byte === got % 256)).toBe(true);
        got += 1;
        store.checkInvariants();
      }
    }
    expect(got).toBe(20 * 64);
    // As many as are in line at once.
    expect(slabs.size).toBeLessThanOrEqual(8);
    store.clear();
    expect(waitingMemory.heldBytes).toBe(before);
  });

  describe('that is read with take, after bursts of small writes', () => {
    const burst = (store: ChunkQueueStore, writes: number, fill = 0): void => {
      for (let count = 0; count < writes; count += 1) store.put(new Uint8Array(64).fill(fill), true);
    };
    const drain = (store: ChunkQueueStore): Uint8Array[] => {
      const taken: Uint8Array[] = [];
      while (store.size > 0) taken.push(store.take());
      return taken;
    };

    it('gathers in the slab again that it copied out of', () => {
      const store = new ChunkQueueStore();
      const slabs = new Set<ArrayBufferLike>();
      for (let round = 0; round < 20; round += 1) {
        burst(store, 8);
        store.take();
        slabs.add(store.peek().buffer);
        store.take();
        expect([store.size, store.cost]).toEqual([0, 0]);
      }
      expect(slabs.size).toBe(1);
    });

    it('[S3] never touches what was taken, nor has it share memory', () => {
      const store = new ChunkQueueStore();
      const taken = Array.from({ length: 12 }, (_, round) => {
        burst(store, 5 + 9 * round, round);
        const bytes = drain(store);
        store.checkInvariants();
        return bytes;
      });
      const all = taken.flat();
      expect(taken.every((bytes, round) => bytes.every((one) => one.every((byte) => byte === round)))).toBe(
        true,
      );
      expect(new Set(all.map(({ buffer }) => buffer)).size).toBe(all.length);
      expect(all.filter(({ length, buffer }) => length !== buffer.byteLength)).toEqual([]);
    });

    it('[S7] keeps one slab of each size at most, and none after clear', () => {
      const before = waitingMemory.heldBytes;
      const store = new ChunkQueueStore();
      for (let round = 0; round < 200; round += 1) {
        burst(store, 3 + ((round * 37) % 251));
        drain(store);
      }
      const sizes = [KIB, 2 * KIB, 4 * KIB, 8 * KIB];
      expect(waitingMemory.heldBytes - before).toBeLessThanOrEqual(sizes.reduce((sum, size) => sum + size));
      expect(waitingMemory.heldBytes).toBeGreaterThan(before);
      store.clear();
      expect(waitingMemory.heldBytes).toBe(before);
    });

    it('[S7] leaves nothing behind when it lends later, and is cleared', () => {
      const before = waitingMemory.heldBytes;
      const store = new ChunkQueueStore();
      burst(store, 8);
      drain(store);
      lentOf(store, 64 * KIB);
      store.drop(store.size);
      expect(waitingMemory.heldBytes).toBe(before + 65 * KIB);
      store.clear();
      expect(waitingMemory.heldBytes).toBe(before);
    });

    it('keeps to its mark as it did before, whatever waits', () => {
      const store = new ChunkQueueStore({ capacityBytes: 4096 });
      const costs = [0, 1, 2].map(() => {
        burst(store, 1 + 16 + 32 + 1);
        const { cost } = store;
        drain(store);
        burst(store, 8);
        drain(store);
        return cost;
      });
      expect(costs).toEqual(costs.map(() => 64 + 1024 + 2048 + 3136));
    });

    it('keeps no memory of single writes that left in parts', () => {
      const before = waitingMemory.heldBytes;
      const store = new ChunkQueueStore();
      burst(store, 1);
      store.take(10);
      drain(store);
      expect(waitingMemory.heldBytes).toBe(before);
    });

    it('keeps no slab but those of a usual size', () => {
      const before = waitingMemory.heldBytes;
      const store = new ChunkQueueStore({ capacityBytes: 3000 });
      burst(store, 2 + 16 + 20);
      drain(store);
      expect(waitingMemory.heldBytes).toBe(before);
    });
  });
});
