import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { Agent } from 'node:http';
import { fileURLToPath } from 'node:url';
import { get } from '../../download.ts';

const ours = fileURLToPath(new URL('../../../src/main.ts', import.meta.url));
const swallowing = fileURLToPath(new URL('./swallowing-proxy.ts', import.meta.url));
const eager = fileURLToPath(new URL('../slow/eager-proxy.ts', import.meta.url));
const collectOnSignal = new URL('./collect-on-signal.ts', import.meta.url).href;

/** Ours, and those with one thing wrong. */
export type SubjectName = 'millrace' | 'swallowing' | 'eager';

export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
  readonly external: number;
}

/** The proxy that is soaked, in a process of its own. */
export class SoakSubject {
  readonly url: string;
  /** Where it speaks HTTP/2; empty: nowhere. */
  readonly http2Url: string;
  readonly exited: Promise<number | null>;
  readonly #adminUrl: string;
  readonly #child: ChildProcess;
  readonly #heard: { text: string };

  private constructor(
    child: ChildProcess,
    heard: { text: string },
    urls: { url: string; http2Url: string; adminUrl: string },
  ) {
    this.#child = child;
    this.#heard = heard;
    this.url = urls.url;
    this.http2Url = urls.http2Url;
    this.#adminUrl = urls.adminUrl;
    this.exited = once(child, 'exit').then(([code]) => code as number | null);
  }

  static async start(name: SubjectName, configFile: string, upstream: string): Promise<SoakSubject> {
    const args = {
      millrace: [ours, '--config', configFile],
      swallowing: [swallowing, upstream],
      eager: [eager, upstream],
    }[name];
    const child = spawn(process.execPath, ['--expose-gc', '--import', collectOnSignal, ...args], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const heard = { text: '' };
    child.stdout.on('data', (text) => {
      heard.text += String(text);
    });
    for (;;) {
      const url = /listens at (http:\S+)/.exec(heard.text)?.[1];
      const http2Url = /\bat (https:\S+)/.exec(heard.text)?.[1] ?? '';
      const adminUrl = /live page\s+(http:\S+)\//.exec(heard.text)?.[1];
      if (url !== undefined && adminUrl !== undefined)
        return new SoakSubject(child, heard, { url, http2Url, adminUrl });
      await Promise.race([
        once(child.stdout, 'data'),
        once(child, 'exit').then(([code]) => {
          throw new Error(`the proxy exited with ${String(code)}: ${heard.text}`);
        }),
      ]);
    }
  }

  get pid(): number {
    return this.#child.pid as number;
  }

  reload(): void {
    this.#child.kill('SIGHUP');
  }

  drain(): void {
    this.#child.kill('SIGTERM');
  }

  kill(): void {
    this.#child.kill('SIGKILL');
  }

  /** The sum of a metric over its labels. */
  async metric(name: string): Promise<number> {
    // A connection of its own: one that was kept may be closed while this process is busy.
    const answer = await get(`${this.#adminUrl}/metrics`, new Agent());
    const text = (await answer.toArray()).join('');
    const values = [...text.matchAll(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'gm'))];
    if (values.length === 0) throw new Error(`the proxy has no metric ${name}`);
    return values.reduce((sum, [, value]) => sum + Number(value), 0);
  }

  /** What it still has in memory when its garbage is collected. */
  async memory(): Promise<Memory> {
    const before = this.#heard.text.length;
    this.#child.kill('SIGUSR2');
    for (;;) {
      const [, found] = /^memory (.*)$/m.exec(this.#heard.text.slice(before)) ?? [];
      if (found !== undefined) return JSON.parse(found) as Memory;
      await once(this.#child.stdout as NodeJS.ReadableStream, 'data');
    }
  }
}
