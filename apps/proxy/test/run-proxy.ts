import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { ProxySnapshot } from '../src/watch/proxy-snapshot.ts';

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const cluster = fileURLToPath(new URL('some-cluster.ts', import.meta.url));

/** The command, running. */
export interface RunningProxy {
  readonly process: ChildProcess & { readonly pid: number };
  /** Where it says that it listens. */
  readonly url: string;
  /** Where its live page is. */
  readonly adminUrl: string;
  /** What it has printed so far. */
  readonly output: () => string;
  /** What it has complained of so far. */
  readonly errors: () => string;
  /** Settles when it has printed `text`, to either output. Rejects when it exits without. */
  readonly says: (text: string) => Promise<void>;
  readonly exited: Promise<ExitedProxy>;
  readonly snapshot: () => Promise<ProxySnapshot>;
}

export interface ExitedProxy {
  /** `null` when a signal has ended it. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command until it exits. */
export function runToExit(...args: string[]): Promise<ExitedProxy> {
  const { child, exited } = start(args);
  onTestFinished(() => void child.kill('SIGKILL'));
  return exited;
}

/** Runs the command, and does not wait until it listens. Killed when the test ends. */
export function runInBackground(
  ...args: string[]
): { readonly child: ChildProcess } & Pick<RunningProxy, 'output' | 'says' | 'exited'> {
  const { child, output, says, exited } = start(args);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, output, says, exited };
}

/** Runs the command as a worker of somebody's cluster until that exits. */
export function runInCluster(
  ...args: string[]
): { readonly child: ChildProcess } & Pick<RunningProxy, 'output' | 'says' | 'exited'> {
  const { child, output, says, exited } = start([main, ...args], cluster);
  onTestFinished(() => void child.kill('SIGKILL'));
  return { child, output, says, exited };
}

/** Runs the command until it listens: on a free port, unless `args` say where. Killed when the test ends. */
export async function runProxy(...args: string[]): Promise<RunningProxy> {
  const proxy = await runProxyUntilKilled(...args);
  onTestFinished(() => void proxy.process.kill('SIGKILL'));
  return proxy;
}

/** As `runProxy`, and where it listens is for its configuration file to say. @param given Descriptors it gets, as 3, 4, … */
export async function runConfiguredProxy(configFile: string, ...given: number[]): Promise<RunningProxy> {
  const proxy = await running(['--config', configFile], given);
  onTestFinished(() => void proxy.process.kill('SIGKILL'));
  return proxy;
}

/** As `runProxy`, for several tests: whoever calls it kills the process. */
export function runProxyUntilKilled(...args: string[]): Promise<RunningProxy> {
  return running(['--listen', '127.0.0.1:0', '--admin-listen', '127.0.0.1:0', ...args]);
}

async function running(args: readonly string[], given: readonly number[] = []): Promise<RunningProxy> {
  const { child, output, errors, says, exited } = start(args, main, given);
  // It prints everything at once, when it listens.
  const first = await Promise.race([once(child.stdout, 'data'), exited]);
  const url = /listens at (https?:\S+)/.exec(output())?.[1];
  const adminUrl = /live page\s+(http:\S+)\//.exec(output())?.[1];
  if (url === undefined || adminUrl === undefined) {
    throw new Error(`the proxy does not listen: ${JSON.stringify(first)}`);
  }
  return {
    process: child as RunningProxy['process'],
    url,
    adminUrl,
    output,
    errors,
    says,
    exited,
    snapshot: async () => (await (await fetch(`${adminUrl}/snapshot.json`)).json()) as ProxySnapshot,
  };
}

function start(args: readonly string[], script = main, given: readonly number[] = []) {
  const stdio = ['ignore', 'pipe', 'pipe', ...given] as ['ignore', 'pipe', 'pipe'];
  const child = spawn(process.execPath, [script, ...args], { stdio });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (text) => {
    stdout += String(text);
  });
  child.stderr.on('data', (text) => {
    stderr += String(text);
  });
  const exited = once(child, 'close').then(([code]) => ({ code: code as number | null, stdout, stderr }));
  // What another process does takes as long as it takes, and no count of turns of this one's loop says how long.
  const says = async (text: string): Promise<void> => {
    while (!`${stdout}${stderr}`.includes(text)) {
      const more = [once(child.stdout, 'data'), once(child.stderr, 'data')];
      const isOver = await Promise.race([
        exited.then(() => true),
        ...more.map((said) => said.then(() => false)),
      ]);
      if (isOver)
        throw new Error(`the proxy exited without saying ${JSON.stringify(text)}: ${stdout}${stderr}`);
    }
  };
  return { child, output: () => stdout, errors: () => stderr, says, exited };
}
