/** How the consumer takes the bytes. */
export const modes = [
  'for-await',
  'read',
  'tryRead',
  'batches',
  'views',
  'peek',
  'readInto',
  'byob',
  'web-reader',
  'bytes',
  'bytes-known',
  'text',
] as const;
export type Mode = (typeof modes)[number];

/** When the producer writes. */
export const regimes = ['lock-step', 'bursts-8', 'bursts-64', 'ahead-64k', 'ahead-1m'] as const;
export type Regime = (typeof regimes)[number];

/** Whether the producer gives each chunk away, or writes the next one into the same memory. */
export type Ownership = 'given' | 'reused';

/** Bytes go through one body after another; the figure is nanoseconds per chunk. */
export interface TransferWorkload {
  readonly kind: 'transfer';
  readonly id: string;
  readonly mode: Mode;
  readonly ownership: Ownership;
  readonly regime: Regime;
  readonly chunkBytes: number;
  /** Chunks of one body. */
  readonly chunks: number;
  /** How many of them have memory of their own; the others have it again. Default: all, within 64 MiB. */
  readonly distinctChunks?: number;
  /**
   * The figure is the mean over a longer time, collections of garbage included, and not the median sample: of short bodies, whose
   * median has none, and of one long one, which holds all of its own, only that can be compared.
   */
  readonly isWhole?: true;
}

/** Bodies of one chunk: made, written, ended, read to the end, one after another. Nanoseconds per body. */
export interface CreationWorkload {
  readonly kind: 'creation';
  readonly id: string;
}

/** A consumer waits on a fresh body; from `write` until it has the chunk. Nanoseconds. */
export interface LatencyWorkload {
  readonly kind: 'latency';
  readonly id: string;
}

/** Many bodies at once. Bytes per body, heap and array buffers together. */
export interface MemoryWorkload {
  readonly kind: 'memory';
  readonly id: string;
  readonly state: 'idle' | 'waiting' | 'loaded';
  readonly bodies: number;
}

/** 1 MiB in writes of one byte, which nobody reads. Bytes held. */
export interface OneByteWorkload {
  readonly kind: 'one-byte-writes';
  readonly id: string;
}

/** Bodies of every size and regime in turn, in a process that uses every strategy and every way of reading. ns per chunk. */
export interface MixedWorkload {
  readonly kind: 'mixed';
  readonly id: string;
}

/** Many bodies open at once, each with a consumer that waits; one chunk each, in turn. Nanoseconds per chunk. */
export interface ConcurrentWorkload {
  readonly kind: 'concurrent';
  readonly id: string;
  readonly bodies: number;
}

export type Workload =
  | TransferWorkload
  | CreationWorkload
  | LatencyWorkload
  | MemoryWorkload
  | OneByteWorkload
  | MixedWorkload
  | ConcurrentWorkload;

/** The mode that a workload needs of a contender. */
export function modeOf(workload: Workload): Mode {
  return workload.kind === 'transfer' ? workload.mode : 'for-await';
}

/** What a figure of it counts. */
export function unitOf({
  kind,
}: Workload): 'ns per chunk' | 'ns per body' | 'ns' | 'bytes per body' | 'bytes' {
  switch (kind) {
    case 'transfer':
    case 'mixed':
    case 'concurrent':
      return 'ns per chunk';
    case 'creation':
      return 'ns per body';
    case 'latency':
      return 'ns';
    case 'memory':
      return 'bytes per body';
    case 'one-byte-writes':
    default:
      return 'bytes';
  }
}

const KIB = 1024;
const MIB = 1024 * KIB;

/** About a millisecond of work for the fast ones, so that a sample holds its share of garbage collections. */
const chunksOfBody: Readonly<Record<number, number>> = {
  64: 8192,
  [KIB]: 4096,
  [16 * KIB]: 512,
  [64 * KIB]: 256,
  [MIB]: 32,
};

/** The chunk sizes, in bytes. */
export const chunkSizes: readonly number[] = Object.keys(chunksOfBody).map(Number);

/** One cell of the big matrix, such as `for-await/given/bursts-64/1KiB`. */
export function transfer(
  mode: Mode,
  ownership: Ownership,
  regime: Regime,
  chunkBytes: number,
): TransferWorkload {
  const usual = chunksOfBody[chunkBytes];
  if (usual === undefined) throw new RangeError(`${chunkBytes} is none of ${chunkSizes.join(', ')}`);
  if (!canWait(mode, regime))
    throw new RangeError(`${mode} counts no chunk, so nobody can wait for one: ${regime}`);
  // A body of many bursts, but for the largest: one burst of 64 MiB is enough.
  const chunks = isCollecting(mode)
    ? Math.min(usual * 4, Math.max((4 * MIB) / chunkBytes, 16))
    : Math.max(usual, burstOf(regime) ?? 1);
  const id = `${mode}/${ownership}/${regime}/${sizeText(chunkBytes)}`;
  return { kind: 'transfer', id, mode, ownership, regime, chunkBytes, chunks };
}

/** Whether the mode gives the whole body at once. */
export function isCollecting(mode: Mode): boolean {
  return makesWholeBodies(mode) || mode === 'text';
}

/** Whether it gives it in memory of its own. */
export function makesWholeBodies(mode: Mode): boolean {
  return mode === 'bytes' || mode === 'bytes-known';
}

/** Whether a producer in this regime learns what it waits for: who takes the whole body counts no chunk of it. */
export function canWait(mode: Mode, regime: Regime): boolean {
  return !isCollecting(mode) || burstOf(regime) === undefined;
}

/** Chunks of a burst; `undefined`: the producer writes as far ahead as it may. */
export function burstOf(regime: Regime): number | undefined {
  switch (regime) {
    case 'lock-step':
      return 1;
    case 'bursts-8':
      return 8;
    case 'bursts-64':
      return 64;
    case 'ahead-64k':
    case 'ahead-1m':
    default:
      return undefined;
  }
}

/**
 * The mark at which the producer is told to stop, in bytes: a burst fits under it, since a parser that has the bytes
 * delivers them whatever it is told.
 */
export function markOf({ regime, chunkBytes }: TransferWorkload): number {
  const burst = burstOf(regime);
  if (burst !== undefined) return Math.max(64 * KIB, (burst + 1) * chunkBytes);
  return regime === 'ahead-1m' ? MIB : 64 * KIB;
}

export function sizeText(bytes: number): string {
  if (bytes >= 1024 * MIB) return `${bytes / MIB / 1024}GiB`;
  if (bytes >= MIB) return `${bytes / MIB}MiB`;
  return bytes >= KIB ? `${bytes / KIB}KiB` : `${bytes}B`;
}
