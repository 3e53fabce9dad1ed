import type { ByteStore } from '@millrace/core';
import type { Case } from '../case.ts';
import type { LawId } from '../laws.ts';
import type { Result } from '../result.ts';
import { emptyOut } from './empty-out.ts';
import type { StorePlan } from './store-plan.ts';
import { vacuous, verdictOf } from './verdict.ts';
import { measureWork } from './work-meter.ts';
import type { Work } from './work-meter.ts';

const law: LawId = 'S9';

/** n operations on a store. */
type Workload = (store: ByteStore, operations: number) => void;

interface Traffic {
  readonly name: string;
  readonly run: Workload;
  /** Bytes that go through for each of the n operations. Default 1. */
  readonly bytesEach?: number;
  /** What is there before the work is counted. */
  readonly prepare?: Workload;
  /** A fixed store of exactly n bytes whose seam lies in the middle, instead of one with room for everything. */
  readonly isTight?: boolean;
}

const repeat = (count: number, action: () => void): void => {
  for (let round = 0; round < count; round += 1) action();
};
const putOnes = (store: ByteStore, count: number): void =>
  repeat(count, () => void store.put(new Uint8Array(1), false));

/** Traffic in which a store that touches its backlog again and again does quadratic work. */
const traffics: readonly Traffic[] = [
  {
    name: 'n one-byte puts, then n takes of one byte',
    run: (store, n) => {
      putOnes(store, n);
      repeat(n, () => void store.take(1));
    },
  },
  {
    name: 'n given chunks, taken whole',
    run: (store, n) => {
      repeat(n, () => void store.put(new Uint8Array(16), true));
      emptyOut(store, () => void store.take());
    },
  },
  {
    name: 'one chunk of n bytes, taken byte by byte',
    run: (store, n) => {
      store.put(new Uint8Array(n), true);
      repeat(n, () => void store.take(1));
    },
  },
  {
    name: 'n one-byte puts, then n drops of one byte',
    run: (store, n) => {
      putOnes(store, n);
      repeat(n, () => store.drop(1));
    },
  },
  {
    name: 'n one-byte puts, copied out byte by byte',
    run: (store, n) => {
      const target = new Uint8Array(1);
      putOnes(store, n);
      repeat(n, () => void store.takeInto(target));
    },
  },
  {
    name: 'a backlog of n bytes, and n times one byte in and one out',
    run: (store, n) => {
      putOnes(store, n);
      repeat(n, () => {
        store.put(new Uint8Array(1), false);
        store.take(1);
      });
    },
  },
  {
    name: 'n one-byte puts, with a peek at everything after each',
    run: (store, n) => {
      repeat(n, () => {
        store.put(new Uint8Array(1), false);
        store.peek(store.size);
      });
    },
  },
  {
    name: 'n bytes, with a peek at everything before each one-byte drop',
    run: (store, n) => {
      putOnes(store, n);
      repeat(n, () => {
        store.peek(store.size);
        store.drop(1);
      });
    },
  },
  {
    name: 'n chunks of two sizes, asked for size and cost each time',
    run: (store, n) => {
      repeat(n >> 3, () => {
        store.put(new Uint8Array(7), true);
        store.put(new Uint8Array(2000), true);
        if (store.size + store.cost < 0) store.clear();
      });
      emptyOut(store, () => void store.take());
    },
  },
  {
    name: 'n chunks waiting, asked for size and cost n times',
    prepare: (store, n) => repeat(n, () => void store.put(new Uint8Array(1500), true)),
    run: (store, n) => {
      repeat(n, () => {
        if (store.size + store.cost < 0) store.clear();
      });
    },
  },
  {
    name: 'n puts of 40 bytes, with a peek at everything after each',
    bytesEach: 40,
    run: (store, n) => {
      repeat(n, () => {
        store.put(new Uint8Array(40), false);
        store.peek(store.size);
      });
    },
  },
  {
    name: 'n puts of 40 bytes, then a peek at everything before each drop of 40',
    bytesEach: 40,
    prepare: (store, n) => repeat(n, () => void store.put(new Uint8Array(40), false)),
    run: (store, n) => {
      repeat(n, () => {
        store.peek(store.size);
        store.drop(40);
      });
    },
  },
  {
    name: 'n one-byte puts across the seam, with a peek at everything after each',
    isTight: true,
    run: (store, n) => {
      repeat(n, () => {
        store.put(new Uint8Array(1), false);
        store.peek(store.size);
      });
    },
  },
  {
    name: 'n bytes across the seam, with a peek at everything before each one-byte drop',
    isTight: true,
    run: (store, n) => {
      putOnes(store, n);
      repeat(n, () => {
        store.peek(store.size);
        store.drop(1);
      });
    },
  },
];

