import { describe, expect, it } from 'vitest';
import { ChunkQueueStore } from '../src/chunk-queue-store.ts';
import { detach, streamBytes } from './stream-bytes.ts';

const detachedError = expect.objectContaining({
  code: 'ERR_PIPE_DETACHED',
  message: 'A chunk was detached after it was put, with 2048 bytes still to be read',
});

/** `sound` bytes in chunks, then 2048 that are detached, then 3 more. */
function spoiltStore(sound: readonly number[]): ChunkQueueStore {
  const store = new ChunkQueueStore();
  let from = 0;
  for (const length of sound) {
    store.put(streamBytes(from, length), true);
    from += length;
  }
  const spoilt = new Uint8Array(2048);
  store.put(spoilt, true);
  store.put(Uint8Array.of(7, 8, 9), true);
  detach(spoilt);
  store.checkInvariants();
  return store;
}

const readers = {
  take: (store: ChunkQueueStore): Uint8Array => store.take(),
  'take of a part': (store: ChunkQueueStore): Uint8Array => store.take(700),
  takeInto: (store: ChunkQueueStore): Uint8Array => {
    const target = new Uint8Array(900);
    return target.subarray(0, store.takeInto(target));
  },
  'peek and drop': (store: ChunkQueueStore): Uint8Array => {
    const bytes = new Uint8Array(store.peek());
    store.drop(bytes.length);
    return bytes;
  },
};

describe('a chunk detached while it waits', () => {
  describe.each([{ sound: [] }, { sound: [5] }, { sound: [5, 5] }, { sound: [3000, 5] }])(
    'behind $sound',
    ({ sound }) => {
      const soundBytes = sound.reduce((sum, length) => sum + length, 0);

      it.each(Object.entries(readers))(
        '[S8] is reported by %s, after the sound bytes, every time',
        (_name, read) => {
          const store = spoiltStore(sound);
          const got: number[] = [];
          while (got.length < soundBytes) got.push(...read(store));
          expect(Uint8Array.from(got)).toEqual(streamBytes(0, soundBytes));
          for (let time = 0; time < 2; time += 1) expect(() => read(store)).toThrow(detachedError);
          expect(store.size).toBe(2048 + 3);
          expect(store.cost).toBeGreaterThanOrEqual(store.size);
          store.checkInvariants();
          store.clear();
          expect([store.size, store.cost]).toEqual([0, 0]);
        },
      );

      it('[S8] is reported by a peek that reaches it, and the bytes in front of it are then lent in one piece', () => {
        const store = spoiltStore(sound);
        const { size } = store;
        for (let time = 0; time < 2; time += 1) {
          expect(() => store.peek(soundBytes + 1)).toThrow(detachedError);
          expect(() => store.peek(size)).toThrow(detachedError);
          expect(store.size).toBe(size);
          store.checkInvariants();
          if (soundBytes > 0) expect(store.peek()).toEqual(streamBytes(0, soundBytes));
        }
      });
    },
  );

  it('goes with drop like any other, and what is behind it stays', () => {
    const store = spoiltStore([10]);
    store.drop(10 + 1000);
    store.checkInvariants();
    expect(store.size).toBe(1048 + 3);
    expect(() => store.take()).toThrow(expect.objectContaining({ code: 'ERR_PIPE_DETACHED' }));
    store.drop(1048);
    store.checkInvariants();
    expect(store.take()).toEqual(Uint8Array.of(7, 8, 9));
    expect([store.size, store.cost]).toEqual([0, 0]);
  });

  it('goes with drop however little of a long one is left', () => {
    const store = new ChunkQueueStore();
    const chunk = new Uint8Array(100_000);
    store.put(chunk, true);
    detach(chunk);
    for (const count of [1, 60_000, 39_998]) {
      store.drop(count);
      store.checkInvariants();
    }
    expect(store.size).toBe(1);
    store.drop(1);
    expect([store.size, store.cost]).toEqual([0, 0]);
  });

  it('takes no memory for the bytes that a peek cannot reach', () => {
    const store = spoiltStore([5, 5]);
    store.put(new Uint8Array(1_000_000), true);
    const before = store.cost;
    expect(() => store.peek(store.size)).toThrow(detachedError);
    expect(store.cost).toBe(before);
  });

  it('no longer matters once a peek has joined it', () => {
    const store = new ChunkQueueStore();
    const chunk = streamBytes(10, 2048);
    store.put(streamBytes(0, 10), true);
    store.put(chunk, true);
    store.peek(store.size);
    detach(chunk);
    expect(store.take()).toEqual(streamBytes(0, 2058));
  });
});

describe('a slab that a reader has transferred away through what it was lent', () => {
  const lentSlab = (): ChunkQueueStore => {
    const store = new ChunkQueueStore();
    store.put(Uint8Array.of(1), false);
    store.put(Uint8Array.of(2), false);
    store.drop(1);
    detach(store.peek());
    return store;
  };

  it('[S8] is reported, and writes after that go into new memory', () => {
    const store = lentSlab();
    store.put(Uint8Array.of(3, 4), false);
    store.put(new Uint8Array(2000), true);
    store.checkInvariants();
    expect(() => store.take()).toThrow(expect.objectContaining({ code: 'ERR_PIPE_DETACHED' }));
    expect(() => store.takeInto(new Uint8Array(9))).toThrow(
      expect.objectContaining({ code: 'ERR_PIPE_DETACHED' }),
    );
    expect(store.size).toBe(1 + 2 + 2000);
    store.drop(1);
    expect(store.take()).toEqual(Uint8Array.of(3, 4));
  });
});
