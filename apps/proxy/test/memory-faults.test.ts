import { expect, test } from 'vitest';
import { memoryFaults } from './load/soak/memory-faults.ts';

const MIB = 1024 * 1024;

/** Laps with so many MiB kept at their ends, half of it on the heap, and so many resident. */
function laps(kept: readonly number[], resident: readonly number[] = kept.map(() => 200)) {
  return kept.map((mib, at) => ({
    heapUsed: (mib / 2) * MIB,
    external: (mib / 2) * MIB,
    rss: (resident[at] ?? 0) * MIB,
  }));
}

test('memory that comes to its size and stays there is right', () => {
  expect(memoryFaults(laps([38, 40, 45, 48, 54, 53, 52, 56, 52, 53, 54]))).toEqual([]);
  expect(memoryFaults(laps([30, 40, 47]))).toEqual([]);
  expect(memoryFaults(laps([30]))).toEqual([]);
});

test.each([
  ['a bit with every lap', Array.from({ length: 40 }, (_, lap) => 40 + lap)],
  ['late', [40, 40, 40, 40, 40, 40, 40, 40, 40, 49]],
  ['in a short run', [30, 40, 49]],
])('memory that grows is wrong: %s', (_, kept) => {
  expect(memoryFaults(laps(kept))).toEqual([
    expect.stringMatching(/^\d+ bytes more are kept at the end than early on$/),
  ]);
});

test('so is what is resident, in a long run', () => {
  const kept = Array.from({ length: 10 }, () => 40);
  expect(memoryFaults(laps(kept, [100, 200, 200, 200, 200, 200, 210, 220, 240, 249]))).toEqual([]);
  expect(memoryFaults(laps(kept, [100, 200, 200, 200, 200, 200, 210, 220, 240, 251]))).toHaveLength(1);
});
