import { describe, expect, test } from 'vitest';
import { observedPool } from './observed-pool.ts';

const KIB = 1024;
const MIB = 1024 * KIB;

describe('the size of a ring', () => {
  test.each([
    [1, 256],
    [256, 256],
    [257, 512],
    [65_535, 65_536],
    [65_536, 65_536],
    [65_537, 131_072],
    [MIB, MIB],
    [MIB + 1, MIB + 1],
    [3 * MIB, 3 * MIB],
  ])('a capacity of %i is met by a ring of %i', (capacityBytes, ringBytes) => {
    expect(observedPool().pool.lease(capacityBytes).ring).toHaveLength(ringBytes);
  });
});

describe('a ring that was given back', () => {
  test('goes to the next owner that needs its size, whatever the exact capacity', () => {
    const { pool, allocated } = observedPool();
    const first = pool.lease(1000);
    const { ring } = first;
    first.giveBack();
    expect(pool.lease(900).ring).toBe(ring);
    expect(allocated).toHaveLength(1);
  });

  test('does not go to an owner that needs another size', () => {
    const { pool, allocated } = observedPool();
    pool.lease(1024).giveBack();
    pool.lease(1025);
    pool.lease(512);
    expect(allocated.map((ring) => ring.length)).toEqual([1024, 2048, 512]);
    pool.checkInvariants();
  });

  test('is the first to go out again, being the warmest', () => {
    const { pool } = observedPool();
    const leases = [pool.lease(512), pool.lease(512)];
    const rings = leases.map((lease) => lease.ring);
    for (const lease of leases) lease.giveBack();
    expect(pool.lease(512).ring).toBe(rings[1]);
    expect(pool.lease(512).ring).toBe(rings[0]);
  });

  test('shows nothing of what its last owner wrote [S10]', () => {
    const { pool, allocated } = observedPool();
    const lease = pool.lease(256);
    lease.ring.fill(7, 0, 100);
    lease.dirtyBytes = 100;
    lease.giveBack();
    expect(allocated[0]?.every((byte) => byte === 0)).toBe(true);
    pool.checkInvariants();
  });

  test('shows nothing of what others wrote once it is lent, though a large one was not wiped before [S10]', () => {
    const { pool, allocated } = observedPool();
    for (const [wrote, writes] of [
      [100, 10],
      [100, 200],
    ] as const) {
      const lease = pool.lease(2 * MIB);
      lease.ring.fill(7, 0, wrote);
      lease.dirtyBytes = wrote;
      lease.giveBack();
      const next = pool.lease(2 * MIB);
      expect([allocated.length, next.usedBytes]).toEqual([1, wrote]);
      next.ring.fill(1, 0, writes);
      next.dirtyBytes = writes;
      const { buffer } = next.lend(2, 5);
      expect([...new Uint8Array(buffer, 0, 300)]).toEqual(
        Array.from({ length: 300 }, (_, at) => (at < writes ? 1 : 0)),
      );
      next.isLent = false;
      next.giveBack();
      pool.checkInvariants();
    }
  });

  test('is not forgotten to be unwiped by an owner that lends none of it [S10]', () => {
    const { pool } = observedPool();
    const first = pool.lease(2 * MIB);
    first.ring.fill(7, 0, 5000);
    first.dirtyBytes = 5000;
    first.giveBack();
    const second = pool.lease(2 * MIB);
    second.dirtyBytes = 1;
    second.giveBack();
    pool.checkInvariants();
    const third = pool.lease(2 * MIB);
    expect(new Uint8Array(third.lend(0, 1).buffer).every((byte) => byte === 0)).toBe(true);
  });

  test('is out of reach of its last owner', () => {
    const lease = observedPool().pool.lease(256);
    lease.giveBack();
    expect(lease.ring).toHaveLength(0);
  });

  test('cannot be given back a second time, not even after somebody else has leased it [P18]', () => {
    const { pool } = observedPool();
    const first = pool.lease(256);
    first.giveBack();
    expect(() => first.giveBack()).toThrow('This ring was given back before');
    const second = pool.lease(256);
    expect(() => first.giveBack()).toThrow('This ring was given back before');
    expect(pool.heldBytes).toBe(0);
    expect(pool.lease(256).ring).not.toBe(second.ring);
  });

  test('goes to the collector while a view of it is lent [P18]', () => {
    const { pool } = observedPool();
    const lease = pool.lease(4096);
    lease.isLent = true;
    lease.giveBack();
    expect(pool.heldBytes).toBe(0);
    expect(() => lease.giveBack()).toThrow('This ring was given back before');
  });

  test('is forgotten when its memory was transferred away while it was out', () => {
    const { pool } = observedPool();
    const lease = pool.lease(4096);
    structuredClone(lease.ring.buffer, { transfer: [lease.ring.buffer] });
    lease.dirtyBytes = 10;
    lease.giveBack();
    expect(pool.heldBytes).toBe(0);
    expect(pool.lease(4096).ring).toHaveLength(4096);
  });
});

