import { describe, expect, it, test } from 'vitest';
import chunkQueue from '../src/index.ts';
import { ChunkQueueStore } from '../src/chunk-queue-store.ts';
import { detach, streamBytes } from './stream-bytes.ts';

/** A store with a long chunk in front, so that what is put next is not the first in line. */
function storeBehind(length: number): ChunkQueueStore {
  const store = new ChunkQueueStore();
  store.put(new Uint8Array(length), true);
  return store;
}

function takenLengths(store: ChunkQueueStore): number[] {
  const lengths: number[] = [];
  while (store.size > 0) lengths.push(store.take().length);
  return lengths;
}

function putEach(store: ChunkQueueStore, lengths: readonly number[], owned = false): void {
  let from = 0;
  for (const length of lengths) {
    store.put(streamBytes(from, length), owned);
    from += length;
    store.checkInvariants();
  }
}

describe('a given chunk', () => {
  it.each([1024, 1025, 65_536, 1_000_000])('of %i bytes goes through as the object it is', (length) => {
    const store = storeBehind(1024);
    const chunk = streamBytes(0, length);
    store.put(chunk, true);
    store.take();
    expect(store.take()).toBe(chunk);
  });

  it('of over 64 bytes goes through as it is when it is the first in line', () => {
    const store = new ChunkQueueStore();
    const [short, tiny] = [streamBytes(0, 65), streamBytes(0, 64)];
    store.put(short, true);
    expect(store.take()).toBe(short);
    store.put(tiny, true);
    const copy = store.take();
    expect(copy).toEqual(tiny);
    expect(copy).not.toBe(tiny);
  });

  it.each([
    { shown: 4097, memory: 8192, first: true, isKept: true },
    { shown: 4096, memory: 8192, first: true, isKept: false },
    { shown: 4608, memory: 8192, first: false, isKept: true },
    { shown: 4607, memory: 8192, first: false, isKept: false },
    { shown: 1500, memory: 2048, first: false, isKept: false },
    { shown: 1536, memory: 2048, first: false, isKept: true },
  ])('[S5] that shows $shown of $memory bytes, first in line: $first, is kept: $isKept', (view) => {
    const store = view.first ? new ChunkQueueStore() : storeBehind(1024);
    const chunk = new Uint8Array(new ArrayBuffer(view.memory), 7, view.shown).fill(1);
    const before = store.cost;
    store.put(chunk, true);
    store.checkInvariants();
    if (!view.first) store.take();
    if (view.isKept) {
      expect(store.cost).toBe(view.memory);
      expect(store.take()).toBe(chunk);
    } else {
      expect(store.cost + (view.first ? 0 : before)).toBeLessThan(before + view.memory);
      expect(store.take().buffer.byteLength).toBe(view.shown);
    }
  });

  it('[S3] never leaves with memory that a second given chunk leaves with', () => {
    // As zlib cuts one output buffer into the chunks it gives.
    const store = new ChunkQueueStore();
    const shared = streamBytes(0, 16_384);
    store.put(shared.subarray(0, 8192), true);
    store.put(shared.subarray(8192), true);
    store.checkInvariants();
    const [one, two] = [store.take(), store.take()];
    expect(one.buffer).not.toBe(two.buffer);
    detach(one);
    expect(two).toEqual(streamBytes(8192, 8192));
  });

  it('[S10] from the pool of Node’s Buffer is copied; one with memory of its own is passed on', () => {
    const store = new ChunkQueueStore();
    store.put(
      Buffer.from(
        'a few pooled bytes, more than sixty-four of them, so that the pool is all there is to see',
      ),
      true,
    );
    const taken = store.take();
    expect(taken.buffer.byteLength).toBe(taken.length);
    const alone = Buffer.alloc(20_000, 1);
    store.put(alone, true);
    expect(store.take()).toBe(alone);
  });

  it('that is a Buffer leaves in parts as plain arrays, none of which shows the others', () => {
    const store = new ChunkQueueStore();
    const chunk = Buffer.from(streamBytes(0, 20_000).buffer);
    store.put(chunk, true);
    const parts = [store.take(1000), store.take(18_000), store.take()];
    expect(parts.map((part) => part.buffer.byteLength)).toEqual([1000, 18_000, 1000]);
    expect(parts.every((part) => !Buffer.isBuffer(part))).toBe(true);
    expect(Buffer.concat(parts)).toEqual(Buffer.from(streamBytes(0, 20_000)));
  });

  it.each([
    { taken: 999, isCopied: false },
    { taken: 1000, isCopied: true },
  ])('[S10] of 2000 bytes of which $taken are gone leaves as a copy: $isCopied', ({ taken, isCopied }) => {
    const store = new ChunkQueueStore();
    const chunk = streamBytes(0, 2000);
    store.put(chunk, true);
    store.take(taken);
    const rest = store.take();
    expect(rest).toEqual(streamBytes(taken, 2000 - taken));
    expect(rest.buffer === chunk.buffer).toBe(!isCopied);
  });

  it('[S8] in resizable or shared memory is copied, first in line or not', () => {
    const store = new ChunkQueueStore();
    for (let round = 1; round <= 2; round += 1) {
      const buffer = new ArrayBuffer(2048, { maxByteLength: 4096 });
      const resizable = new Uint8Array(buffer).fill(round);
      const shared = new Uint8Array(new SharedArrayBuffer(5000)).fill(round);
      store.put(resizable, true);
      store.put(shared, true);
      resizable.fill(0xee);
      buffer.resize(0);
      shared.fill(0xee);
    }
    store.checkInvariants();
    const bytes = new Uint8Array(store.size);
    store.takeInto(bytes);
    const half = 2048 + 5000;
    expect(bytes).toEqual(new Uint8Array(2 * half).fill(1, 0, half).fill(2, half));
  });

  it('of no bytes, or detached before, is nothing', () => {
    const store = new ChunkQueueStore();
    const detached = new Uint8Array(3000);
    detach(detached);
    expect([
      store.put(new Uint8Array(0), true),
      store.put(detached, true),
      store.put(detached, false),
    ]).toEqual([0, 0, 0]);
    expect([store.size, store.cost, store.take().length]).toEqual([0, 0, 0]);
    store.checkInvariants();
  });
});

