import { expect, it } from 'vitest';
import { ChunkRing } from '../src/chunk-ring.ts';

const chunk = (value: number): { bytes: Uint8Array; length: number; cost: number; isPrivate: boolean } => ({
  bytes: Uint8Array.of(value),
  length: 1,
  cost: 1,
  isPrivate: true,
});
const values = (ring: ChunkRing): (number | undefined)[] => [...ring].map(({ bytes }) => bytes[0]);

it('keeps order across growth and many laps, at both ends', () => {
  const ring = new ChunkRing();
  const model: number[] = [];
  for (let step = 0; step < 2000; step += 1) {
    const value = step & 255;
    if (step % 5 === 4) {
      ring.unshift(chunk(value));
      model.unshift(value);
    } else if (step % 5 < 3) {
      ring.push(chunk(value));
      model.push(value);
    } else {
      for (let count = 0; count < 3; count += 1) {
        expect(ring.first?.bytes[0]).toBe(model.shift());
        ring.shift();
      }
    }
    ring.checkInvariants();
    expect(values(ring)).toEqual(model);
  }
});

it('[S9] a queue that stays short never grows, however many chunks pass', () => {
  const ring = new ChunkRing();
  for (let count = 0; count < 100_000; count += 1) {
    ring.push(chunk(count & 255));
    ring.shift();
  }
  expect(ring.slots).toBe(4);
});

it('[S6] lets the slots of a burst go when it has drained', () => {
  const ring = new ChunkRing();
  for (let count = 0; count < 1000; count += 1) ring.push(chunk(0));
  expect(ring.slots).toBe(1024);
  for (let count = 0; count < 1000; count += 1) ring.shift();
  expect(ring.slots).toBe(0);
  expect(ring.first).toBeUndefined();
});
