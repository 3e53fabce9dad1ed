import { expect, test } from 'vitest';
import { ByteCollector } from '../../src/consume/byte-collector.ts';
import { patterned } from './bodies.ts';

/** Numbers from a seed: the same walk every time. */
function seeded(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state % below;
  };
}

test('pieces of any size, kept or copied, join to the same bytes as a plain array', () => {
  for (let seed = 1; seed <= 60; seed += 1) {
    const random = seeded(seed);
    const expectedBytes = [0, 3_000, 40_000, 2 ** 30][seed % 4]!;
    const collector = new ByteCollector(expectedBytes);
    const model: number[] = [];
    for (let step = 0; step < 40; step += 1) {
      const piece = patterned(random([10, 1_500, 5_000][random(3)]!)).map((byte) => byte ^ step);
      model.push(...piece);
      if (collector.wantsCopyOf(piece.length)) {
        collector.copy(piece);
        piece.fill(0xee);
      } else {
        collector.keep(piece);
      }
      collector.checkInvariants();
      expect(collector.size).toBe(model.length);
    }
    expect(Buffer.from(model).equals(collector.join())).toBe(true);
  }
});

test('one piece that has its memory to itself is passed on untouched', () => {
  const collector = new ByteCollector();
  const piece = patterned(10);
  collector.keep(piece);
  expect(collector.join().buffer).toBe(piece.buffer);
});

test('a piece that shares its memory is copied, so that the result has its buffer to itself', () => {
  const collector = new ByteCollector();
  const slab = patterned(64);
  collector.keep(slab.subarray(8, 56));
  const joined = collector.join();
  expect([...joined]).toEqual(Array.from(slab.slice(8, 56)));
  expect(joined.buffer.byteLength).toBe(48);
});

test('[S8] a piece whose memory has gone to somebody else since is an error, not zeros', () => {
  const collector = new ByteCollector();
  const piece = patterned(2_000);
  collector.keep(patterned(3_000));
  collector.keep(piece);
  structuredClone(piece.buffer, { transfer: [piece.buffer] });
  expect(() => collector.join()).toThrow(expect.objectContaining({ code: 'ERR_PIPE_DETACHED' }));
});

test('a Buffer becomes a plain Uint8Array', () => {
  const collector = new ByteCollector();
  collector.keep(Buffer.from(new ArrayBuffer(8)));
  expect(Object.getPrototypeOf(collector.join())).toBe(Uint8Array.prototype);
});

test('an announced body is gathered in one piece of memory', () => {
  const collector = new ByteCollector(1_000);
  collector.keep(patterned(400));
  expect(collector.wantsCopyOf(600)).toBe(true);
  collector.copy(patterned(600));
  expect(collector.parts()).toHaveLength(1);
});

test('a piece larger than the room left is kept instead of copied', () => {
  const collector = new ByteCollector();
  collector.keep(patterned(10));
  expect(collector.wantsCopyOf(1_023)).toBe(true);
  expect(collector.wantsCopyOf(5_000)).toBe(false);
  collector.copy(patterned(10));
  expect(collector.wantsCopyOf(4_086)).toBe(true);
  expect(collector.wantsCopyOf(4_087)).toBe(false);
});
