import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Workload } from './workloads.ts';

const report = fileURLToPath(new URL('./report.lua', import.meta.url));

/** What wrk saw. */
export interface LoadResult {
  readonly requests: number;
  /** Heads included. */
  readonly bytes: number;
  readonly seconds: number;
}

/** Loads a server with wrk. @throws When a request failed: the speed of something broken is of no interest. */
export async function load(
  url: URL,
  { path, connections }: Workload,
  seconds: number,
  core: number,
): Promise<LoadResult> {
  const args = ['-t1', `-c${connections}`, `-d${seconds}s`, '--timeout', '60s', '-s', report];
  const command = ['-c', String(core), 'wrk', ...args, new URL(path, url).href];
  const { stdout } = await promisify(execFile)('taskset', command);
  const result = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as LoadResult & { failed: number };
  if (result.failed > 0) throw new Error(`${result.failed} requests of ${url.href} failed: ${stdout}`);
  return result;
}
