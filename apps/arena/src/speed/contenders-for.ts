import { loadStrategy } from '@millrace/core';
import { consumeIn } from './consume/consume-in.ts';
import type { SpeedContenderModule } from './contender.ts';
import type { SpeedEntry } from './contenders.ts';
import type { RuntimeName } from './runtime.ts';
import { isForOursAlone } from './sections.ts';
import { modeOf } from './workload.ts';
import type { Workload } from './workload.ts';

/** Those who can be read as the workload wants. A limit also has to be one of that workload. */
export async function contendersFor(
  workload: Workload,
  entries: readonly SpeedEntry[],
  runtime: RuntimeName,
): Promise<readonly SpeedEntry[]> {
  const able: SpeedEntry[] = [];
  const strategy = await loadStrategy('@millrace/chunk-queue', { import: (specifier) => import(specifier) });
  for (const entry of entries) {
    if (isForOursAlone(workload) && entry.kind !== 'ours' && entry.kind !== 'limit') continue;
    if (entry.flags26 !== undefined && (runtime === 'bun' || runtime === 'deno')) continue;
    if (entry.isLimitOf?.(workload) === false) continue;
    const { makeContender } = (await import(entry.file.href)) as SpeedContenderModule;
    if (consumeIn(makeContender(strategy), modeOf(workload)) !== undefined) able.push(entry);
  }
  return able;
}
