import { loadStrategy } from '@millrace/core';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContenderModule } from './contender.ts';
import type { SpeedEntry } from './contenders.ts';
import type { RuntimeName } from './runtime.ts';
import { isForOursAlone } from './sections.ts';
import { isCollecting, modeOf } from './workload.ts';
import type { Workload } from './workload.ts';

/** Those who can be read as the workload wants. Limits are limits of one chunk after another, and of nothing else. */
export async function contendersFor(
  workload: Workload,
  entries: readonly SpeedEntry[],
  runtime: RuntimeName,
): Promise<readonly SpeedEntry[]> {
  const able: SpeedEntry[] = [];
  const strategy = await loadStrategy('@millrace/chunk-queue', { import: (specifier) => import(specifier) });
  for (const entry of entries) {
    if (isForOursAlone(workload) && entry.kind !== 'ours') continue;
    if (entry.flags26 !== undefined && (runtime === 'bun' || runtime === 'deno')) continue;
    if (entry.kind === 'limit' && !isLimitOf(entry, workload)) continue;
    const { makeContender } = (await import(entry.file.href)) as SpeedContenderModule;
    if (consumeIn(makeContender(strategy), modeOf(workload)) !== undefined) able.push(entry);
  }
  return able;
}

/** A limit is one of moving chunks: of passing them on, or of copying them. */
function isLimitOf({ regimes }: SpeedEntry, workload: Workload): boolean {
  if (workload.kind !== 'transfer' || isCollecting(workload.mode)) return false;
  if (regimes !== undefined && !regimes.includes(workload.regime)) return false;
  return workload.mode === 'readInto' || workload.ownership === 'given';
}
