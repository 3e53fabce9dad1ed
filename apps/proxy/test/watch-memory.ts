import { existsSync, readFileSync } from 'node:fs';
import type { LedgerSnapshot } from '../src/watch/body-ledger.ts';
import { get } from './download.ts';
import type { RunningProxy } from './run-proxy.ts';

/**
 * Follows the resident memory of a proxy through its live events, four times a second.
 *
 * @returns Tells the most bytes seen so far, and what the system says of the time in between where it does.
 */
export async function watchMemory({ adminUrl, process }: RunningProxy): Promise<() => number> {
  let most = 0;
  let unread = '';
  const events = await get(`${adminUrl}/events`);
  events.on('error', () => {});
  events.on('data', (bytes) => {
    const blocks = (unread + String(bytes)).split('\n\n');
    unread = blocks.pop() ?? '';
    for (const block of blocks) {
      const { residentBytes } = JSON.parse(block.replace(/^data: /, '')) as LedgerSnapshot;
      most = Math.max(most, residentBytes);
    }
  });
  return () => Math.max(most, peakResidentBytes(process.pid));
}

/** The most memory a process ever had resident, by Linux; 0 where nobody says. */
function peakResidentBytes(pid: number): number {
  const status = `/proc/${pid}/status`;
  if (!existsSync(status)) return 0;
  return Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(status, 'latin1'))?.[1] ?? 0) * 1024;
}
