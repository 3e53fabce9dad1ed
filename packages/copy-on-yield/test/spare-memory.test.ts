import { describe, expect, it } from 'vitest';
import type { CopyOnYieldStore } from '../src/copy-on-yield-store.ts';
import { SpareMemory, capacityAbove, capacityWithin } from '../src/spare-memory.ts';
import { storeOver } from './store-over.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

/** Two stores that share their spare memory, as all stores of a realm do. */
function neighbours(): { memory: SpareMemory; one: CopyOnYieldStore; two: CopyOnYieldStore } {
  const memory = new SpareMemory();
  return { memory, one: storeOver(memory), two: storeOver(memory) };
}

describe('usual capacities', () => {
  it('come in four steps an octave', () => {
    const met = new Set<number>();
    for (let bytes = KIB; bytes <= 4 * KIB; bytes += 1) met.add(capacityAbove(bytes));
    expect([...met]).toEqual([1024, 1280, 1536, 1792, 2048, 2560, 3072, 3584, 4096]);
  });

  it('hold what is asked for, within a quarter more and a fifth less', () => {
    const outOfRange: number[] = [];
    for (let bytes = 1; bytes <= 300 * KIB; bytes += 1 + (bytes >> 9)) {
      const [above, within] = [capacityAbove(bytes), capacityWithin(bytes)];
      const isUsual = capacityAbove(above) === above && capacityWithin(within) === within;
      const isInRange = bytes <= above && above <= 1.25 * bytes && 0.8 * bytes <= within && within <= bytes;
      if (!isUsual || !isInRange) outOfRange.push(bytes);
    }
    expect(outOfRange).toEqual([]);
  });

  it('are exact where nothing waits, and whole for any part of a byte', () => {
    expect([capacityAbove(8 * MIB + 1), capacityWithin(9_000_001)]).toEqual([8 * MIB + 1, 9_000_001]);
    expect([capacityWithin(4.5), capacityWithin(9_000_000.5)]).toEqual([4, 9_000_000]);
  });
});

describe('spare memory', () => {
  it('gives back what was released, once, to whoever asks for exactly as much', () => {
    const memory = new SpareMemory();
    const bytes = new Uint8Array(2 * KIB);
    memory.release(bytes);
    expect(memory.acquire(2 * KIB - 1)).toBeUndefined();
    expect(memory.acquire(2 * KIB)).toBe(bytes);
    expect(memory.acquire(2 * KIB)).toBeUndefined();
    memory.checkInvariants();
  });

  it('gives what was lent to nobody but its lender, and to nobody once that is forgotten', () => {
    const memory = new SpareMemory();
    const [lender, other] = [{}, {}];
    const [kept, dropped] = [new Uint8Array(2 * KIB), new Uint8Array(2 * KIB)];
    memory.releaseLent(dropped, other, false);
    memory.releaseLent(kept, lender, false);
    expect(memory.acquire(2 * KIB)).toBeUndefined();
    memory.forget(other);
    memory.checkInvariants();
    expect(memory.heldBytes).toBe(2 * KIB);
    expect(memory.reacquireLent(2 * KIB, other)).toBeUndefined();
    expect(memory.reacquireLent(2 * KIB, lender)).toBe(kept);
    expect(memory.heldBytes).toBe(0);
  });

  it('gives nothing back while a view of it is out', () => {
    const memory = new SpareMemory();
    const [lender, other] = [{}, {}];
    const bytes = new Uint8Array(2 * KIB);
    memory.releaseLent(bytes, lender, true);
    memory.checkInvariants();
    expect(memory.reacquireLent(2 * KIB, lender)).toBeUndefined();
    memory.endLoans(other);
    expect(memory.reacquireLent(2 * KIB, lender)).toBeUndefined();
    memory.endLoans(lender);
    memory.checkInvariants();
    expect(memory.acquire(2 * KIB)).toBeUndefined();
    expect(memory.reacquireLent(2 * KIB, lender)).toBe(bytes);
    memory.checkInvariants();
  });

  it('holds 16 MiB and 256 buffers at most, and lets the oldest go first', () => {
    const memory = new SpareMemory();
    for (let count = 0; count < 300; count += 1) {
      memory.release(new Uint8Array(KIB));
      memory.checkInvariants();
    }
    expect(memory.heldBytes).toBe(256 * KIB);
    const newest: (Uint8Array | undefined)[] = [];
    for (let count = 0; count < 4; count += 1) {
      const bytes = new Uint8Array(4 * MIB);
      newest.push(bytes);
      memory.release(bytes);
      memory.checkInvariants();
    }
    expect(memory.heldBytes).toBe(16 * MIB);
    expect(newest.map(() => newest.indexOf(memory.acquire(4 * MIB)))).toEqual([3, 2, 1, 0]);
  });

  it('counts on when somebody transfers what waits, and never gives that back', () => {
    const memory = new SpareMemory();
    const bytes = new Uint8Array(2 * KIB);
    memory.release(bytes);
    structuredClone(bytes, { transfer: [bytes.buffer] });
    expect(memory.acquire(2 * KIB)).toBeUndefined();
    for (let count = 0; count < 256; count += 1) memory.release(new Uint8Array(KIB));
    memory.checkInvariants();
    expect(memory.heldBytes).toBe(256 * KIB);
  });

  it('keeps nothing that is under 1 KiB or over 8 MiB', () => {
    const memory = new SpareMemory();
    for (const capacity of [0, KIB - 1, 8 * MIB + 1]) {
      memory.release(new Uint8Array(capacity));
      memory.releaseLent(new Uint8Array(capacity), {}, false);
    }
    expect(memory.heldBytes).toBe(0);
  });
});

