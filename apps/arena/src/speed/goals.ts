import { chunkSizes, sizeText } from './workload.ts';
import type { Mode, Ownership, Regime } from './workload.ts';

/** A workload of ours, with the one on which the others are measured. */
export interface Pair {
  readonly ours: string;
  readonly theirs: string;
  /** The one on which the limits are measured; that of ours, unless they have no such way of reading. */
  readonly limits?: string;
}

/**
 * By contender, the limits of what can be had at all by whoever moves bytes as it does: the fastest of them says what no
 * pipe can pass.
 */
export type Limits = Readonly<Record<string, readonly string[]>>;

/** A figure of ours against somebody else's, on the same run. */
export interface RatioGoal {
  readonly kind: 'ratio';
  readonly id: string;
  readonly says: string;
  readonly ours: readonly string[];
  readonly pairs: readonly Pair[];
  /** `peers`: the fastest of them; or one contender. */
  readonly against: string;
  /** How many times as fast as that ours has to be. */
  readonly atLeast: number;
  /** `each` pair has to reach it, or the `median` of them. */
  readonly over: 'each' | 'median';
  /** How much of it a run of the same code may be off, 0 to 1. */
  readonly noise: number;
  readonly limits?: Limits;
}

/** A figure of ours that must not pass a number. */
export interface CeilingGoal {
  readonly kind: 'ceiling';
  readonly id: string;
  readonly says: string;
  readonly ours: readonly string[];
  readonly workload: string;
  readonly atMost: number;
  readonly noise: number;
}

/** A figure of ours that must not grow with the workload. */
export interface FlatGoal {
  readonly kind: 'flat';
  readonly id: string;
  readonly says: string;
  readonly ours: readonly string[];
  /** The first is what the others are compared with. */
  readonly workloads: readonly string[];
  /** The largest as a multiple of the first. */
  readonly atMost: number;
  readonly noise: number;
  readonly limits?: Limits;
}

export type Goal = RatioGoal | CeilingGoal | FlatGoal;

const KIB = 1024;
const MIB = 1 << 20;
const everyStrategy = ['chunk-queue', 'copy-on-yield', 'ring-buffer'] as const;
const every: readonly Regime[] = ['lock-step', 'bursts-8', 'bursts-64', 'ahead-64k', 'ahead-1m'];
const main: readonly Regime[] = ['lock-step', 'bursts-64', 'ahead-64k'];
const fromOneKib = chunkSizes.filter((size) => size >= KIB);
/** Two runs of the same code on a shared machine differ by this much now and then. */
const TIME_NOISE = 0.1;
/** Who copies its chunks into a store and out of it again cannot be faster than two copies. */
const twoCopies: Limits = { 'copy-on-yield': ['limit-buffer'], 'ring-buffer': ['limit-buffer'] };
const copies: Limits = { ...twoCopies, 'chunk-queue': ['limit-iterator', 'limit-buffer'] };
const ofEach = (limit: string): Limits =>
  Object.fromEntries(everyStrategy.map((strategy) => [strategy, [limit]]));
/** Memory is counted, not timed: what remains is when the engine allocates its own. */
const MEMORY_NOISE = 0.02;

function pairs(
  mode: Mode,
  theirMode: Mode,
  ownership: Ownership,
  regimes: readonly Regime[],
  sizes: readonly number[],
  limitMode: Mode = mode,
): readonly Pair[] {
  return regimes.flatMap((regime) =>
    sizes.map((size) => {
      const rest = `${ownership}/${regime}/${sizeText(size)}`;
      return { ours: `${mode}/${rest}`, theirs: `${theirMode}/${rest}`, limits: `${limitMode}/${rest}` };
    }),
  );
}

function ratio(goal: Omit<RatioGoal, 'kind' | 'noise' | 'over' | 'against'> & Partial<RatioGoal>): RatioGoal {
  return { kind: 'ratio', against: 'peers', over: 'each', noise: TIME_NOISE, ...goal };
}

