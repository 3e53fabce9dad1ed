import { RingPool } from '../src/ring-pool.ts';

/** A pool of one test's own, and every ring it ever allocated. */
export interface ObservedPool {
  readonly pool: RingPool;
  readonly allocated: readonly Uint8Array<ArrayBuffer>[];
}

export function observedPool(): ObservedPool {
  const allocated: Uint8Array<ArrayBuffer>[] = [];
  const pool = new RingPool((bytes) => {
    const ring = new Uint8Array(bytes);
    allocated.push(ring);
    return ring;
  });
  return { pool, allocated };
}