test.each([1, 64, 65, 1023, 1024, 4095, 4096, 70_000])(
  '[S2] a chunk of %i bytes that stays the caller’s is copied, first in line or not',
  (length) => {
    const store = new ChunkQueueStore();
    for (let round = 1; round <= 3; round += 1) {
      const memory = new Uint8Array(length + 6).fill(round);
      store.put(memory.subarray(3, 3 + length), false);
      memory.fill(0xee);
    }
    const bytes = new Uint8Array(3 * length);
    expect(store.takeInto(bytes)).toBe(3 * length);
    expect(bytes).toEqual(Uint8Array.from(bytes, (_, index) => 1 + Math.floor(index / length)));
  },
);

describe('small writes', () => {
  it('that follow each other are gathered in slabs that double to 8 KiB, and fill each', () => {
    const store = new ChunkQueueStore();
    putEach(
      store,
      Array.from({ length: 400 }, () => 100),
    );
    expect(takenLengths(store)).toEqual([100, 1024, 2048, 4096, 8192, 8192, 8192, 8156]);
  });

  it('stand alone where long chunks are between them, and take no slab', () => {
    const store = new ChunkQueueStore();
    for (let round = 0; round < 10; round += 1) {
      store.put(streamBytes(0, 7), true);
      store.put(new Uint8Array(2000), true);
    }
    expect(store.cost).toBe(10 * 2007);
    expect(takenLengths(store)).toEqual(Array.from({ length: 10 }, () => [7, 2000]).flat());
  });

  it('leave a slab that is less than half full in exact memory when a long chunk comes', () => {
    const store = new ChunkQueueStore();
    putEach(store, [10, 10, 10]);
    expect(store.cost).toBe(10 + 1024);
    store.put(new Uint8Array(3000), true);
    expect(store.cost).toBe(10 + 20 + 3000);
    store.checkInvariants();
  });

  it('go on in the slab that a reader has begun to empty', () => {
    const store = new ChunkQueueStore();
    putEach(store, [1, 20, 20]);
    store.take();
    expect([...store.take(15)]).toEqual([...streamBytes(1, 15)]);
    store.put(streamBytes(41, 5), false);
    store.checkInvariants();
    expect(store.cost).toBe(1024);
    expect(store.take()).toEqual(streamBytes(16, 30));
  });

  it('[S10] leave in memory that shows no others: a full slab as it is, a part of one copied', () => {
    const store = new ChunkQueueStore();
    putEach(store, [100, 1024, 100]);
    store.take();
    const slab = store.peek();
    const full = store.take();
    expect(full.buffer).toBe(slab.buffer);
    expect([full.length, full.buffer.byteLength]).toEqual([1024, 1024]);
    expect(store.take().buffer.byteLength).toBe(100);
  });

  it('share slabs below 4 KiB; from there on each copy has memory of its own', () => {
    const gathered = new ChunkQueueStore();
    putEach(gathered, [1, 4095, 4095]);
    expect(gathered.cost).toBe(1 + 4095 + 2 * 4095);
    expect(gathered.peek(1 + 4095 + 4095)).toEqual(streamBytes(0, 1 + 4095 + 4095));
    const separate = new ChunkQueueStore();
    putEach(separate, [1, 4096, 4096]);
    expect(separate.cost).toBe(1 + 4096 + 4096);
    expect(takenLengths(separate)).toEqual([1, 4096, 4096]);
  });

  it('stand alone behind a long copy too', () => {
    const store = new ChunkQueueStore();
    putEach(store, [9000, 7]);
    expect(store.cost).toBe(9007);
  });
});

