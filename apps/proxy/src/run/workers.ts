import type { Worker } from 'node:cluster';
import { AggregatorRegistry } from 'prom-client';
import { messageOf } from '../message-of.ts';
import type { AdminSubject } from '../watch/admin-server.ts';
import { mergedSnapshot } from '../watch/merged-snapshot.ts';
import type { ProxySnapshot } from '../watch/proxy-snapshot.ts';
import { startWorker } from './own-worker.ts';
import { WorkerCalls, WorkerGone } from './worker-calls.ts';

/** A worker that exits sooner than this after its start is started again only after as long a wait. */
const LEAST_LIFE_MS = 1000;

/**
 * The proxy in several processes that share its listening sockets, seen as one. The primary carries no bodies: it
 * starts the workers, starts those again that die, passes on what they are told, and adds up what they count.
 */
export class Workers implements AdminSubject {
  readonly #metrics = new AggregatorRegistry();
  readonly #demoUrl: string | undefined;
  readonly #workers = new Map<Worker, WorkerCalls>();
  #snapshot: ProxySnapshot | undefined;
  #isDraining = false;
  #strategy: string | undefined;
  /** The last one that starts or is told something new: these take turns, or one that starts would miss what the others hear. */
  #turn: Promise<unknown> = Promise.resolve();

  private constructor(demoUrl: string | undefined) {
    this.#demoUrl = demoUrl;
  }

  /**
   * Starts `count` of them. Rejects with what the first one says when it cannot start.
   *
   * @param demoUrl Where the demo origin is, should there be one.
   * @returns With the URLs that they listen at.
   */
  static async start(
    count: number,
    demoUrl: string | undefined,
  ): Promise<{ workers: Workers; urls: string[] }> {
    const workers = new Workers(demoUrl);
    // One by one: the first one's port, where any will do, is that of all.
    let urls: string[] = [];
    for (let started = 0; started < count; started += 1) urls = await workers.#startOne();
    await workers.#look();
    return { workers, urls };
  }

  get processIds(): number[] {
    return Array.from(this.#workers.keys(), ({ process: { pid } }) => pid ?? 0);
  }

  /** As of the last time somebody asked; asking looks again. */
  snapshot(): ProxySnapshot | undefined {
    void this.#look();
    return this.#snapshot;
  }

  metrics(): Promise<string> {
    return this.#metrics.clusterMetrics();
  }

  isReady(): boolean {
    return !this.#isDraining;
  }

  switchStrategy(name: string): Promise<void> {
    return this.#inTurn(async () => {
      await this.#callAll('switchStrategy', name);
      this.#strategy = name;
    });
  }

  /** Each reads the configuration itself. Rejects when one finds it wrong. */
  reload(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#callAll('reload');
      this.#strategy = undefined;
    });
  }

  /** Drains all of them, and says how many exchanges were broken off. Should one die, the others go on. */
  async drain(timeoutMs: number): Promise<number> {
    this.#isDraining = true;
    const drained = Array.from(this.#workers, ([worker, calls]) => drainOne(worker, calls, timeoutMs));
    return (await Promise.all(drained)).reduce((sum, cutOff) => sum + cutOff, 0);
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(act, act);
    this.#turn = done;
    return done;
  }

  #startOne(): Promise<string[]> {
    return this.#inTurn(() => this.#start());
  }

  async #start(): Promise<string[]> {
    if (this.#isDraining) return [];
    const worker = startWorker();
    const calls = new WorkerCalls(worker);
    const startedAtMs = performance.now();
    const urls = (await calls.call('start', this.#demoUrl)) as string[];
    if (this.#strategy !== undefined) await calls.call('switchStrategy', this.#strategy);
    // It has begun to drain meanwhile, without this one.
    if (this.#isDraining) {
      worker.disconnect();
      return urls;
    }
    this.#workers.set(worker, calls);
    worker.on('exit', (code, signal) => {
      this.#workers.delete(worker);
      if (this.#isDraining) return;
      process.stderr.write(
        `millrace-proxy: a worker has exited (${signal ?? code}); another one takes its place.\n`,
      );
      const wait = performance.now() - startedAtMs < LEAST_LIFE_MS ? LEAST_LIFE_MS : 0;
      setTimeout(() => void this.#replace(), wait);
    });
    return urls;
  }

  async #replace(): Promise<void> {
    if (this.#isDraining) return;
    try {
      await this.#startOne();
    } catch (reason) {
      process.stderr.write(`millrace-proxy: a worker cannot start: ${messageOf(reason)}\n`);
      setTimeout(() => void this.#replace(), LEAST_LIFE_MS);
    }
  }

  async #callAll(method: 'switchStrategy' | 'reload', argument?: unknown): Promise<void> {
    await Promise.all(
      Array.from(this.#workers.values(), async (calls) => {
        try {
          await calls.call(method, argument);
        } catch (reason) {
          // The one that takes its place knows already.
          if (!(reason instanceof WorkerGone)) throw reason;
        }
      }),
    );
  }

  async #look(): Promise<void> {
    const looks = Array.from(this.#workers.values(), (calls) => calls.call('snapshot'));
    const seen = (await Promise.allSettled(looks)).flatMap((look) =>
      look.status === 'fulfilled' ? [look.value as ProxySnapshot] : [],
    );
    this.#snapshot = mergedSnapshot(seen) ?? this.#snapshot;
  }
}

/** How many exchanges were broken off. */
async function drainOne(worker: Worker, calls: WorkerCalls, timeoutMs: number): Promise<number> {
  const exited = new Promise<void>((resolve) => {
    worker.on('exit', () => resolve());
  });
  try {
    const cutOff = (await calls.call('drain', timeoutMs)) as number;
    worker.disconnect();
    await exited;
    return cutOff;
  } catch (reason) {
    if (!(reason instanceof WorkerGone)) throw reason;
    process.stderr.write('millrace-proxy: a worker has died while it drained, with what it still carried.\n');
    process.exitCode = 1;
    return 0;
  }
}
