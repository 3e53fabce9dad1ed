import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import ringBuffer from '@millrace/ring-buffer';
import { upstreamOf } from '../src/config/config-schema.ts';
import { ProxyServer } from '../src/listener/proxy-server.ts';
import { Upstream } from '../src/upstream/upstream.ts';
import { BodyLedger } from '../src/watch/body-ledger.ts';
import { RecordingUpstream } from './recording-upstream.ts';
import { hostileRequests } from './smuggling-requests.ts';
import { hostileResponses, type HostileResponse } from './smuggling-responses.ts';
import { until } from './until.ts';

/** Behind every request of the battery: whoever reads that one too long or too short does not see this one. */
const CANARY = 'GET /canary HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';

const pipe = { strategy: ringBuffer, highWaterMark: 65_536, lowWaterMark: 32_768 };
const ledger = new BodyLedger();

/** A proxy for all tests of a suite, in front of one upstream. */
async function proxyTo(url: URL) {
  // So long that a connection is never closed because it is idle.
  const config = { ...upstreamOf(url), keepAliveMs: 600_000 };
  const upstream = new Upstream({ name: url.origin, config });
  const route = { ...pipe, upstream };
  const listen = { host: '127.0.0.1', port: 0 };
  const server = await ProxyServer.start({ listen, routing: { routeFor: () => route }, ledger });
  const stop = async (): Promise<void> => {
    await server.drain(0);
    await upstream.destroy(new Error('the test is over'));
  };
  return { url: server.url, stop };
}

/** Sends bytes, and gives what comes back until the proxy closes the connection. The client never does. */
async function exchange(url: string, bytes: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = net.connect(Number(port), hostname);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk.toString('latin1');
  });
  // Bytes behind a request that was refused are answered with a reset.
  socket.on('error', () => {});
  socket.write(bytes, 'latin1');
  await once(socket, 'close');
  return received;
}

const statusesOf = (received: string): number[] =>
  Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));

it('has at least 150 requests, no two alike', () => {
  const requests = hostileRequests.flatMap((family) => family.requests);
  expect(requests.length).toBeGreaterThanOrEqual(150);
  expect(new Set(requests.map(({ bytes }) => bytes)).size).toBe(requests.length);
});

describe('a request', () => {
  let recorder: RecordingUpstream;
  let proxy: Awaited<ReturnType<typeof proxyTo>>;
  beforeAll(async () => {
    recorder = await RecordingUpstream.start();
    proxy = await proxyTo(recorder.url);
  });
  afterAll(async () => {
    await proxy.stop();
    await recorder.close();
  });

  describe.each(hostileRequests)('with $family', ({ requests }) => {
    it.each(requests)('$title', async ({ bytes, refusedWith, passes = [], breaksOff, isLast }) => {
      const received = await exchange(proxy.url, bytes + CANARY);
      await until(() => {
        const { open } = ledger.snapshot();
        return open.requests + open.responses === 0;
      });
      const { requests: reached, ambiguities } = recorder.take();
      expect(ambiguities).toEqual([]);
      if (refusedWith !== undefined) {
        expect([statusesOf(received), reached]).toEqual([[refusedWith], []]);
      } else if (breaksOff) {
        // Its answer, if there is one, is a refusal, and no request is whole.
        expect([statusesOf(received).filter((status) => status !== 400), reached]).toEqual([[], []]);
      } else {
        // Each goes on as soon as it is there, on a connection of its own, so any of them may come first.
        const bodies = isLast ? passes : [...passes, ''];
        expect(reached.map(({ body }) => body).toSorted()).toEqual(bodies.toSorted());
        expect(reached.filter(({ target }) => target === '/canary')).toHaveLength(isLast ? 0 : 1);
        expect(statusesOf(received)).toEqual(reached.map(() => 200));
      }
    });
  });
});

describe('a response', () => {
  const sockets = new Set<net.Socket>();
  const upstream = net.createServer();
  let hostile: HostileResponse;
  let hostileSocket: net.Socket | undefined;
  let proxy: Awaited<ReturnType<typeof proxyTo>>;
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

  beforeAll(async () => {
    upstream.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {}).on('close', () => sockets.delete(socket));
      socket.on('data', (bytes) => {
        const own = 'HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nown';
        const isHostile = bytes.toString('latin1').includes(' /hostile ');
        if (isHostile) hostileSocket = socket;
        socket.write(isHostile ? hostile.bytes : own, 'latin1');
      });
    });
    upstream.listen(0, '127.0.0.1');
    await once(upstream, 'listening');
    proxy = await proxyTo(new URL(`http://127.0.0.1:${(upstream.address() as net.AddressInfo).port}`));
  });
  afterAll(async () => {
    agent.destroy();
    await proxy.stop();
    for (const socket of sockets) socket.destroy();
    upstream.close();
  });

  const ask = async (path: string, method = 'GET'): Promise<[answer: number | 'broken', body: string]> => {
    const request = http.request(`${proxy.url}${path}`, { agent, method }).end();
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    let body = '';
    try {
      for await (const chunk of response) body += String(chunk);
    } catch {
      return ['broken', body];
    }
    return [response.statusCode ?? 0, body];
  };

  it('is hostile in at least 20 ways', () => {
    expect(new Set(hostileResponses.map(({ bytes, later }) => bytes + later)).size).toBeGreaterThanOrEqual(
      20,
    );
  });

  it.each(hostileResponses)('with $title is nobody else’s', async (response) => {
    hostile = response;
    const [answer, body] = await ask('/hostile', response.method);
    expect(answer).toBe(response.answer);
    expect(body).not.toContain('smuggled');
    if (response.later !== undefined) {
      // Nobody has asked for these, so the connection is given up. The system brings them when it likes.
      const socket = hostileSocket as net.Socket;
      const closed = new Promise((resolve) => {
        if (socket.destroyed) resolve(undefined);
        else socket.on('close', resolve);
      });
      socket.write(response.later, 'latin1');
      await closed;
    }
    for (let again = 0; again < 3; again += 1) expect(await ask('/own')).toEqual([200, 'own']);
    expect(ledger.snapshot().open).toEqual({ requests: 0, responses: 0 });
  });
});
