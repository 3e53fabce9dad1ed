import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { residentBytes } from './proc-status.ts';

/** Ticks of the clock in which Linux counts the time of processes. */
const TICKS_PER_SECOND = 100;

export interface PinnedOptions {
  readonly command: string;
  readonly args: readonly string[];
  /** The core that it is to stay on. */
  readonly core: number;
  readonly env?: NodeJS.ProcessEnv;
}

/** A server in one process that stays on one core, and what Linux says of it. */
export class PinnedProcess {
  readonly #child: ChildProcess;
  #said = '';

  private constructor({ command, args, core, env }: PinnedOptions) {
    this.#child = spawn('taskset', ['-c', String(core), command, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on('data', (text) => {
        this.#said += String(text);
      });
    }
  }

  /** Starts a server that says where it listens. */
  static async listening(options: PinnedOptions): Promise<{ process: PinnedProcess; url: URL }> {
    const process = new PinnedProcess(options);
    for (;;) {
      const [url] = /http:\/\/127\.0\.0\.1:\d+(?=\s)/.exec(process.#said) ?? [];
      if (url !== undefined) return { process, url: new URL(url) };
      await process.#beforeNextLook();
    }
  }

  /** Starts a server that says nothing, on a port that it was told. */
  static async on(port: number, options: PinnedOptions): Promise<{ process: PinnedProcess; url: URL }> {
    const process = new PinnedProcess(options);
    while (!(await accepts(port))) await process.#beforeNextLook();
    return { process, url: new URL(`http://127.0.0.1:${port}`) };
  }

  /** Seconds of a core that it has used since it began. */
  get cpuSeconds(): number {
    const fields =
      readFileSync(`/proc/${this.#child.pid}/stat`, 'latin1').split(') ').at(-1)?.split(' ') ?? [];
    return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
  }

  /** The most memory it ever had resident. */
  get peakResidentBytes(): number {
    return residentBytes(this.#child.pid as number, 'peak');
  }

  /** Lets it end by itself. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    this.#child.kill('SIGTERM');
    await once(this.#child, 'exit');
  }

  async #beforeNextLook(): Promise<void> {
    const { exitCode, signalCode, spawnargs } = this.#child;
    if (exitCode !== null || signalCode !== null) {
      throw new Error(`${spawnargs.join(' ')} ended (${exitCode ?? signalCode}): ${this.#said}`);
    }
    await delay(20);
  }
}

/** A port that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = net.connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

/** Writes a configuration into a folder and says where it is. */
export function configFile(folder: string, name: string, text: string): string {
  const file = `${folder}/${name}`;
  writeFileSync(file, text);
  return file;
}
