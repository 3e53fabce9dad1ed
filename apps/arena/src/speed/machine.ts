import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';

/** What every figure was measured on. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly platform: string;
  /** `Node 24.21.0` */
  readonly runtime: string;
  /** `abcdef0`, or `abcdef0 and changes` */
  readonly commit: string;
  /** `2026-11-29` */
  readonly date: string;
}

export function describeMachine(runtime: string): Machine {
  return {
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    platform: `${process.platform} ${process.arch}`,
    runtime,
    commit: commitOf(),
    date: new Date().toISOString().slice(0, 10),
  };
}

function commitOf(): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    // The packages are what is measured: a page that the last run wrote changes nothing, nor do the words that it is made of.
    const report = ':(top,exclude)apps/arena/src/speed/report';
    const changes = git('status', '--porcelain', '--', ':/packages', ':/apps/arena/src', report);
    return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : ' and changes'}`;
  } catch {
    return 'unknown';
  }
}

export function machineLine({ cpu, cores, memoryGiB, platform, runtime, commit, date }: Machine): string {
  return `${cpu}, ${cores} cores, ${memoryGiB} GiB, ${platform}; ${runtime}; commit ${commit}; ${date}`;
}
