import { onTestFinished } from 'vitest';
import ringBuffer from '@millrace/ring-buffer';
import type { LedgerSnapshot } from '../src/watch/body-ledger.ts';
import { ProxyServer, type ProxyOptions } from '../src/listener/proxy-server.ts';
import { snapshotOf } from './snapshot-of.ts';

export interface StartedProxy {
  readonly server: ProxyServer;
  readonly url: string;
  readonly snapshot: () => Promise<LedgerSnapshot>;
}

/** A proxy in this process, stopped when the test ends. */
export async function startProxy(upstream: URL, options: Partial<ProxyOptions> = {}): Promise<StartedProxy> {
  const server = await ProxyServer.start({
    listen: { host: '127.0.0.1', port: 0 },
    upstream,
    strategy: ringBuffer,
    highWaterMark: 65_536,
    lowWaterMark: 32_768,
    adminPath: '/__millrace/',
    ...options,
  });
  onTestFinished(async () => {
    await server.drain(0);
  });
  return {
    server,
    url: server.url,
    snapshot: () => snapshotOf(server.url),
  };
}
