import type { StoreTraits } from '@millrace/core';
import type { Route } from '../upstream/route.ts';
import type { LedgerSnapshot } from './body-ledger.ts';

/** Everything the live page shows, as of one moment. */
export interface ProxySnapshot extends LedgerSnapshot {
  readonly strategy: string;
  /** Those that are loaded. */
  readonly knownStrategies: readonly string[];
  readonly traits: StoreTraits;
  readonly highWaterMark: number;
  readonly lowWaterMark: number;
  /** The servers of its upstream. */
  readonly upstream: string;
}

/** What the ledger counts, and the route that requests take by default. */
export function proxySnapshot(
  { strategy, highWaterMark, lowWaterMark, upstream }: Route,
  knownStrategies: readonly string[],
  figures: LedgerSnapshot,
): ProxySnapshot {
  return {
    ...figures,
    strategy: strategy.name,
    knownStrategies,
    traits: strategy.traits,
    highWaterMark,
    lowWaterMark,
    upstream: upstream.origins.join(', '),
  };
}
