import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';
import type { LedgerSnapshot } from '../src/body-ledger.ts';

export interface ProxyProcess {
  readonly url: string;
  snapshot(): Promise<LedgerSnapshot>;
  /** Ends the process at once, as a crash would. */
  kill(): Promise<void>;
}

const main = fileURLToPath(new URL('../src/main.ts', import.meta.url));

/** The real command with its demo origin, once it listens; killed when the test ends. */
export async function proxyProcess(listen = '127.0.0.1:0'): Promise<ProxyProcess> {
  const child = spawn(process.execPath, [main, '--listen', listen], { stdio: ['ignore', 'pipe', 'inherit'] });
  const exited = once(child, 'exit');
  const kill = async (): Promise<void> => {
    child.kill('SIGKILL');
    await exited;
  };
  onTestFinished(kill);
  let printed = '';
  for await (const text of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    printed += String(text);
    const url = /listens at (http:\S+)\n/.exec(printed)?.[1];
    if (url === undefined) continue;
    child.stdout.resume();
    return {
      url,
      kill,
      async snapshot() {
        const response = await fetch(`${url}/__millrace/snapshot.json`);
        return (await response.json()) as LedgerSnapshot;
      },
    };
  }
  throw new Error(`The proxy ended before it listened, having printed ${JSON.stringify(printed)}.`);
}
