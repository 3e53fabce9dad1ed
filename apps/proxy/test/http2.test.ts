import { once } from 'node:events';
import http from 'node:http';
import http2, { constants } from 'node:http2';
import https from 'node:https';
import net from 'node:net';
import tls from 'node:tls';
import { frameTypes, RawHttp2Connection } from '@millrace/test-servers/raw-http2-connection';
import { describe, expect, it, onTestFinished } from 'vitest';
import { pairsOf } from '../src/policy/header-lines.ts';
import { demoBody, demoSha256 } from '../src/demo/demo-body.ts';
import { startDemoOrigin } from '../src/demo/demo-origin.ts';
import type { ExchangeOutcome } from '../src/relay/exchange-outcome.ts';
import { everyStrategy } from './every-strategy.ts';
import { http2Answer, http2Request, http2Session } from './http2-client.ts';
import { httpServer } from './http-server.ts';
import { rawServer } from './raw-server.ts';
import { startProxy, type StartOptions } from './start-proxy.ts';
import { otherTlsCertificate, tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { turn, until } from './until.ts';

async function secureProxy(upstream: URL, options: StartOptions = {}) {
  const outcomes: ExchangeOutcome[] = [];
  const onExchange = (outcome: ExchangeOutcome): void => void outcomes.push(outcome);
  const proxy = await startProxy(upstream, { tls: tlsCertificate, onExchange, ...options });
  return { ...proxy, outcomes };
}

async function demoOrigin(): Promise<URL> {
  const demo = await startDemoOrigin();
  onTestFinished(() => demo.close());
  return demo.url;
}

const MIB = 1024 * 1024;

describe.each(everyStrategy)('over HTTP/2 through $name', (strategy) => {
  it('a download and an upload arrive as they were sent', async () => {
    const { url, snapshot } = await secureProxy(await demoOrigin(), { strategy });
    const session = http2Session(url);
    const size = 3 * MIB;
    const hash = await demoSha256(size);
    const { createHash } = await import('node:crypto');
    const received = createHash('sha256');
    for await (const chunk of http2Request(session, { ':path': `/bytes/${size}` })) received.update(chunk);
    expect(received.digest('hex')).toBe(hash);
    for (const headers of [{ 'content-length': size }, {}]) {
      const request = http2Request(session, { ':method': 'PUT', ':path': '/upload', ...headers }, false);
      for (const piece of demoBody(size)) request.write(piece);
      request.end();
      const { body } = await http2Answer(request);
      expect(JSON.parse(body)).toEqual({ bytes: size, sha256: hash });
    }
    expect((await snapshot()).open).toEqual({ requests: 0, responses: 0 });
  });

  it.each(['length', 'chunked', 'close'])(
    'a body that breaks off resets its stream alone: %s [P3]',
    async (mode) => {
      const { url, outcomes } = await secureProxy(await demoOrigin(), { strategy });
      const session = http2Session(url);
      const broken = http2Request(session, { ':path': `/break?mode=${mode}&after=${MIB}` });
      await expect(http2Answer(broken)).rejects.toThrow(/INTERNAL_ERROR/);
      const { status } = await http2Answer(http2Request(session, { ':path': '/json' }));
      expect(status).toBe(200);
      expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'upstream', status: 200 });
    },
  );

  it('a client that reads slowly pauses the upstream, and one that gives its stream up aborts it', async () => {
    let sent = 0;
    let leave!: () => void;
    const left = new Promise<void>((resolve) => {
      leave = resolve;
    });
    const upstream = await httpServer((_, response) => {
      response.on('error', () => {}).on('close', leave);
      const pump = (): void => {
        do sent += 65_536;
        while (response.write(Buffer.alloc(65_536)));
      };
      response.on('drain', pump);
      pump();
    });
    const { url, snapshot, outcomes } = await secureProxy(upstream, { strategy });
    // It might still send, so that only its reset says that it has left.
    const request = http2Request(http2Session(url), { ':method': 'POST' }, false);
    request.write('a');
    request.pause();
    await until(() => snapshot().then(({ slow }) => slow.producersPaused === 1));
    expect((await snapshot()).bufferedBytes).toBeLessThan(3 * 65_536);
    request.destroy();
    await left;
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({
      result: 'broken',
      brokenBy: 'client',
      responseBody: { outcome: 'cancelled' },
    });
    expect((await snapshot()).bufferedBytes).toBe(0);
    expect(sent).toBeGreaterThan(0);
  });

  it.each([
    ['with an error', (request) => request.destroy(new Error('no more'))],
    ['with NO_ERROR, as if that were its end', (request) => request.destroy()],
    ['by losing its connection', (request) => request.session?.destroy()],
  ] satisfies [string, (request: http2.ClientHttp2Stream) => void][])(
    'an upload that is given up %s never looks whole to the upstream [P3]',
    async (_, giveUp) => {
      const received = { text: '', outcome: 'open' };
      const upstream = await httpServer((request) => {
        request.on('data', (chunk) => {
          received.text += String(chunk);
        });
        request
          .on('error', () => {})
          .on('close', () => {
            received.outcome = request.complete ? 'whole' : 'broken';
          });
      });
      const { url, outcomes } = await secureProxy(upstream, { strategy });
      const request = http2Request(http2Session(url), { ':method': 'POST' }, false);
      request.write('half of it');
      await until(() => received.text === 'half of it');
      giveUp(request);
      await until(() => received.outcome !== 'open' && outcomes.length === 1);
      expect(received.outcome).toBe('broken');
      expect(outcomes[0]).toMatchObject({
        result: 'broken',
        brokenBy: 'client',
        requestBody: { outcome: 'failed' },
      });
    },
  );

  it('an upload that is answered early is stopped, and the answer is not lost', async () => {
    const upstream = await httpServer((request, response) => {
      request.on('error', () => {}).resume();
      response.writeHead(413).end('too much');
    });
    const { url, snapshot } = await secureProxy(upstream, { strategy });
    const request = http2Request(http2Session(url), { ':method': 'POST' }, false);
    let stop = false;
    request.on('close', () => {
      stop = true;
    });
    const answer = http2Answer(request);
    while (!stop && !request.destroyed) {
      request.write(Buffer.alloc(16_384));
      await turn();
    }
    expect(await answer).toMatchObject({ status: 413, body: 'too much' });
    await until(() => snapshot().then(({ open }) => open.requests + open.responses === 0));
  });
});

