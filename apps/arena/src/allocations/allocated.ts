/** What one chunk (or one body) costs. */
export interface Allocated {
  /** Bytes of heap. */
  readonly heapBytes: number;
  /** Bytes of array buffers. */
  readonly bufferBytes: number;
}

/** By strategy, then by workload. */
export type AllocatedByStrategy = Readonly<Record<string, Readonly<Record<string, Allocated>>>>;

/** The file that is committed. */
export interface Baseline {
  /** The engine and the machine that it counts for: another engine lays its objects out otherwise. */
  readonly node: string;
  readonly arch: string;
  readonly allocated: AllocatedByStrategy;
}

/** Bytes by which a count may differ and still be the same: what the engine allocates for itself now and then. */
export const TOLERANCE_BYTES = 2;

/** Each count that differs from the baseline, as a sentence. */
export function differences(expected: AllocatedByStrategy, found: AllocatedByStrategy): readonly string[] {
  return Object.entries(expected).flatMap(([strategy, workloads]) =>
    Object.entries(workloads).flatMap(([workload, allocated]) =>
      (['heapBytes', 'bufferBytes'] as const).flatMap((what) => {
        const now = found[strategy]?.[workload]?.[what];
        if (now !== undefined && Math.abs(now - allocated[what]) <= TOLERANCE_BYTES) return [];
        const where = `${strategy}, ${workload}`;
        return [`${where}: ${what} is ${now ?? 'not counted'}, was ${allocated[what]}`];
      }),
    ),
  );
}
