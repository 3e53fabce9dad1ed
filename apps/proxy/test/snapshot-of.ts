import type { LedgerSnapshot } from '../src/watch/body-ledger.ts';

/** What the proxy at `url` says of itself, at the default admin path. */
export async function snapshotOf(url: string): Promise<LedgerSnapshot> {
  const response = await fetch(`${url}/__millrace/snapshot.json`);
  return (await response.json()) as LedgerSnapshot;
}