describe('over HTTP/2', () => {
  // Where Node lacks the setting, it throws.
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  it.runIf(major > 24 || (major === 24 && minor >= 21))(
    'headers that came twice go on twice, also where one would do, as over HTTP/1.1',
    async () => {
      const twice = ['Content-Type: a/b', 'Content-Type: c/d', 'ETag: "1"', 'ETag: "2"', 'X-A: 1', 'X-A: 2'];
      const upstream = await rawServer(
        ['HTTP/1.1 200 OK', ...twice, 'Content-Length: 2', '', 'ok'].join('\r\n'),
      );
      const { url } = await secureProxy(upstream);
      const request = http2Request(http2Session(url));
      const rawHeaders = (await once(request, 'response'))[2] as string[];
      const lines = [...pairsOf(rawHeaders)].map(([name, value]) => `${name}: ${value}`);
      expect(lines).toEqual(
        expect.arrayContaining(twice.map((line) => line.replace(/^[^:]+/, (name) => name.toLowerCase()))),
      );
    },
  );

  it('the head goes on with :authority for Host and cookies in one line, and the answer without a connection’s headers', async () => {
    let seen: http.IncomingHttpHeaders = {};
    const upstream = await httpServer((request, response) => {
      seen = request.headers;
      response.writeHead(200, { connection: 'x-hop', 'x-hop': '1', 'set-cookie': ['a', 'b'], 'X-A': '1' });
      response.end('body');
    });
    const { url } = await secureProxy(upstream);
    const session = http2Session(url);
    const cookies = { cookie: ['a=1', 'b=2'] };
    const answer = await http2Answer(
      http2Request(session, { ':path': '//a/../b%2F?q=%zz', ...cookies, te: 'trailers' }),
    );
    expect(seen).toMatchObject({
      host: upstream.host,
      'x-forwarded-host': new URL(url).host,
      'x-forwarded-proto': 'https',
      'x-forwarded-for': '127.0.0.1',
      cookie: 'a=1; b=2',
      via: '2.0 millrace',
    });
    expect(seen).not.toHaveProperty('te');
    expect(answer).toMatchObject({
      status: 200,
      body: 'body',
      headers: { 'x-a': '1', 'set-cookie': ['a', 'b'], via: '1.1 millrace' },
    });
    expect(answer.headers).not.toHaveProperty('x-hop');
  });

  it.each(['body', ''])('103 and trailers go on, around the body %j', async (body) => {
    const upstream = await rawServer(
      [
        'HTTP/1.1 103 Early Hints\r\nlink: </a.css>; rel=preload\r\n\r\n',
        'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\ntrailer: x-sum\r\n\r\n',
        `${body === '' ? '' : `4\r\n${body}\r\n`}0\r\nx-sum: 42\r\n\r\n`,
      ].join(''),
    );
    const { url } = await secureProxy(upstream);
    expect(await http2Answer(http2Request(http2Session(url)))).toMatchObject({
      status: 200,
      body,
      trailers: { 'x-sum': '42' },
      information: [{ ':status': 103, link: '</a.css>; rel=preload' }],
    });
  });

  it.each([
    ['HEAD', 200, 'HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n'],
    ['GET', 204, 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['GET', 304, 'HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n'],
    ['GET', 200, 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
    ['GET', 200, 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n'],
  ])('an answer without a body ends with its head: %s %i', async (method, status, response) => {
    const { url, outcomes } = await secureProxy(await rawServer(response));
    const stream = http2Request(http2Session(url), { ':method': method });
    const head = once(stream, 'response');
    expect(await http2Answer(stream)).toMatchObject({ status, body: '' });
    expect(Number((await head)[1]) & constants.NGHTTP2_FLAG_END_STREAM).not.toBe(0);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'whole', status });
  });

  it('an upstream that is gone is a 502, and a request that contradicts itself a 400', async () => {
    const { url } = await secureProxy(await rawServer('no HTTP\r\n\r\n'));
    const session = http2Session(url);
    expect(await http2Answer(http2Request(session))).toMatchObject({ status: 502 });
    const answer = await http2Answer(http2Request(session, { ':authority': 'a.example', host: 'b.example' }));
    expect(answer).toMatchObject({ status: 400 });
  });

  it('one upload that is held up does not hold up the others', async () => {
    const held: http.IncomingMessage[] = [];
    const upstream = await httpServer((request, response) => {
      if (request.url === '/held') held.push(request.on('error', () => {}).pause());
      else request.resume().on('end', () => response.end('done'));
    });
    const { url, snapshot } = await secureProxy(upstream);
    const session = http2Session(url);
    for (let uploads = 0; uploads < 20; uploads += 1) {
      const request = http2Request(session, { ':method': 'POST', ':path': '/held' }, false);
      request.end(Buffer.alloc(10 * MIB));
    }
    await until(() => snapshot().then(({ slow }) => slow.producersPaused === 20));
    const other = http2Request(session, { ':method': 'POST', ':path': '/other' }, false);
    other.end(Buffer.alloc(1 * MIB));
    expect(await http2Answer(other)).toMatchObject({ status: 200, body: 'done' });
  });

  it('a drain lets a body finish and takes no more requests', async () => {
    const { url, server } = await secureProxy(await demoOrigin());
    const session = http2Session(url);
    const request = http2Request(session, { ':path': `/bytes/${3 * MIB}` });
    await once(request, 'response');
    const drained = server.drain(600_000);
    let bytes = 0;
    for await (const chunk of request) bytes += (chunk as Buffer).length;
    expect(bytes).toBe(3 * MIB);
    expect(await drained).toBe(0);
  });

  it('a drain leaves it to clients to close their connections, when they have read', async () => {
    const { url, server, outcomes } = await secureProxy(await demoOrigin());
    const { hostname, port } = new URL(url);
    const socket = tls.connect({
      host: hostname,
      port: Number(port),
      ALPNProtocols: ['h2'],
      rejectUnauthorized: false,
    });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    const connection = new RawHttp2Connection(socket, { isClient: true });
    // GET, https, /, by HPACK's table, and a host.
    const host = Buffer.from(`\x41\x09${hostname}`, 'latin1');
    connection.send(frameTypes.headers, 5, 1, Buffer.concat([Uint8Array.of(0x82, 0x87, 0x84), host]));
    await until(() => outcomes.length === 1);
    let isOver = false;
    const drained = server.drain(600_000).finally(() => {
      isOver = true;
    });
    await connection.next(frameTypes.goaway);
    for (let turns = 0; turns < 50; turns += 1) await turn();
    expect([socket.readableEnded, isOver]).toEqual([false, false]);
    socket.end();
    expect(await drained).toBe(0);
  });

  it('clients whose connection is reset while they send have left', async () => {
    let received = 0;
    const upstream = await httpServer((request) => {
      request.on('data', (chunk: Uint8Array) => (received += chunk.length)).on('error', () => {});
    });
    const { url, server, outcomes } = await secureProxy(upstream);
    const { hostname, port } = new URL(url);
    const clients = 5;
    for (let client = 1; client <= clients; client += 1) {
      const transport = net.connect({ host: hostname, port: Number(port) });
      const socket = tls.connect({ socket: transport, ALPNProtocols: ['h2'], rejectUnauthorized: false });
      const session = http2.connect(url, { createConnection: () => socket });
      session.on('error', () => {});
      for (let uploads = 0; uploads < 3; uploads += 1) {
        const upload = http2Request(session, { ':method': 'POST' }, false);
        const pour = (): void => {
          while (!upload.destroyed && upload.write(Buffer.alloc(65_536)));
        };
        upload.on('drain', pour);
        pour();
      }
      await until(() => received > client * 10 * MIB);
      transport.resetAndDestroy();
    }
    expect(await server.drain(600_000)).toBe(0);
    expect(outcomes.map(({ result, brokenBy }) => [result, brokenBy])).toEqual(
      Array.from({ length: 3 * clients }, () => ['broken', 'client']),
    );
  });

  it('a drain cuts off what is open at its deadline', async () => {
    const upstream = await httpServer((_, response) => void response.writeHead(200).write('a'));
    const { url, server, outcomes } = await secureProxy(upstream);
    const request = http2Request(http2Session(url));
    await once(request, 'response');
    expect(await server.drain(0)).toBe(1);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({ result: 'broken', brokenBy: 'proxy' });
  });
});

describe('over TLS', () => {
  it('clients that speak HTTP/1.1 alone get that', async () => {
    const upstream = await httpServer((request, response) =>
      response.end(request.headers['x-forwarded-proto']),
    );
    const { url } = await secureProxy(upstream);
    const request = https.get(url, { rejectUnauthorized: false, agent: false });
    const [response] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(String(await response.toArray())).toBe('https');
    expect(response.httpVersion).toBe('1.1');
  });

  it('a body that breaks off is an error over HTTP/1.0 as well, where only the end is the end', async () => {
    const { url } = await secureProxy(await demoOrigin());
    const { port } = new URL(url);
    const socket = tls.connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
    socket.write('GET /break?mode=chunked&after=1000 HTTP/1.0\r\n\r\n');
    socket.resume();
    await expect(once(socket, 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('another certificate is for the connections to come', async () => {
    const { url, server } = await secureProxy(await demoOrigin());
    const serialOf = async (): Promise<string> => {
      const { port } = new URL(url);
      const socket = tls.connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
      await once(socket, 'secureConnect');
      const { serialNumber } = socket.getPeerCertificate();
      socket.destroy();
      return serialNumber;
    };
    const before = await serialOf();
    const session = http2Session(url);
    await http2Answer(http2Request(session, { ':path': '/json' }));
    server.setCertificate(otherTlsCertificate);
    expect(await serialOf()).not.toBe(before);
    expect(await http2Answer(http2Request(session, { ':path': '/json' }))).toMatchObject({ status: 200 });
    expect(() => server.setCertificate({ key: 'none', cert: 'none' })).toThrow(/PEM/);
  });

  it('a client that is slow with its headers is disconnected', async () => {
    const { url } = await secureProxy(await demoOrigin(), { headersTimeoutMs: 20 });
    const { port } = new URL(url);
    const socket = tls.connect({ port: Number(port), host: '127.0.0.1', rejectUnauthorized: false });
    socket.on('error', () => {}).write('GET / HTTP/1.1\r\nHost: a\r\n');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += String(chunk);
    });
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each([
    ['says nothing', ''],
    ['does not go on with it', '1603010200010001fc0303'],
  ])('a client that %s is disconnected when the time for a handshake is over', async (_, hello) => {
    const { url } = await secureProxy(await demoOrigin(), { handshakeTimeoutMs: 20 });
    const socket = net.connect(Number(new URL(url).port), '127.0.0.1');
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => {}).write(Buffer.from(hello, 'hex'));
    await once(socket.resume(), 'close');
    expect(socket.bytesRead).toBe(0);
  });

  it('a connection that never shakes hands does not hold up a drain', async () => {
    const { url, server } = await secureProxy(await demoOrigin());
    const { port } = new URL(url);
    const socket = net.connect(Number(port), '127.0.0.1');
    socket.on('error', () => {});
    await once(socket, 'connect');
    const closed = once(socket, 'close');
    expect(await server.drain(0)).toBe(0);
    await closed;
    expect(socket.destroyed).toBe(true);
  });
});
