import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { repositoryRoot } from './workspace.ts';

/** One task that turbo was asked for: run now, or known from its cache. */
export interface TaskResult {
  /** `package#task`; the package of a root task is `//`. */
  readonly id: string;
  readonly ok: boolean;
}

export interface TurboRun {
  /** Whether turbo itself called the run a success. */
  readonly ok: boolean;
  /** Every task with a script. Empty when turbo did not get as far as running any. */
  readonly tasks: readonly TaskResult[];
}

/** The part of turbo's run summary that is read here. */
interface RunSummary {
  readonly tasks: readonly {
    readonly taskId: string;
    readonly command: string;
    readonly cache: { readonly status: 'HIT' | 'MISS' };
    readonly execution: { readonly exitCode: number | null } | null;
  }[];
}

const summaries = join(repositoryRoot, '.turbo/runs');

/**
 * Runs tasks through turbo, at most `concurrency` at a time, with their output on ours, and says how each went.
 * One at a time is shown as it goes; several are shown one after the other, each when it is done.
 */
export function runTurbo(tasks: readonly string[], { concurrency }: { concurrency: number }): TurboRun {
  const known = new Set(listSummaries());
  const { status } = spawnSync(
    'turbo',
    [
      'run',
      ...tasks,
      '--continue=always',
      '--summarize',
      '--ui=stream',
      `--log-order=${concurrency === 1 ? 'stream' : 'grouped'}`,
      '--output-logs=new-only',
      `--concurrency=${concurrency}`,
    ],
    { cwd: repositoryRoot, stdio: ['ignore', 'inherit', 'inherit'], env: turboEnvironment(process.env) },
  );
  const written = listSummaries().find((name) => !known.has(name));
  if (written === undefined) return { ok: false, tasks: [] };
  const path = join(summaries, written);
  const summary = JSON.parse(readFileSync(path, 'utf8')) as RunSummary;
  rmSync(path);
  return { ok: status === 0, tasks: tasksOf(summary) };
}

/** A task that has a script counts as done when it came from the cache or ended with exit code 0. */
export function tasksOf(summary: RunSummary): TaskResult[] {
  return summary.tasks
    .filter(({ command }) => command !== '<NONEXISTENT>')
    .map(({ taskId, cache, execution }) => ({
      id: taskId,
      ok: cache.status === 'HIT' || execution?.exitCode === 0,
    }));
}

/**
 * turbo looks for `pnpm` in PATH, where a pnpm that was started by its full path, or through npx, need not be.
 * The pnpm that runs this script says in `npm_execpath` where it is.
 */
export function turboEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const here = [join(repositoryRoot, 'node_modules/.bin')];
  if (env.npm_config_user_agent?.startsWith('pnpm/') === true && env.npm_execpath !== undefined) {
    here.push(dirname(env.npm_execpath));
  }
  return {
    ...env,
    PATH: [...here, env.PATH ?? ''].join(delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    DO_NOT_TRACK: '1',
  };
}

function listSummaries(): string[] {
  try {
    return readdirSync(summaries);
  } catch {
    return [];
  }
}
