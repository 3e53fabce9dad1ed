import { onTestFinished } from 'vitest';
import ringBuffer from '@millrace/ring-buffer';
import { ConnectUpstream } from '../src/upstream/connect-upstream.ts';
import { upstreamOf } from '../src/config/config-schema.ts';
import { ProxyServer, type ProxyOptions } from '../src/listener/proxy-server.ts';
import type { BodyPipe, Route } from '../src/upstream/route.ts';
import { Upstream } from '../src/upstream/upstream.ts';
import { BodyLedger, type LedgerSnapshot } from '../src/watch/body-ledger.ts';

export interface StartedProxy {
  readonly server: ProxyServer;
  readonly url: string;
  readonly snapshot: () => Promise<LedgerSnapshot>;
}

export interface StartOptions
  extends
    Partial<BodyPipe>,
    Pick<Route, 'headers' | 'limits'>,
    Omit<ProxyOptions, 'listen' | 'routing' | 'ledger'> {
  /** Where every CONNECT may lead. */
  readonly connectTargets?: string[];
}

/** A proxy in this process with one route, stopped when the test ends. */
export async function startProxy(url: URL, options: StartOptions = {}): Promise<StartedProxy> {
  const {
    strategy = ringBuffer,
    highWaterMark = 65_536,
    lowWaterMark = 32_768,
    headers,
    limits,
    connectTargets,
    ...serverOptions
  } = options;
  const pipe: BodyPipe = { strategy, highWaterMark, lowWaterMark };
  const upstream = new Upstream({ name: url.origin, config: upstreamOf(url) });
  const limited = { ...pipe, ...(limits === undefined ? undefined : { limits }) };
  const route: Route = { ...limited, upstream, ...(headers === undefined ? undefined : { headers }) };
  const tunnels =
    connectTargets && new ConnectUpstream({ targets: connectTargets, connectTimeoutMs: 10_000 });
  const ledger = new BodyLedger();
  const server = await ProxyServer.start({
    ...serverOptions,
    listen: { host: '127.0.0.1', port: 0 },
    routing: {
      routeFor: () => route,
      ...(tunnels && { tunnelTo: () => ({ ...limited, upstream: tunnels }) }),
    },
    ledger,
  });
  onTestFinished(async () => {
    await server.drain(0);
    await upstream.destroy(new Error('the test is over'));
  });
  return { server, url: server.url, snapshot: () => Promise.resolve(ledger.snapshot()) };
}