/** What the project set itself. */
export const goals: readonly Goal[] = [
  ratio({
    id: 'given-each',
    says: 'chunk-queue, `for await`, chunks given away, 1 KiB and up: 1.5× the fastest peer in every regime',
    ours: ['chunk-queue'],
    pairs: pairs('for-await', 'for-await', 'given', every, fromOneKib),
    atLeast: 1.5,
    limits: { 'chunk-queue': ['limit-iterator'] },
  }),
  ratio({
    id: 'given-median',
    says: 'chunk-queue, `for await`, chunks given away, 1 KiB and up: 2× the fastest peer in the median',
    ours: ['chunk-queue'],
    pairs: pairs('for-await', 'for-await', 'given', every, fromOneKib),
    atLeast: 2,
    over: 'median',
    limits: { 'chunk-queue': ['limit-iterator'] },
  }),
  ratio({
    id: 'bare-generator',
    says: 'chunk-queue in bursts: at least the bare async generator over an array',
    ours: ['chunk-queue'],
    pairs: pairs('for-await', 'for-await', 'given', ['bursts-8', 'bursts-64'], fromOneKib),
    against: 'limit-generator',
    atLeast: 1,
    limits: { 'chunk-queue': ['limit-iterator'] },
  }),
  ...(['read', 'tryRead'] as const).map((mode) =>
    ratio({
      id: mode,
      says: `chunk-queue, \`${mode}\`: at least the fastest peer’s`,
      ours: ['chunk-queue'],
      pairs: pairs(mode, mode, 'given', main, [64, KIB, 64 * KIB]),
      atLeast: 1,
      limits: mode === 'tryRead' ? { 'chunk-queue': ['limit-callback'] } : {},
    }),
  ),
  ratio({
    id: 'small-chunks',
    says: 'copy-on-yield and ring-buffer at 64 B, bursts of 64 and producer ahead: 2× the fastest peer',
    ours: ['copy-on-yield', 'ring-buffer'],
    pairs: pairs('for-await', 'for-await', 'given', ['bursts-64', 'ahead-64k', 'ahead-1m'], [64]),
    atLeast: 2,
    limits: twoCopies,
  }),
  ratio({
    id: 'small-chunks-queue',
    says: 'the same, faster than chunk-queue',
    ours: ['copy-on-yield', 'ring-buffer'],
    pairs: pairs('for-await', 'for-await', 'given', ['bursts-64', 'ahead-64k', 'ahead-1m'], [64]),
    against: 'chunk-queue',
    atLeast: 1,
  }),
  ratio({
    id: 'reused-small',
    says: 'producer that reuses its memory, chunks copied out, up to 1 KiB: 2× the fastest correct peer',
    ours: everyStrategy,
    pairs: pairs('for-await', 'for-await', 'reused', main, [64, KIB]),
    atLeast: 2,
    limits: copies,
  }),
  ratio({
    id: 'reused-large',
    says: 'the same above 1 KiB: not behind it',
    ours: everyStrategy,
    pairs: pairs('for-await', 'for-await', 'reused', main, [16 * KIB, 64 * KIB, MIB]),
    atLeast: 1,
    limits: copies,
  }),
  ...(['views', 'peek'] as const).flatMap((mode) => [
    ratio({
      id: `${mode}-ahead`,
      says: `the same read through \`${mode}\`, in bursts and ahead: 4× the fastest correct peer at every size`,
      ours: everyStrategy,
      pairs: pairs(mode, 'for-await', 'reused', ['bursts-64', 'ahead-64k'], chunkSizes, 'views'),
      atLeast: 4,
      limits: ofEach('limit-buffer'),
    }),
    ratio({
      id: `${mode}-lock-step`,
      says: `the same read through \`${mode}\`, in lock-step: 1.5×`,
      ours: everyStrategy,
      pairs: pairs(mode, 'for-await', 'reused', ['lock-step'], chunkSizes, 'views'),
      atLeast: 1.5,
      limits: ofEach('limit-buffer'),
    }),
  ]),
  ratio({
    id: 'read-into',
    says: '`readInto` on the ring, 16 KiB and up: within 1.5× of two memcpys',
    ours: ['ring-buffer'],
    pairs: pairs('readInto', 'readInto', 'reused', ['lock-step', 'ahead-64k'], [16 * KIB, 64 * KIB, MIB]),
    against: 'limit-memcpy',
    atLeast: 1 / 1.5,
  }),
  ratio({
    id: 'creation',
    says: 'a one-chunk body created, written, ended and drained: 3× the fastest peer with every strategy',
    ours: everyStrategy,
    pairs: [{ ours: 'creation', theirs: 'creation' }],
    atLeast: 3,
    limits: ofEach('limit-iterator'),
  }),
  {
    kind: 'ceiling',
    id: 'idle',
    says: 'an idle pipe with its store: at most 280 bytes',
    ours: everyStrategy,
    workload: 'memory/idle',
    atMost: 280,
    noise: MEMORY_NOISE,
  },
  {
    kind: 'ceiling',
    id: 'waiting',
    says: 'a parked pipe: at most 600 bytes',
    ours: everyStrategy,
    workload: 'memory/waiting',
    atMost: 600,
    noise: MEMORY_NOISE,
  },
  {
    kind: 'ceiling',
    id: 'one-byte-writes',
    says: '1 MiB of one-byte writes: at most 1.2 MiB held (chunk-queue, ring-buffer)',
    ours: ['chunk-queue', 'ring-buffer'],
    workload: 'one-byte-writes',
    atMost: 1.2 * MIB,
    noise: MEMORY_NOISE,
  },
  {
    kind: 'ceiling',
    id: 'one-byte-writes-copy',
    says: '1 MiB of one-byte writes: at most 2.2 MiB held (copy-on-yield)',
    ours: ['copy-on-yield'],
    workload: 'one-byte-writes',
    atMost: 2.2 * MIB,
    noise: MEMORY_NOISE,
  },
  ratio({
    id: 'collect-known',
    says: 'collecting a body of known length: at least the fastest peer at every chunk size',
    ours: everyStrategy,
    pairs: pairs('bytes-known', 'bytes-known', 'given', ['ahead-64k'], chunkSizes),
    atLeast: 1,
    limits: ofEach('limit-collect'),
  }),
  ratio({
    id: 'collect-unknown',
    says: 'of unknown length: within 10 % of the fastest peer',
    ours: everyStrategy,
    pairs: pairs('bytes', 'bytes', 'given', ['ahead-64k'], chunkSizes),
    atLeast: 1 / 1.1,
    limits: ofEach('limit-collect'),
  }),
  ...everyStrategy.map((strategy) =>
    ratio({
      id: `laws-${strategy}`,
      says: `full laws on: ${strategy} without laws is at most 15 % faster`,
      ours: [strategy],
      pairs: pairs('for-await', 'for-await', 'given', ['lock-step', 'bursts-64'], [64, KIB, 16 * KIB]),
      against: `limit-stripped-${strategy}`,
      atLeast: 1 / 1.15,
    }),
  ),
  {
    kind: 'flat',
    id: 'flat-long',
    says: 'cost per byte flat within 10 % from 1 MiB to 4 GiB',
    ours: everyStrategy,
    workloads: ['long-body/1MiB', 'long-body/64MiB', 'long-body/4GiB'],
    atMost: 1.1,
    noise: TIME_NOISE,
    limits: ofEach('limit-iterator'),
  },
  {
    kind: 'flat',
    id: 'flat-many',
    says: 'and from 1 to 100 000 concurrent bodies',
    ours: everyStrategy,
    workloads: ['concurrent/1', 'concurrent/100', 'concurrent/10000', 'concurrent/100000'],
    atMost: 1.1,
    noise: TIME_NOISE,
    limits: ofEach('limit-iterator'),
  },
];

/** The workloads that a goal needs. */
export function workloadsOf(goal: Goal): readonly string[] {
  switch (goal.kind) {
    case 'ratio':
      return goal.pairs.flatMap(({ ours, theirs }) => [ours, theirs]);
    case 'ceiling':
      return [goal.workload];
    case 'flat':
    default:
      return goal.workloads;
  }
}
