import { expect, test } from 'vitest';
import { RingBufferStore } from '../src/ring-buffer-store.ts';
import { observedPool } from './observed-pool.ts';
import { seededRandom } from './seeded-random.ts';
import { StoreBesideArray } from './store-beside-array.ts';

const capacities = [1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 63, 64, 65, 255, 256, 257, 1000];

test.each(capacities)(
  '[S1] [S3] [S4] [S5] a ring of %i answers as a plain array does, whatever is asked in whatever order',
  (capacityBytes) => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const walk = randomWalk(capacityBytes, seed);
      expect(walk.laps).toBeGreaterThan(5);
      walk.expectTakenUnchanged();
    }
  },
);

function randomWalk(capacityBytes: number, seed: number): StoreBesideArray {
  const random = seededRandom(seed * 1009 + capacityBytes);
  const store = new RingBufferStore({ capacityBytes }, observedPool().pool);
  const subject = new StoreBesideArray(store, capacityBytes);
  const amount = (): number => 1 + random(random(3) === 0 ? capacityBytes + 2 : Math.min(capacityBytes, 4));
  const put = (): void => subject.put(amount(), random(2) === 0);
  const calls = [
    put,
    put,
    put,
    put,
    () => subject.take(amount()),
    () => subject.take(random(4) === 0 ? undefined : amount()),
    () => subject.takeInto(amount()),
    () => subject.drop(amount()),
    () => subject.peek(),
    () => subject.peek(amount()),
    () => (random(16) === 0 ? subject.clear() : put()),
  ];
  for (let step = 0; step < 300 || subject.laps <= 5; step += 1) calls[random(calls.length)]?.();
  return subject;
}
