import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { loadStrategy } from '@millrace/core';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import type { Protocol } from './fault-client.ts';

/** A reverse proxy to be tried. */
export interface Rival {
  readonly name: string;
  readonly protocol: Protocol;
  /** Whether its upstream may speak HTTP/2, which it does over TLS. */
  readonly speaksHttp2?: boolean;
  /**
   * Starts it in front of `upstream`, and says where it listens. Loads what it needs then, so that the memory of a
   * process is that of one proxy.
   *
   * @param agent Keeps connections to the upstream, for those that keep none by themselves.
   */
  start(upstream: URL, agent?: http.Agent): Promise<string>;
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

async function listening(handle: Handler): Promise<string> {
  const server = http.createServer(handle).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What its users are told to do about errors, and what makes the most of it: 502 as long as that can be said. */
function onError(_error: unknown, _request: unknown, response: ServerResponse | Socket): void {
  if (response instanceof http.ServerResponse && !response.headersSent) response.writeHead(502).end();
  else response.destroy();
}

function millrace(strategyName: string, protocol: Protocol): Rival {
  return {
    name: `millrace, ${strategyName}`,
    protocol,
    speaksHttp2: true,
    async start(url) {
      const { upstreamOf } = await import('../../src/config/config-schema.ts');
      const { ProxyServer } = await import('../../src/listener/proxy-server.ts');
      const { Upstream } = await import('../../src/upstream/upstream.ts');
      const { BodyLedger } = await import('../../src/watch/body-ledger.ts');
      const strategy = await loadStrategy(`@millrace/${strategyName}`, { import: (name) => import(name) });
      const pipe = { strategy, highWaterMark: 65_536, lowWaterMark: 32_768 };
      const config = { ...upstreamOf(url), http2: url.protocol === 'https:' };
      const upstream = new Upstream({ name: url.origin, config, authorities: [tlsCertificate.cert] });
      const route = { ...pipe, upstream };
      const server = await ProxyServer.start({
        listen: { host: '127.0.0.1', port: 0 },
        routing: { routeFor: () => route },
        ledger: new BodyLedger(),
        ...(protocol === 'HTTP/2' ? { tls: tlsCertificate } : undefined),
      });
      return server.url;
    },
  };
}

const strategies = ['chunk-queue', 'ring-buffer', 'copy-on-yield'];

export const rivals: readonly Rival[] = [
  ...strategies.map((name) => millrace(name, 'HTTP/1.1')),
  ...strategies.map((name) => millrace(name, 'HTTP/2')),
  {
    name: 'http-proxy 1.18.1',
    protocol: 'HTTP/1.1',
    async start(target, agent) {
      const { default: httpProxy } = await import('http-proxy');
      const proxy = httpProxy.createProxyServer({ target: target.href, agent });
      proxy.on('error', onError);
      return listening((request, response) => proxy.web(request, response));
    },
  },
  {
    name: 'http-proxy-3 2.0.1',
    protocol: 'HTTP/1.1',
    async start(target, agent) {
      const { createProxyServer } = await import('http-proxy-3');
      const proxy = createProxyServer({
        target: target.href,
        ...(agent === undefined ? undefined : { agent }),
      });
      proxy.on('error', onError);
      return listening((request, response) => proxy.web(request, response));
    },
  },
  {
    name: 'httpxy 0.5.6',
    protocol: 'HTTP/1.1',
    async start(target, agent) {
      const { createProxyServer } = await import('httpxy');
      const proxy = createProxyServer({
        target: target.href,
        ...(agent === undefined ? undefined : { agent }),
      });
      proxy.on('error', (error, request, response) => {
        if (response !== undefined) onError(error, request, response);
      });
      return listening((request, response) => void proxy.web(request, response));
    },
  },
  {
    name: '@fastify/http-proxy 11.6.3',
    protocol: 'HTTP/1.1',
    async start(target) {
      const { fastify } = await import('fastify');
      const { default: fastifyHttpProxy } = await import('@fastify/http-proxy');
      const server = fastify();
      await server.register(fastifyHttpProxy, { upstream: target.origin });
      return server.listen({ host: '127.0.0.1', port: 0 });
    },
  },
];
