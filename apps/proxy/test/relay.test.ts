import { once } from 'node:events';
import http from 'node:http';
import net from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '@millrace/test-servers/listen';
import { refusingPort } from '@millrace/test-servers/refusing-port';
import { demoBody, demoSha256 } from '../src/demo/demo-body.ts';
import { startDemoOrigin } from '../src/demo/demo-origin.ts';
import { download, get } from './download.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { rawExchange } from './raw-exchange.ts';
import { rawServer } from './raw-server.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { startProxy } from './start-proxy.ts';
import { until } from './until.ts';

const MIB = 1024 * 1024;

async function demoOrigin(): Promise<URL> {
  const demo = await startDemoOrigin();
  onTestFinished(() => demo.close());
  return demo.url;
}

/** A request whose connection is closed when the test ends. */
function sending(url: string, options: http.RequestOptions): http.ClientRequest {
  const request = http.request(url, options);
  request.on('error', () => {});
  onTestFinished(() => void request.destroy());
  return request;
}

async function answerTo(request: http.ClientRequest): Promise<{ status: number; text: string }> {
  const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
  let text = '';
  for await (const chunk of answer) text += String(chunk);
  return { status: answer.statusCode ?? 0, text };
}

/** What an upstream got, and how it ended. */
interface Received {
  text: string;
  outcome: 'open' | 'whole' | 'broken';
}

/** An upstream that takes a body in and answers when it is whole. */
async function receivingUpstream(): Promise<{ url: URL; received: Received }> {
  const received: Received = { text: '', outcome: 'open' };
  const url = await httpServer((request, response) => {
    request.on('data', (chunk) => {
      received.text += String(chunk);
    });
    request.on('error', () => {});
    request.on('close', () => {
      received.outcome = request.complete ? 'whole' : 'broken';
    });
    request.on('end', () => response.end('got it'));
  });
  return { url, received };
}

/** An upstream that sends for ever, as fast as it is let, and knows when it was left. */
async function endlessUpstream(): Promise<{ url: URL; left: Promise<void> }> {
  let leave!: () => void;
  const left = new Promise<void>((resolve) => {
    leave = resolve;
  });
  const url = await httpServer((_, response) => {
    const chunk = Buffer.alloc(65_536);
    const pump = (): void => {
      while (response.write(chunk));
    };
    response
      .on('drain', pump)
      .on('close', leave)
      .on('error', () => {});
    pump();
  });
  return { url, left };
}