const unitsOf = (work: Work): number =>
  work.copiedBytes + work.allocatedBytes + work.movedElements + work.lengthReads;

/** Sixteen times the operations: linear work grows sixteenfold, quadratic work 256-fold. */
const FACTOR = 16;
/** A store that grows by four when it is full may have grown at the one size and not at the other. */
const LUMPINESS = 4;

/** Four times the operations once more: linear work grows fourfold, quadratic work sixteenfold. */
const STEP = 4;
const STEEPEST_STEP = 7;

function growLinearly(
  plan: StorePlan,
  label: string,
  { name, run, prepare, isTight, bytesEach = 1 }: Traffic,
): Result {
  const { strategy, profile } = plan;
  const n = profile.linearCostOperations;
  const unitsFor = (operations: number): number => {
    const store = strategy.createStore({ capacityBytes: isTight === true ? operations : operations * 2048 });
    // Brings a fixed store's memory, which is not part of the work per byte, and moves its seam.
    const before = isTight === true ? operations >> 1 : 1;
    store.put(new Uint8Array(before), false);
    store.drop(before);
    prepare?.(store, operations);
    return unitsOf(measureWork(() => run(store, operations)));
  };
  const few = unitsFor(n);
  const many = unitsFor(n * FACTOR);
  const figures = [`${few} units for n = ${n}`, `${many} for n = ${n * FACTOR}`];
  let isRight = many <= FACTOR * LUMPINESS * Math.max(few, n * (1 + bytesEach));
  if (!isRight) {
    // What costs nothing while it is small has not begun to grow at n: how it goes on from here decides.
    const more = unitsFor(n * FACTOR * STEP);
    figures.push(`${more} for n = ${n * FACTOR * STEP}`);
    isRight = more <= many * STEEPEST_STEP;
  }
  return verdictOf({
    law,
    label,
    isRight,
    expected: `the work of "${name}" to grow in proportion to n`,
    got: figures.join(', '),
    count: figures.length,
  });
}

/** `put: 'takes'` and `take: 'gives'` promise that a large given chunk goes through without being copied. */
function passWithoutCopy({ strategy }: StorePlan): Result {
  const { put, take } = strategy.traits;
  if (put !== 'takes' || take !== 'gives') {
    return vacuous(law, 'The strategy does not declare to pass chunks on');
  }
  const bytes = 65_536;
  const store = strategy.createStore({ capacityBytes: bytes });
  const chunk = new Uint8Array(bytes);
  const { copiedBytes } = measureWork(() => {
    store.put(chunk, true);
    store.take();
  });
  return verdictOf({
    law,
    label: 'S9.passes',
    isRight: copiedBytes === 0,
    expected: `a given chunk of ${bytes} bytes to go through uncopied, as put: takes and take: gives declare`,
    got: `${copiedBytes} bytes copied`,
  });
}

/** S9, and the declared traits `put: 'takes'` with `take: 'gives'`. */
export function linearCostCases(plan: StorePlan): readonly Case[] {
  return [
    ...traffics.map((traffic, index): Case => ({
      law,
      label: `S9.linear${index + 1}`,
      title: `work stays in proportion: ${traffic.name}`,
      run: () => growLinearly(plan, `S9.linear${index + 1}`, traffic),
    })),
    {
      law,
      label: 'S9.passes',
      title: 'a strategy that declares to pass chunks on does not copy them',
      run: () => passWithoutCopy(plan),
    },
  ];
}