describe('peek', () => {
  it('lends a given chunk as the object it is', () => {
    const store = new ChunkQueueStore();
    const chunk = streamBytes(0, 3000);
    store.put(chunk, true);
    expect(store.peek()).toBe(chunk);
    expect(store.peek(3000)).toBe(chunk);
    expect(store.take()).toBe(chunk);
  });

  it('joins what min asks for and no more, so that the rest of a long chunk still goes on as it is', () => {
    const store = new ChunkQueueStore();
    store.put(streamBytes(0, 10), true);
    const long = streamBytes(10, 65_536);
    store.put(long, true);
    expect(store.peek(14)).toEqual(streamBytes(0, 14));
    store.checkInvariants();
    expect(store.take()).toEqual(streamBytes(0, 14));
    const rest = store.take();
    expect(rest).toEqual(streamBytes(14, 65_532));
    expect(rest.buffer).toBe(long.buffer);
  });

  it('joins chunks that were given in exact memory, which then leaves as it is', () => {
    const store = new ChunkQueueStore();
    putEach(store, [60_000, 5000], true);
    const view = store.peek(60_001);
    const taken = store.take();
    expect(taken.buffer).toBe(view.buffer);
    expect(taken.buffer.byteLength).toBe(60_001);
  });

  it('[S4] leaves every view as it is while it joins further and small writes follow', () => {
    const store = new ChunkQueueStore();
    putEach(
      store,
      Array.from({ length: 200 }, () => 50),
    );
    const views: Uint8Array[] = [];
    for (let min = 1; min < 10_000; min += 333) {
      views.push(store.peek(min));
      store.put(streamBytes(store.size, 50), false);
      store.checkInvariants();
      for (const view of views) expect(Buffer.compare(view, streamBytes(0, view.length))).toBe(0);
    }
  });

  it('[S4] leaves a view of a slab as it is when the slab is filled, left and outgrown', () => {
    const store = new ChunkQueueStore();
    putEach(store, [10, 20]);
    store.take();
    const view = store.peek();
    store.put(streamBytes(30, 1000), false);
    store.put(streamBytes(1030, 500), false);
    expect(view).toEqual(streamBytes(10, 20));
    const shrunk = storeBehind(1024);
    putEach(shrunk, [1, 2]);
    shrunk.drop(1025);
    const lent = shrunk.peek();
    shrunk.put(new Uint8Array(2000), true);
    expect(lent).toEqual(streamBytes(1, 2));
  });
});

describe('arguments out of range', () => {
  it.each([0, -1, Number.NaN, -Infinity])('%d counts as none', (count) => {
    const store = new ChunkQueueStore();
    store.put(streamBytes(0, 3), true);
    expect(store.take(count).length).toBe(0);
    store.drop(count);
    expect(store.peek(count)).toEqual(streamBytes(0, 3));
    expect(store.size).toBe(3);
    store.checkInvariants();
  });

  it.each([4, 1e9, Infinity])('%d counts as all', (count) => {
    const store = new ChunkQueueStore();
    putEach(store, [1, 1, 1]);
    expect(store.peek(count)).toEqual(streamBytes(0, 3));
    store.drop(count);
    expect([store.size, store.cost]).toEqual([0, 0]);
    store.checkInvariants();
  });

  it('parts of a byte are cut off', () => {
    const store = new ChunkQueueStore();
    store.put(streamBytes(0, 100), true);
    expect(store.take(2.9).length).toBe(2);
    store.drop(1.5);
    expect(store.size).toBe(97);
    store.checkInvariants();
  });

  it.each([-1, Number.NaN, Infinity, '64' as unknown as number])(
    'capacityBytes of %s is refused',
    (capacityBytes) => {
      expect(() => chunkQueue.createStore({ capacityBytes })).toThrow(
        expect.objectContaining({
          code: 'ERR_PIPE_ARGUMENT',
          message: `capacityBytes is ${capacityBytes}; it must be a finite number of at least 0`,
        }),
      );
    },
  );
});

it('declares what it does', () => {
  expect(chunkQueue).toMatchObject({
    name: '@millrace/chunk-queue',
    contract: 1,
    traits: { put: 'takes', take: 'gives', fixed: false, amplification: 2 },
  });
});
