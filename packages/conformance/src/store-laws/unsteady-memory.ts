import type { ByteStore } from '@millrace/core';
import type { LawId } from '../laws.ts';
import { fillPattern, mismatch, scribble } from '../patterned-bytes.ts';
import type { Result } from '../result.ts';
import { detach, shrinkToNothing } from './chunk-memory.ts';
import { smallScope } from './script-families.ts';
import type { StoreScript } from './script.ts';
import { peek, put, take, takeInto } from './script.ts';
import { storeCase } from './store-case.ts';
import type { StoreCase } from './store-case.ts';
import { planWalks } from './store-plan.ts';
import type { StorePlan } from './store-plan.ts';
import type { ProbeFactory } from './store-run.ts';
import { verdictOf } from './verdict.ts';

const law: LawId = 'S8';

/** Somebody else changes, then shrinks, memory that was given; not where the engine could only make ordinary memory. */
const disturbUnsteady: ProbeFactory = () => ({
  afterPut(chunk, _owned, memory) {
    if (memory !== 'resizable' && memory !== 'shared') return;
    if (chunk.buffer instanceof ArrayBuffer && !chunk.buffer.resizable) return;
    scribble(chunk);
    shrinkToNothing(chunk.buffer);
  },
});

const unsteadyAlphabet = [
  put(2, true, 'resizable'),
  put(2, true, 'shared'),
  put(3, false, 'resizable'),
  put(3, true),
  peek(3),
  take(),
  take(1),
  takeInto(2),
];

/** Reads once and answers the bytes, or what is wrong with the answer. */
type Reader = (store: ByteStore) => Uint8Array | string;

const readers: Readonly<Record<string, Reader>> = {
  'take()': (store) => store.take(),
  'take(3)': (store) => store.take(3),
  'takeInto(7 bytes)': (store) => {
    const target = new Uint8Array(7);
    return target.subarray(0, store.takeInto(target));
  },
  'peek() and drop': (store) => lendAndDrop(store, 1),
  // Nothing contiguous can answer this; the sound bytes are still there to take.
  'peek(size), else take()': (store) => {
    try {
      return lendAndDrop(store, store.size);
    } catch (error) {
      if (codeOf(error) !== 'ERR_PIPE_DETACHED') throw error;
      return store.take();
    }
  },
};

function lendAndDrop(store: ByteStore, min: number): Uint8Array | string {
  const bytes = new Uint8Array(store.peek(min));
  if (bytes.length < min) return `${bytes.length} bytes lent for a peek of ${min}`;
  store.drop(bytes.length);
  return bytes;
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** Sound bytes before and after a chunk that is detached while the store holds it. */
interface Layout {
  readonly before: number;
  readonly victim: number;
  readonly after: number;
}

const layouts: readonly Layout[] = [0, 5, 3000].flatMap((before) =>
  [4, 2000, 70_000].flatMap((victim) => [0, 6].map((after) => ({ before, victim, after }))),
);

/**
 * Every way to read, over every layout: all bytes exact, or the sound ones and then the error. A store may have copied
 * the front of the chunk, so how far the sound bytes reach is its own affair, within the chunk.
 */
function reportDetached({ strategy }: StorePlan): Result {
  const runs = layouts.flatMap((layout) =>
    Object.entries(readers).map(([name, read]) => ({ layout, name, read })),
  );
  const label = 'S8.detached';
  let foreign: string | null = null;
  for (const [index, { layout, name, read }] of runs.entries()) {
    const readAll = (isDetaching: boolean): string | null =>
      readLayout(strategy.createStore({ capacityBytes: 100_000 }), layout, read, isDetaching);
    const got = readAll(true);
    if (got === null) continue;
    const calm = readAll(false);
    if (calm !== null) {
      foreign ??= calm;
      continue;
    }
    const { before, victim, after } = layout;
    return verdictOf({
      law,
      label,
      isRight: false,
      expected: `every byte, or the ${before} sound ones in front, more if they were copied, and then ERR_PIPE_DETACHED`,
      got: `${got}, with ${victim} bytes detached between ${before} and ${after} sound ones, by ${name}`,
      count: index + 1,
    });
  }
  if (foreign !== null) {
    const message = `Not judged: without a detached chunk it gives ${foreign} as well`;
    return { law, status: 'unknown', message, evidence: { schedules: runs.length, checks: 0 } };
  }
  return verdictOf({ law, label, isRight: true, expected: '', got: '', count: runs.length });
}

function readLayout(store: ByteStore, layout: Layout, read: Reader, isDetaching: boolean): string | null {
  const total = putLayout(store, layout, isDetaching);
  let delivered = 0;
  try {
    while (delivered < total) {
      const bytes = read(store);
      if (typeof bytes === 'string') return `${bytes} after ${delivered} bytes`;
      if (bytes.length === 0) return `an empty answer after ${delivered} bytes`;
      if (mismatch(bytes, delivered) >= 0) return `wrong bytes after ${delivered}`;
      delivered += bytes.length;
    }
    return null;
  } catch (error) {
    if (codeOf(error) !== 'ERR_PIPE_DETACHED') return `${String(error)} thrown after ${delivered} bytes`;
    // What the store had copied of the chunk is as sound as what lies in front of it; with all of it nothing is lost.
    const isRight = delivered >= layout.before && delivered < layout.before + layout.victim;
    if (!isRight) return `ERR_PIPE_DETACHED after ${delivered} bytes`;
    store.clear();
    return store.size === 0 ? null : `a size of ${store.size} after clear`;
  }
}

function putLayout(store: ByteStore, { before, victim, after }: Layout, isDetaching: boolean): number {
  let offset = 0;
  const putOwned = (length: number): Uint8Array => {
    const chunk = new Uint8Array(length);
    fillPattern(chunk, offset);
    offset += store.put(chunk, true);
    return chunk;
  };
  if (before > 0) putOwned(before);
  const doomed = putOwned(victim);
  if (after > 0) putOwned(after);
  if (isDetaching) detach(doomed.buffer);
  return offset;
}

/** S8: memory that others can change is copied at once; memory that was transferred away is reported. */
export function unsteadyMemoryCases(plan: StorePlan): readonly StoreCase[] {
  const { profile } = plan;
  const what = 'changing and shrinking given memory that is resizable or shared changes nothing';
  const ask = (label: string, where: string, scripts: () => Iterable<StoreScript>): StoreCase =>
    storeCase(plan, {
      law,
      label,
      title: `${what} ${where}`,
      probe: disturbUnsteady,
      isStress: true,
      scripts,
    });
  return [
    ask('S8.scope', 'in every short script', () =>
      smallScope(profile.storeScopeDepth - 1, unsteadyAlphabet, 8),
    ),
    ask('S8.walks', 'in long walks', () => planWalks(plan, 13, ['resizable', 'shared', 'exact', 'sliver'])),
    {
      law,
      label: 'S8.detached',
      title: 'a chunk detached after put is reported, never read as short',
      run: () => reportDetached(plan),
    },
  ];
}
