import { expect, test } from 'vitest';
import { ChunkQueueStore } from '../src/chunk-queue-store.ts';
import { seededRandom } from './seeded-random.ts';
import { layouts, StoreBesideArray } from './store-beside-array.ts';
import type { Layout } from './store-beside-array.ts';

/** Every size at which the store decides something, and its neighbours. */
const edges = [1, 64, 512, 1024, 2048, 4096, 8192].flatMap((edge) => [edge - 1, edge, edge + 1]).slice(1);

test.each([
  { kind: 'tiny chunks', sizes: [1, 2, 3, 10], leastPassed: 0 },
  { kind: 'small chunks', sizes: [60, 65, 300, 900, 1023], leastPassed: 10 },
  { kind: 'chunks around every edge', sizes: edges, leastPassed: 20 },
  { kind: 'large chunks', sizes: [1024, 5000, 20_000], leastPassed: 30 },
  { kind: 'tiny and large chunks', sizes: [1, 2, 100, 1024, 30_000], leastPassed: 20 },
])(
  '[S1] [S2] [S3] [S4] [S5] [S6] [S8] [S10] a queue of $kind answers as an array does, whatever is asked when',
  ({ sizes, leastPassed }) => {
    let passed = 0;
    for (let seed = 1; seed <= 8; seed += 1) {
      const walk = randomWalk(sizes, seed);
      walk.expectTakenUnchanged();
      passed += walk.passed;
    }
    // Chunks that may be kept go through as the objects they are, or the walk has shown little.
    expect(passed).toBeGreaterThanOrEqual(leastPassed);
  },
);

function randomWalk(sizes: readonly number[], seed: number): StoreBesideArray {
  const random = seededRandom(seed * 7919 + sizes.length);
  const pick = <T>(from: readonly T[]): T => from[random(from.length)] as T;
  const hints = [
    {},
    { capacityBytes: 0 },
    { capacityBytes: 100 },
    { capacityBytes: 4096 },
    { capacityBytes: 65_536 },
  ];
  const subject = new StoreBesideArray(new ChunkQueueStore(pick(hints)));
  const most = 12 * Math.max(...sizes);
  // Runs of one kind are what gathers and what fills a line; a walk that turns at every step does neither.
  let owned = true;
  let layout: Layout = 'exact';
  const put = (): void => {
    if (random(6) === 0) owned = random(2) === 0;
    if (random(3) === 0) layout = random(2) === 0 ? 'exact' : pick(layouts);
    if (subject.size < most) subject.put(pick(sizes), owned, layout);
  };
  const amount = (): number =>
    1 + random(random(3) === 0 ? subject.size + 2 : Math.min(subject.size + 2, pick(sizes)));
  const calls = [
    put,
    put,
    put,
    put,
    put,
    () => subject.take(),
    () => subject.take(random(2) === 0 ? undefined : amount()),
    () => subject.takeInto(amount()),
    () => subject.drop(amount()),
    () => subject.peek(),
    () => subject.peek(amount()),
    () => (random(16) === 0 ? subject.clear() : put()),
  ];
  for (let step = 0; step < 400; step += 1) calls[random(calls.length)]?.();
  while (subject.size > 0) subject.take();
  return subject;
}
