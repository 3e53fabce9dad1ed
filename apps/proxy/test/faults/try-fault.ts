import { faults, type Fault, type FaultOutcome, type FaultSetting } from './faults.ts';
import type { Script } from './faulty-upstream.ts';

/** The path that stands for a fault. */
export function pathOf(fault: Fault): string {
  return `/${encodeURIComponent(fault.name)}`;
}

/** What an upstream does for each path. */
export function scriptsOfAll(): Map<string, Script> {
  return new Map(faults.map((fault) => [pathOf(fault), fault.script]));
}

/** Lets it break, and says what came of it; `hangs` when nothing has within `patienceMs`. */
export async function tryFault(
  fault: Fault,
  setting: FaultSetting,
  patienceMs: number,
): Promise<FaultOutcome> {
  const path = pathOf(fault);
  setting.upstream.forget(path);
  let watchdog: NodeJS.Timeout | undefined;
  const hangs = new Promise<FaultOutcome>((resolve) => {
    watchdog = setTimeout(() => resolve('hangs'), patienceMs);
  });
  try {
    return await Promise.race([fault.run(setting, path), hangs]);
  } finally {
    clearTimeout(watchdog);
  }
}
