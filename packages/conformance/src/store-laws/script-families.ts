import type { SeededRandom } from '../seeded-random.ts';
import type { MemoryKind, StoreCall, StoreScript } from './script.ts';
import { clear, drop, peek, put, take, takeInto } from './script.ts';

/** The capacity of small-scope scripts: room for a wrap, a partial put and a full ring within a few calls. */
const SCOPE_CAPACITY = 3;

/** Calls at and around the boundaries of a store of capacity 3. */
const scopeAlphabet: readonly StoreCall[] = [
  put(1, false),
  put(2, true),
  put(3, false),
  put(4, true),
  put(2, false, 'sliver'),
  peek(),
  peek(3),
  take(),
  take(1),
  takeInto(2),
  drop(1),
  clear(),
];

/** Every script of exactly `depth` calls; shorter ones are their beginnings. */
export function* smallScope(
  depth: number,
  alphabet: readonly StoreCall[] = scopeAlphabet,
  capacityBytes: number = SCOPE_CAPACITY,
): Generator<StoreScript> {
  const places = Array.from({ length: depth }, () => 0);
  for (;;) {
    yield {
      capacityBytes,
      calls: places.map((place) => alphabet[place]).filter((call) => call !== undefined),
    };
    let column = depth - 1;
    while (column >= 0 && places[column] === alphabet.length - 1) places[column--] = 0;
    if (column < 0) return;
    places[column] = (places[column] ?? 0) + 1;
  }
}

/**
 * Steady writing and reading: for each capacity, every write size and every read size up to two past it, until
 * more than three capacities went through, so that each offset meets the seam of a ring.
 */
export function* laps(): Generator<StoreScript> {
  for (const capacityBytes of [1, 2, 3, 4, 5, 8]) {
    for (let writeSize = 1; writeSize <= capacityBytes + 2; writeSize += 1) {
      for (let readSize = 1; readSize <= capacityBytes + 2; readSize += 1) {
        yield { capacityBytes, calls: oneLapScript(capacityBytes, writeSize, readSize) };
      }
    }
  }
}

function oneLapScript(capacityBytes: number, writeSize: number, readSize: number): readonly StoreCall[] {
  const calls: StoreCall[] = [];
  const rounds = Math.ceil((3 * capacityBytes + 2) / Math.min(writeSize, readSize)) + 1;
  const ways = [take(readSize), takeInto(readSize), drop(readSize)];
  for (let round = 0; round < rounds; round += 1) {
    calls.push(put(writeSize, round % 2 === 0), peek(capacityBytes), ways[round % 3] ?? take());
  }
  return calls;
}

/** Sizes at which growing stores grow, pools change class and slabs end. */
export function* thresholds(): Generator<StoreScript> {
  for (const edge of [16, 64, 256, 1024, 4096, 8192, 16_384, 65_536]) {
    for (const size of [edge - 1, edge, edge + 1]) {
      for (const owned of [false, true]) {
        const capacityBytes = edge;
        yield {
          capacityBytes,
          calls: [put(size, owned), peek(size), take(1), put(size, owned), take(), take()],
        };
        yield {
          capacityBytes,
          calls: [put(1, false), put(size, owned), put(1, true), takeInto(size), peek(2)],
        };
        yield {
          capacityBytes,
          calls: [put(size, owned), drop(size - 1), put(size, owned), peek(size), takeInto(size)],
        };
      }
    }
  }
}

export interface WalkOptions {
  readonly random: SeededRandom;
  readonly walks: number;
  readonly steps: number;
  /** The memory chunks are made of. Default: every kind that may be written at any time. */
  readonly memories?: readonly MemoryKind[];
}

/** Long random walks over capacities from 1 byte to 64 KiB; sizes crowd around the capacity. */
export function* randomWalks(options: WalkOptions): Generator<StoreScript> {
  const { random, walks, steps } = options;
  const memories = options.memories ?? ['exact', 'half', 'sliver', 'node'];
  for (let walk = 0; walk < walks; walk += 1) {
    const capacityBytes = random.pick([
      1,
      2,
      3,
      5,
      7,
      8,
      16,
      31,
      64,
      100,
      1024,
      walk % 20 === 0 ? 65_536 : 256,
    ]);
    const writeHappy = random.below(3) + 1;
    const length = (): number => sizeAround(random, capacityBytes);
    const calls = Array.from({ length: steps }, (): StoreCall => {
      if (random.below(4) < writeHappy) return put(length(), random.oneIn(2), random.pick(memories));
      switch (random.below(12)) {
        case 0:
        case 1:
          return peek(random.oneIn(2) ? undefined : Math.max(1, length()));
        case 2:
        case 3:
        case 4:
          return take();
        case 5:
        case 6:
          return take(Math.max(1, length()));
        case 7:
        case 8:
        case 9:
          return takeInto(length());
        case 10:
          return random.oneIn(4) ? clear() : drop(length());
        default:
          return drop(length());
      }
    });
    yield { capacityBytes, calls };
  }
}

function sizeAround(random: SeededRandom, capacityBytes: number): number {
  switch (random.below(6)) {
    case 0:
      return random.below(4);
    case 1:
      return Math.max(0, capacityBytes + random.below(3) - 1);
    case 2:
      return (capacityBytes >> 1) + random.below(2);
    case 3:
      return capacityBytes * 2 + random.below(2);
    default:
      return random.below(capacityBytes + 1);
  }
}

/** Every script of one call, then of two, up to `depth`: the first violation found is already small. */
export function* smallScopeUpTo(depth: number): Generator<StoreScript> {
  for (let length = 1; length <= depth; length += 1) yield* smallScope(length);
}
