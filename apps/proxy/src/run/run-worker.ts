import { AggregatorRegistry } from 'prom-client';
import type { ProxyConfig } from '../config/config.ts';
import { answerCalls } from './worker-calls.ts';
import { startWatched, type WatchedProcess } from './watched-process.ts';

/**
 * One of several processes: does what the primary says, until it says no more.
 *
 * @param read The configuration as it is now, aimed at the demo origin where it names no upstream.
 */
export function runWorker(read: (demoUrl: URL | undefined) => Promise<ProxyConfig>): void {
  let watched: WatchedProcess | undefined;
  let demoUrl: URL | undefined;
  const running = (): WatchedProcess => {
    if (watched === undefined) throw new Error('The worker was not started');
    return watched;
  };
  const readShare = async (): Promise<ProxyConfig> => shareOf(await read(demoUrl));
  answerCalls({
    async start(url) {
      demoUrl = typeof url === 'string' ? new URL(url) : undefined;
      watched = await startWatched(await readShare());
      // Both ends of the aggregation listen for each other's messages from when they are made.
      AggregatorRegistry.setRegistries(watched.proxy.registry);
      void new AggregatorRegistry();
      return watched.proxy.urls;
    },
    snapshot: () => running().proxy.snapshot(),
    switchStrategy: (name) => running().proxy.switchStrategy(String(name)),
    reload: async () => running().reload(await readShare()),
    drain: (timeoutMs) => running().drain(Number(timeoutMs)),
  });
  // The whole group gets them from a terminal, and the primary says what is to be done about them.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  process.on('disconnect', () => process.exit());
}

/** What is for all of them together is divided among them. */
function shareOf(config: ProxyConfig): ProxyConfig {
  const { workers, limits } = config;
  const { memoryBytes, exchanges } = limits;
  return {
    ...config,
    limits: {
      ...limits,
      memoryBytes: Math.ceil(memoryBytes / workers),
      exchanges: exchanges === undefined ? undefined : Math.ceil(exchanges / workers),
    },
  };
}
