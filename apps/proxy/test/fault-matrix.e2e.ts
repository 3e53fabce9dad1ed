import { once } from 'node:events';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { upstreamOf } from '../src/config/config-schema.ts';
import { ProxyServer } from '../src/listener/proxy-server.ts';
import { Upstream } from '../src/upstream/upstream.ts';
import { BodyLedger } from '../src/watch/body-ledger.ts';
import { everyStrategy } from './every-strategy.ts';
import { faults } from './faults/faults.ts';
import type { Protocol } from './faults/fault-client.ts';
import { FaultyHttp2Upstream } from './faults/faulty-http2-upstream.ts';
import { FaultyUpstream } from './faults/faulty-upstream.ts';
import { http2Faults } from './faults/http2-faults.ts';
import { scriptsOfAll, tryFault, tryHttp2Fault } from './faults/try-fault.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { until } from './until.ts';

/** Nothing here takes that long unless it hangs. */
const PATIENCE_MS = 10_000;

it('there are at least 30 ways to break', () => {
  expect(faults.length).toBeGreaterThanOrEqual(30);
  expect(http2Faults.length).toBeGreaterThanOrEqual(30);
});

/** A port that nobody listens on. */
async function deadUrl(): Promise<URL> {
  const server = net.createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as net.AddressInfo;
  server.close();
  await once(server, 'close');
  return new URL(`http://127.0.0.1:${port}`);
}

describe.each(everyStrategy)('through $name', (strategy) => {
  const pipe = { strategy, highWaterMark: 65_536, lowWaterMark: 32_768 };
  const stops: (() => Promise<unknown>)[] = [];
  const ledger = new BodyLedger();
  let upstream: FaultyUpstream;
  let http2Upstream: FaultyHttp2Upstream;
  const urls: Record<Protocol, { proxyUrl: string; orphanUrl: string; http2Url: string }> =
    Object.create(null);

  const proxyTo = async (url: URL, protocol: Protocol): Promise<string> => {
    const config = { ...upstreamOf(url), http2: url.protocol === 'https:' };
    const authorities = [tlsCertificate.cert];
    const route = { ...pipe, upstream: new Upstream({ name: url.origin, config, authorities }) };
    const server = await ProxyServer.start({
      listen: { host: '127.0.0.1', port: 0 },
      routing: { routeFor: () => route },
      ledger,
      ...(protocol === 'HTTP/2' ? { tls: tlsCertificate } : undefined),
    });
    stops.push(
      () => server.drain(0),
      () => route.upstream.destroy(new Error('the tests are over')),
    );
    return server.url;
  };

  beforeAll(async () => {
    upstream = await FaultyUpstream.start(scriptsOfAll());
    http2Upstream = await FaultyHttp2Upstream.start();
    const dead = await deadUrl();
    for (const protocol of ['HTTP/1.1', 'HTTP/2'] as const) {
      urls[protocol] = {
        proxyUrl: await proxyTo(upstream.url, protocol),
        orphanUrl: await proxyTo(dead, protocol),
        http2Url: await proxyTo(http2Upstream.url, protocol),
      };
    }
  });
  afterAll(async () => {
    for (const stop of stops) await stop();
    await upstream.close();
    await http2Upstream.close();
  });

  const untilNothingIsOpen = (): Promise<void> =>
    until(() => {
      const { open, bufferedBytes } = ledger.snapshot();
      return open.requests + open.responses + bufferedBytes === 0;
    });

  describe.each([
    { protocol: 'HTTP/1.1', reader: 'fast' },
    { protocol: 'HTTP/1.1', reader: 'slow' },
    { protocol: 'HTTP/2', reader: 'fast' },
    { protocol: 'HTTP/2', reader: 'slow' },
  ] as const)('a $reader client of $protocol', ({ protocol, reader }) => {
    const possible = faults.filter(({ isHttp1Only }) => protocol === 'HTTP/1.1' || isHttp1Only !== true);
    it.each(possible)('$side: $name', async (fault) => {
      const setting = { ...urls[protocol], upstream, protocol, isSlow: reader === 'slow' };
      expect(fault.right).toContain(await tryFault(fault, setting, PATIENCE_MS));
      await untilNothingIsOpen();
    });

    it.each(http2Faults)('over HTTP/2 to the upstream, $side: $name', async (fault) => {
      const { http2Url: proxyUrl } = urls[protocol];
      const setting = { proxyUrl, upstream: http2Upstream, protocol, isSlow: reader === 'slow' };
      expect(fault.right).toContain(await tryHttp2Fault(fault, setting, PATIENCE_MS));
      await untilNothingIsOpen();
    });
  });
});