describe('stores that share spare memory', () => {
  it('a stream that fills and drains over and over allocates the first time only', () => {
    const { memory, one } = neighbours();
    const fillAndDrain = (): number => {
      for (let count = 0; count < 100; count += 1) one.put(new Uint8Array(KIB), true);
      one.take();
      return memory.heldBytes;
    };
    const afterOne = fillAndDrain();
    for (let round = 0; round < 20; round += 1) expect(fillAndDrain()).toBe(afterOne);
  });

  it('a stream that is read by views meets its own memory again', () => {
    const { one } = neighbours();
    const buffers = new Set<ArrayBufferLike>();
    for (let round = 0; round < 20; round += 1) {
      one.put(new Uint8Array(64 * KIB), true);
      buffers.add(one.peek().buffer);
      one.drop(one.size);
      expect(one.cost).toBe(0);
    }
    expect(buffers.size).toBe(1);
  });

  it('[S7] sixteen streams that go on while they are read by view allocate in the first rounds only', () => {
    const memory = new SpareMemory();
    const stores = Array.from({ length: 16 }, () => storeOver(memory));
    const round = (): Set<ArrayBufferLike> => {
      const lent = new Set<ArrayBufferLike>();
      for (const store of stores) store.put(new Uint8Array(48 * KIB), false);
      for (const store of stores) {
        lent.add(store.peek().buffer);
        store.put(new Uint8Array(16 * KIB), false);
        store.drop(48 * KIB);
        lent.add(store.peek().buffer);
        store.put(new Uint8Array(64 * KIB), false);
        store.drop(store.size);
        memory.checkInvariants();
      }
      return lent;
    };
    const before = round();
    for (let again = 0; again < 20; again += 1)
      expect([...round()].every((one) => before.has(one))).toBe(true);
  });

  it('[S10] a view shows nothing of what another store held in the same memory', () => {
    const { memory, one, two } = neighbours();
    const secret = new Uint8Array(20 * KIB).fill(0xaa);
    one.put(secret, true);
    one.take();
    expect(memory.heldBytes).toBe(20 * KIB);
    two.put(new Uint8Array(17 * KIB).fill(1), true);
    expect(memory.heldBytes).toBe(0);
    expect(new Uint8Array(two.peek().buffer).includes(0xaa)).toBe(false);
  });

  it('[S10] nor after it was moved to the front, drained in part or written behind', () => {
    const { one, two } = neighbours();
    one.put(new Uint8Array(64 * KIB).fill(0xaa), true);
    one.take();
    two.put(new Uint8Array(60 * KIB).fill(1), true);
    two.drop(30 * KIB);
    two.put(new Uint8Array(20 * KIB).fill(1), true);
    expect(two.cost).toBe(64 * KIB);
    const { buffer } = two.peek();
    two.put(new Uint8Array(8 * KIB).fill(1), true);
    expect(two.peek().buffer).toBe(buffer);
    expect(new Uint8Array(buffer).includes(0xaa)).toBe(false);
    // Nor once it has come back to the one that lent it.
    two.drop(two.size);
    one.put(new Uint8Array(64 * KIB).fill(0xaa), true);
    two.put(new Uint8Array(50 * KIB).fill(1), true);
    expect(new Uint8Array(two.peek().buffer).includes(0xaa)).toBe(false);
  });

  it.each([
    ['drained', (store: CopyOnYieldStore): void => store.drop(store.size)],
    ['cleared', (store: CopyOnYieldStore): void => store.clear()],
    ['shrunk', (store: CopyOnYieldStore): void => store.drop(store.size - 1)],
    [
      'outgrown after the loan',
      (store: CopyOnYieldStore): void => {
        store.drop(1);
        store.put(new Uint8Array(64 * KIB), true);
      },
    ],
    [
      'outgrown during the loan',
      (store: CopyOnYieldStore): void => void store.put(new Uint8Array(64 * KIB), true),
    ],
  ])('[P18] memory that was lent and then %s never serves another store', (_case, leave) => {
    const { memory, one, two } = neighbours();
    one.put(new Uint8Array(64 * KIB).fill(1), true);
    const keptForTooLong = new Uint8Array(one.peek().buffer);
    leave(one);
    memory.checkInvariants(new Uint8Array(two.peek().buffer));
    for (let round = 0; round < 3; round += 1) {
      two.put(new Uint8Array(64 * KIB).fill(2), true);
      expect(two.peek().buffer).not.toBe(keptForTooLong.buffer);
      expect(keptForTooLong.includes(2)).toBe(false);
      two.clear();
    }
  });

  it('[P18] memory that was lent once is still its lender’s after more rounds without a loan', () => {
    const { one, two } = neighbours();
    const fill = (store: CopyOnYieldStore): unknown => store.put(new Uint8Array(64 * KIB), true);
    fill(one);
    const { buffer } = one.peek();
    one.take();
    fill(one);
    one.take();
    fill(two);
    expect(two.peek().buffer).not.toBe(buffer);
    fill(one);
    expect(one.peek().buffer).toBe(buffer);
  });

  it('[S4] memory that was outgrown during a loan is not used again while the loan lasts', () => {
    const { one } = neighbours();
    one.put(new Uint8Array(64 * KIB).fill(1), true);
    one.drop(39 * KIB);
    const view = one.peek();
    const costs = [1, 38 * KIB].map((count) => {
      one.put(new Uint8Array(count).fill(2), true);
      return one.cost;
    });
    expect(costs).toEqual([48 * KIB, 64 * KIB]);
    expect(view.every((byte) => byte === 1)).toBe(true);
  });

  it('[S4] memory that was outgrown during a loan is used again once the loan is over', () => {
    const { memory, one, two } = neighbours();
    const first = one;
    first.put(new Uint8Array(16 * KIB).fill(1), true);
    const view = first.peek();
    first.put(new Uint8Array(KIB).fill(2), true);
    // The view is still out: the memory that it shows is nobody's, not even that of the store that lent it.
    first.put(new Uint8Array(32 * KIB).fill(3), true);
    expect(view.every((byte) => byte === 1)).toBe(true);
    first.drop(first.size);
    memory.checkInvariants();
    two.put(new Uint8Array(16 * KIB).fill(4), true);
    expect(two.peek().buffer).not.toBe(view.buffer);
    first.put(new Uint8Array(16 * KIB).fill(5), true);
    expect(first.peek().buffer).toBe(view.buffer);
  });

  it('[S7] clear leaves nothing of a store behind, parked loans included', () => {
    const { memory, one } = neighbours();
    one.put(new Uint8Array(64 * KIB), true);
    one.peek();
    one.drop(one.size);
    expect(memory.heldBytes).toBe(64 * KIB);
    one.clear();
    expect(memory.heldBytes).toBe(0);
  });

  it('[P18] a store reports the same cost whatever its neighbours left behind', () => {
    const costsBeside = (prepare: (two: CopyOnYieldStore) => void): number[] => {
      const { one, two } = neighbours();
      prepare(two);
      return [1, 900, 5_000, 17_000, 40_000, 70_000, 3, 200_000].map((count, at) => {
        one.put(new Uint8Array(count), true);
        if (at % 3 === 2) one.drop(one.size - at);
        return one.cost;
      });
    };
    const alone = costsBeside(() => {});
    const beside = costsBeside((two) => {
      for (const count of [70_000, 40_000, 30_000, 2_000]) {
        two.put(new Uint8Array(count), true);
        two.take();
      }
    });
    expect(beside).toEqual(alone);
  });
});
