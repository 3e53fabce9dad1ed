import type { FaultOutcome } from './fault-outcome.ts';
import { faults, type Fault, type FaultSetting } from './faults.ts';
import type { Script } from './faulty-upstream.ts';
import type { Http2Fault, Http2FaultSetting } from './http2-faults.ts';

/** The path that stands for a fault. */
export function pathOf(fault: Fault): string {
  return `/${encodeURIComponent(fault.name)}`;
}

/** What an upstream does for each path. */
export function scriptsOfAll(): Map<string, Script> {
  return new Map(faults.map((fault) => [pathOf(fault), fault.script]));
}

/** Lets it break, and says what came of it; `hangs` when nothing has within `patienceMs`. */
export function tryFault(fault: Fault, setting: FaultSetting, patienceMs: number): Promise<FaultOutcome> {
  const path = pathOf(fault);
  setting.upstream.forget(path);
  return orHangs(fault.run(setting, path), patienceMs);
}

/** The same for an upstream of HTTP/2. */
export function tryHttp2Fault(
  fault: Http2Fault,
  setting: Http2FaultSetting,
  patienceMs: number,
): Promise<FaultOutcome> {
  setting.upstream.play(fault.script);
  return orHangs(fault.run(setting), patienceMs);
}

async function orHangs(outcome: Promise<FaultOutcome>, patienceMs: number): Promise<FaultOutcome> {
  let watchdog: NodeJS.Timeout | undefined;
  const hangs = new Promise<FaultOutcome>((resolve) => {
    watchdog = setTimeout(() => resolve('hangs'), patienceMs);
  });
  try {
    return await Promise.race([outcome, hangs]);
  } finally {
    clearTimeout(watchdog);
  }
}