describe.each(everyStrategy)('through $name', (strategy) => {
  it('a body arrives as it was sent, with its status and headers', async () => {
    const { url } = await startProxy(await demoOrigin(), { strategy });
    const { status, bytes, sha256, headers } = await download(`${url}/bytes/${5 * MIB}`);
    expect([status, bytes, sha256]).toEqual([200, 5 * MIB, await demoSha256(5 * MIB)]);
    expect(headers).toMatchObject({ 'content-length': String(5 * MIB), etag: `"demo-body-${5 * MIB}"` });
  });

  it('an upload arrives as it was sent, of a declared length and in chunks', async () => {
    const { url, snapshot } = await startProxy(await demoOrigin(), { strategy });
    const size = 5 * MIB;
    for (const headers of [{ 'content-length': size }, {}]) {
      const request = sending(`${url}/upload`, { method: 'PUT', headers });
      for (const piece of demoBody(size)) request.write(piece);
      request.end();
      const { text } = await answerTo(request);
      expect(JSON.parse(text)).toEqual({ bytes: size, sha256: await demoSha256(size) });
    }
    expect(await snapshot()).toMatchObject({
      bytes: { requestsIn: 2 * size },
      outcomes: { requests: { ended: 2, failed: 0, cancelled: 0 } },
    });
  });

  it.each(['length', 'chunked', 'close'])(
    'a body that breaks off reaches the client as an error: %s [P3]',
    async (mode) => {
      const { url, snapshot } = await startProxy(await demoOrigin(), { strategy });
      await expect(download(`${url}/break?mode=${mode}&after=${3 * MIB}`)).rejects.toMatchObject({
        code: 'ECONNRESET',
      });
      expect(await snapshot()).toMatchObject({
        open: { requests: 0, responses: 0 },
        outcomes: { responses: { ended: 0, failed: 1, cancelled: 0 } },
      });
    },
  );

  it.each([
    ['length', 300_000],
    ['chunked', 300_000],
  ])('all bytes that came before the break are delivered: %s', async (mode, after) => {
    const { url } = await startProxy(await demoOrigin(), { strategy });
    const answer = await rawExchange(
      url,
      `GET /break?mode=${mode}&after=${after} HTTP/1.1\r\nhost: a\r\n\r\n`,
    );
    expect(answer.length).toBeGreaterThan(after);
    expect(answer.endsWith('0\r\n\r\n')).toBe(false);
  });

  it('a broken body is reset for a client of HTTP/1.0, to which an orderly end would be the end', async () => {
    const { url } = await startProxy(await demoOrigin(), { strategy });
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    socket.write('GET /break?mode=chunked&after=1000 HTTP/1.0\r\n\r\n');
    socket.resume();
    await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('a client that leaves in the middle aborts the upstream and frees what is buffered', async () => {
    const { url: upstream, left } = await endlessUpstream();
    const { url, snapshot } = await startProxy(upstream, { strategy });
    const response = await get(`${url}/`);
    response.on('error', () => {}).pause();
    await until(async () => (await snapshot()).bufferedBytes > 8192);
    expect((await snapshot()).open.responses).toBe(1);
    response.destroy();
    await left;
    await until(async () => (await snapshot()).open.responses === 0);
    expect(await snapshot()).toMatchObject({
      bufferedBytes: 0,
      outcomes: { responses: { ended: 0, failed: 0, cancelled: 1 } },
    });
  });

  it('a client that reads slowly pauses the upstream, and little is buffered', async () => {
    const { url: upstream } = await endlessUpstream();
    const { url, snapshot } = await startProxy(upstream, { strategy });
    const response = await get(`${url}/`);
    onTestFinished(() => void response.destroy());
    response.on('error', () => {}).pause();
    await until(async () => (await snapshot()).slow.producersPaused === 1);
    const { bufferedBytes, bodies } = await snapshot();
    expect(bufferedBytes).toBeGreaterThan(8192);
    expect(bufferedBytes).toBeLessThan(3 * 65_536);
    expect(bodies[0]).toMatchObject({
      direction: 'response',
      method: 'GET',
      path: '/',
      consumerWaiting: false,
    });
  });

  it.each([
    ['of a declared length', { 'content-length': 1000 }],
    ['in chunks', {}],
  ])('an upload that breaks off never looks whole to the upstream, %s [P3]', async (_, headers) => {
    const { url: upstream, received } = await receivingUpstream();
    const { url, snapshot } = await startProxy(upstream, { strategy });
    const request = sending(url, { method: 'POST', headers });
    request.write('half of it');
    await until(() => received.text === 'half of it');
    request.destroy();
    await until(() => received.outcome !== 'open');
    expect(received).toEqual({ text: 'half of it', outcome: 'broken' });
    expect(await snapshot()).toMatchObject({
      open: { requests: 0, responses: 0 },
      outcomes: { requests: { ended: 0, failed: 1, cancelled: 0 } },
    });
  });

  it('an upload that breaks off before its first byte never looks whole to the upstream', async () => {
    const { url: upstream, received } = await receivingUpstream();
    const { url, snapshot } = await startProxy(upstream, { strategy });
    const request = sending(url, { method: 'POST', headers: { 'content-length': 1000 } });
    request.flushHeaders();
    await until(async () => (await snapshot()).open.requests === 1);
    request.destroy();
    await until(async () => (await snapshot()).open.requests === 0);
    expect(received.outcome).not.toBe('whole');
  });
});

describe('an upstream that does not answer', () => {
  it('is a 502 with the reason when it refuses the connection', async () => {
    const port = await refusingPort();
    const { url } = await startProxy(new URL(`http://127.0.0.1:${port}`));
    const response = await fetch(`${url}/a`);
    expect(response.status).toBe(502);
    expect(await response.json()).toEqual({
      status: 502,
      error: 'Bad Gateway',
      reason: `The upstream http://127.0.0.1:${port} failed: connect ECONNREFUSED 127.0.0.1:${port}`,
    });
  });

  it('is a 502 while an upload is under way, which is cancelled and does not hold the answer up', async () => {
    const upstream = await httpServer((request) => void request.socket.destroy());
    const { url, snapshot } = await startProxy(upstream);
    const request = sending(`${url}/upload`, { method: 'POST', headers: { 'content-length': 20 * MIB } });
    for (const piece of demoBody(20 * MIB)) request.write(piece);
    request.end();
    expect(await answerTo(request)).toMatchObject({ status: 502 });
    expect(await snapshot()).toMatchObject({ outcomes: { requests: { ended: 0, failed: 0, cancelled: 1 } } });
  });

  it.each([
    ['no HTTP', 'SSH-2.0-OpenSSH_9.2\r\n'],
    ['two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ncontent-length: 3\r\n\r\nabc'],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
    [
      'a coding that would be lost',
      'HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n',
    ],
    ['a control character in a header', 'HTTP/1.1 200 OK\r\nx-a: a\u0001b\r\ncontent-length: 2\r\n\r\nok'],
  ])('is a 502 when it answers %s', async (_, response) => {
    const { url } = await startProxy(await rawServer(response));
    const answer = await fetch(url);
    expect([answer.status, await answer.json()]).toEqual([
      502,
      expect.objectContaining({ error: 'Bad Gateway' }),
    ]);
  });

  it('is disconnected when its answer cannot be passed on', async () => {
    let left!: Promise<unknown>;
    const upstream = net.createServer((socket) => {
      left = once(socket, 'close');
      socket.on('error', () => {});
      socket.once('data', () => {
        socket.write('HTTP/1.1 200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n3\r\nabc\r\n');
      });
    });
    const { url } = await startProxy(new URL(`http://127.0.0.1:${await listen(upstream)}`));
    expect((await fetch(url)).status).toBe(502);
    await left;
  });

  it('leaves alone a client that has left before', async () => {
    let open!: () => void;
    const opened = new Promise<http.ServerResponse>((resolve) => {
      open = resolve as unknown as () => void;
    });
    const upstream = await httpServer((_, response) =>
      (open as (response: http.ServerResponse) => void)(response),
    );
    const { url } = await startProxy(upstream);
    const request = sending(url, {});
    request.end();
    const held = await opened;
    request.destroy();
    await once(held, 'close');
    expect(held.writableEnded).toBe(false);
  });
});

describe('a client that leaves with several requests sent ahead', () => {
  it('has each of them aborted, those included that wait for the answers before them', async () => {
    const left: string[] = [];
    const url = await httpServer((request, response) => {
      response.on('close', () => left.push(request.url ?? ''));
    });
    const proxy = await startProxy(url);
    const client = net.connect(Number(new URL(proxy.url).port), '127.0.0.1');
    client.write(['/a', '/b', '/c'].map((path) => `GET ${path} HTTP/1.1\r\nhost: x\r\n\r\n`).join(''));
    await until(() => proxy.server.exchanges === 3);
    client.destroy();
    await until(() => left.length === 3 && proxy.server.exchanges === 0);
    expect(left.toSorted()).toEqual(['/a', '/b', '/c']);
  });
});

describe('an answer without a body', () => {
  it('to HEAD keeps the length it would have', async () => {
    const { url, snapshot } = await startProxy(await demoOrigin());
    const response = await fetch(`${url}/bytes/1000`, { method: 'HEAD' });
    expect([response.status, response.headers.get('content-length')]).toEqual([200, '1000']);
    expect(await snapshot()).toMatchObject({
      open: { responses: 0 },
      outcomes: { responses: { ended: 0, failed: 0, cancelled: 0 } },
    });
  });

  it('of status 304 passes', async () => {
    const { url } = await startProxy(await demoOrigin());
    const response = await fetch(`${url}/bytes/1000`, { headers: { 'if-none-match': '"demo-body-1000"' } });
    expect([response.status, response.headers.get('etag'), await response.text()]).toEqual([
      304,
      '"demo-body-1000"',
      '',
    ]);
  });

  it('of status 204 passes', async () => {
    const upstream = await httpServer((_, response) => void response.writeHead(204, { 'x-a': '1' }).end());
    const { url } = await startProxy(upstream);
    const response = await fetch(url, { method: 'DELETE' });
    expect([response.status, response.headers.get('x-a')]).toEqual([204, '1']);
  });

  it('of status 304 passes with the length that a body would have', async () => {
    const { url } = await startProxy(
      await rawServer('HTTP/1.1 304 Not Modified\r\ncontent-length: 100\r\n\r\n'),
    );
    const answer = await rawExchange(url, 'GET / HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    expect(answer).toMatch(/^HTTP\/1\.1 304 Not Modified\r\ncontent-length: 100\r\n/);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  it('leaves its connections usable', async () => {
    const { url } = await startProxy(await demoOrigin());
    const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (const method of ['HEAD', 'GET', 'HEAD', 'GET']) {
      const request = http.request(`${url}/bytes/1000`, { method, agent }).end();
      const [response] = (await once(request, 'response')) as [http.IncomingMessage];
      response.resume();
      await once(response, 'end');
      expect(response.complete).toBe(true);
    }
  });
});

describe('headers', () => {
  it('reach the upstream with its host, who asked, and Via; and come back with Via', async () => {
    let seen: string[] = [];
    const upstream = await httpServer((request, response) => {
      seen = request.rawHeaders;
      response
        .writeHead(200, [
          'X-A',
          '1',
          'Set-Cookie',
          'a',
          'Set-Cookie',
          'b',
          'Connection',
          'x-hop',
          'X-Hop',
          '1',
        ])
        .end('ok');
    });
    const { url } = await startProxy(upstream);
    const { host } = new URL(url);
    const answer = await rawExchange(
      url,
      `GET / HTTP/1.1\r\nhost: ${host}\r\nX-B: 2\r\nconnection: close, x-c\r\nX-C: 3\r\n\r\n`,
    );
    const pairs = seen.flatMap((name, at) => (at % 2 === 0 ? [`${name}: ${seen[at + 1]}`] : []));
    expect(pairs).toEqual([
      `host: ${upstream.host}`,
      'connection: keep-alive',
      'X-B: 2',
      'x-forwarded-for: 127.0.0.1',
      `x-forwarded-host: ${host}`,
      'x-forwarded-proto: http',
      'via: 1.1 millrace',
    ]);
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\nX-A: 1\r\nSet-Cookie: a\r\nSet-Cookie: b\r\n/);
    expect(answer).toContain('\r\nvia: 1.1 millrace\r\n');
    expect(answer).not.toContain('X-Hop');
  });

  it('reach the client before the first byte of the body, when that takes its time', async () => {
    let finish!: () => void;
    const upstream = await httpServer((_, response) => {
      response.flushHeaders();
      finish = () => response.end('at last');
    });
    const { url } = await startProxy(upstream);
    const response = await get(url);
    finish();
    let text = '';
    for await (const chunk of response) text += String(chunk);
    expect(text).toBe('at last');
  });
});

describe('a request', () => {
  it('keeps the bytes of its path', async () => {
    const upstream = await httpServer((request, response) => void response.end(request.url));
    const { url } = await startProxy(upstream);
    const answer = await rawExchange(
      url,
      'GET //a/../b%2F?q=%zz HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n',
    );
    expect(answer.endsWith('\r\n//a/../b%2F?q=%zz')).toBe(true);
  });

  it.each([
    ['two hosts', 'host: a\r\nhost: a', 400],
    ['a host with a user', 'host: me@a', 400],
    ['a coded body', 'host: a\r\ntransfer-encoding: gzip, chunked', 501],
  ])('with %s is refused and never reaches the upstream', async (_, headers, status) => {
    let reached = 0;
    const upstream = await httpServer((_, response) => {
      reached += 1;
      response.end();
    });
    const { url } = await startProxy(upstream);
    const answer = await rawExchange(url, `POST / HTTP/1.1\r\n${headers}\r\nconnection: close\r\n\r\n`);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(reached).toBe(0);
  });

  it('that expects 100-continue gets it once the upstream takes the body', async () => {
    const { url: upstream, received } = await receivingUpstream();
    const { url } = await startProxy(upstream);
    const request = sending(url, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 4 },
    });
    request.flushHeaders();
    await once(request, 'continue');
    request.end('body');
    expect(await answerTo(request)).toEqual({ status: 200, text: 'got it' });
    expect(received).toEqual({ text: 'body', outcome: 'whole' });
  });

  it('that expects 100-continue is answered straight when the upstream is gone, and its body never sent', async () => {
    const port = await refusingPort();
    const { url } = await startProxy(new URL(`http://127.0.0.1:${port}`));
    const answer = await rawExchange(
      url,
      'POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n',
    );
    expect(answer).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  });

  it('whose upload the upstream answers early gets that answer', async () => {
    const upstream = await httpServer((request, response) => {
      request.on('error', () => {}).resume();
      response.writeHead(413).end('too much');
    });
    const { url } = await startProxy(upstream);
    const request = sending(url, { method: 'POST', headers: { 'content-length': 20 * MIB } });
    for (const piece of demoBody(20 * MIB)) request.write(piece);
    request.end();
    expect(await answerTo(request)).toEqual({ status: 413, text: 'too much' });
  });

  it('whose upload is answered early on its last connection may send on until it has seen that', async () => {
    const upstream = await httpServer((request, response) => {
      request.on('error', () => {}).resume();
      response.writeHead(413).end('too much');
    });
    const { url } = await startProxy(upstream);
    const { hostname, port } = new URL(url);
    const socket = net.connect({ port: Number(port), host: hostname, allowHalfOpen: true });
    onTestFinished(() => void socket.destroy());
    socket.write(
      'POST / HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 300000\r\n\r\nsome of it',
    );
    let answer = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false })) answer += String(chunk);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    // Closed for good, the proxy's system would answer these with a reset.
    for (const piece of demoBody(300_000 - 'some of it'.length)) {
      await new Promise((resolve, reject) => {
        socket.write(piece, (error) => (error ? reject(error) : resolve(undefined)));
      });
    }
    await once(socket.end(), 'close');
    expect(socket.errored).toBeNull();
  });

  it('whose upload goes on and on behind an early answer is disconnected in the end', async () => {
    const upstream = await httpServer((request, response) => {
      request.on('error', () => {}).resume();
      response.writeHead(413).end('too much');
    });
    const { url } = await startProxy(upstream);
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    onTestFinished(() => void vi.useRealTimers());
    const request = sending(url, { method: 'POST', headers: { 'content-length': 1000 } });
    const closed = once(request, 'close');
    request.write('some of it');
    expect(await answerTo(request)).toMatchObject({ status: 413 });
    await until(() => {
      vi.advanceTimersByTime(60_000);
      return request.destroyed;
    });
    await closed;
    expect(request.destroyed).toBe(true);
  });
});

describe('a proxy that drains', () => {
  it('lets an open body finish, takes no more connections, and cuts nothing off', async () => {
    const demo = await demoOrigin();
    const { url, server } = await startProxy(demo);
    const size = 40 * MIB;
    const response = await get(`${url}/bytes/${size}`);
    const drained = server.drain(600_000);
    await expect(get(`${url}/json`)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    let bytes = 0;
    for await (const chunk of response as AsyncIterable<Uint8Array>) bytes += chunk.length;
    expect([bytes, response.complete]).toEqual([size, true]);
    expect(await drained).toBe(0);
  });

  it('cuts off what is still open at its deadline, and says how many and how it went', async () => {
    const { url: upstream, left } = await endlessUpstream();
    const outcomes: ExchangeOutcome[] = [];
    const { url, server } = await startProxy(upstream, {
      onExchange: (outcome) => void outcomes.push(outcome),
    });
    const response = await get(url);
    const broken = once(response, 'close').catch(() => {});
    response.on('error', () => {}).resume();
    expect(await server.drain(0)).toBe(1);
    expect(outcomes).toMatchObject([{ result: 'broken', brokenBy: 'proxy' }]);
    await Promise.all([left, broken]);
    expect(response.complete).toBe(false);
  });
});