describe('what waits', () => {
  test.each([
    [64 * KIB, 64],
    [4 * KIB, 1024],
    [MIB, 4],
  ])('is 4 MiB at most in the class of %i', (ringBytes, most) => {
    const { pool, allocated } = observedPool();
    const leases = Array.from({ length: most + 3 }, () => pool.lease(ringBytes));
    for (const lease of leases) lease.giveBack();
    expect(pool.heldBytes).toBe(4 * MIB);
    pool.checkInvariants();
    for (let count = 0; count < most; count += 1) pool.lease(ringBytes);
    expect(allocated).toHaveLength(most + 3);
    pool.lease(ringBytes);
    expect(allocated).toHaveLength(most + 4);
  });

  test('in one class leaves the room of the others alone', () => {
    const { pool } = observedPool();
    for (const ringBytes of [MIB, 512]) {
      const leases = Array.from({ length: 5 }, () => pool.lease(ringBytes));
      for (const lease of leases) lease.giveBack();
    }
    expect(pool.heldBytes).toBe(4 * MIB + 5 * 512);
  });

  test('is 16 MiB of rings above 1 MiB at most, whatever their sizes, and the oldest go first', () => {
    const { pool, allocated } = observedPool();
    const leases = [5, 6, 4, 3, 2].map((mib) => pool.lease(mib * MIB));
    for (const lease of leases) {
      lease.giveBack();
      pool.checkInvariants();
    }
    // The first of them made room.
    expect(pool.heldBytes).toBe(15 * MIB);
    pool.lease(17 * MIB).giveBack();
    pool.checkInvariants();
    expect(pool.heldBytes).toBe(15 * MIB);
    expect(pool.lease(6 * MIB).ring).toBe(allocated[1]);
    expect(pool.heldBytes).toBe(9 * MIB);
    expect(allocated).toContain(pool.lease(2 * MIB).ring);
    expect(pool.lease(5 * MIB).ring).toBe(allocated.at(-1));
    expect(allocated).toHaveLength(7);
    pool.checkInvariants();
  });

  test('leaves the pool as it was counted, though who kept a view has transferred it', () => {
    const { pool, allocated } = observedPool();
    const bytes = 2 * MIB;
    pool.lease(bytes).giveBack();
    const [waiting] = allocated;
    structuredClone(waiting, { transfer: [waiting?.buffer as ArrayBuffer] });
    expect(pool.lease(bytes).ring).toHaveLength(bytes);
    const leases = Array.from({ length: 8 }, () => pool.lease(bytes));
    for (const lease of leases) lease.giveBack();
    expect(pool.heldBytes).toBe(16 * MIB);
    pool.checkInvariants();
  });

  test('is nothing before a ring was given back', () => {
    const { pool, allocated } = observedPool();
    expect(pool.heldBytes).toBe(0);
    expect(allocated).toHaveLength(0);
  });
});
