import { once } from 'node:events';
import http from 'node:http';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { listen } from '@millrace/test-servers/listen';
import { HeaderPolicy } from '../src/policy/header-policy.ts';
import { httpServer } from './http-server.ts';
import { rawExchange } from './raw-exchange.ts';
import { rawServer } from './raw-server.ts';
import { startProcess } from './start-process.ts';
import { startProxy } from './start-proxy.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { until } from './until.ts';

const CLOSE = 'Connection: close\r\n\r\n';

/** An upstream that says which head it got. */
async function headUpstream(): Promise<URL> {
  return httpServer((request, response) => {
    response.end(JSON.stringify({ target: request.url, headers: request.headers }));
  });
}

/** The head that reaches the upstream for what a client sends. */
async function headOf(
  url: string,
  bytes: string,
): Promise<{ target: string; headers: Record<string, string> }> {
  const answer = await rawExchange(url, bytes);
  return JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')).replace(/^\s*[\da-f]+\r\n|\r\n0\r\n\r\n$/g, ''));
}

/** As Node before 24.18, until the test is over. @param onHints Called when early hints were written, or refused. */
function withoutWriteInformation(onHints: () => void): void {
  const { prototype } = http.ServerResponse;
  const original = Object.getOwnPropertyDescriptor(prototype, 'writeEarlyHints')?.value as (
    this: http.ServerResponse,
    hints: object,
  ) => void;
  const its = Object.getOwnPropertyDescriptor(prototype, 'writeInformation');
  const show = (): void => void (its && Object.defineProperty(prototype, 'writeInformation', its));
  const hide = (): void => void Reflect.deleteProperty(prototype, 'writeInformation');
  hide();
  onTestFinished(show);
  const spy = vi.spyOn(prototype, 'writeEarlyHints').mockImplementation(function (
    this: http.ServerResponse,
    hints,
  ) {
    // Where there is one, Node's own calls it.
    show();
    try {
      original.call(this, hints);
    } finally {
      hide();
      onHints();
    }
  });
  onTestFinished(() => spy.mockRestore());
}

describe('an interim answer', () => {
  const upstream = (): Promise<URL> =>
    rawServer(
      [
        'HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\nLink: </b.js>\r\nConnection: x\r\nX: 1\r\n\r\n',
        'HTTP/1.1 102 Processing\r\n\r\n',
        'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok',
      ].join(''),
    );

  // Node has `writeInformation` since 24.18.
  const anyStatus = 'writeInformation' in http.ServerResponse.prototype;

  it.runIf(anyStatus)('goes on as it is, without what is about its connection [RFC 9110 §15.2]', async () => {
    const { url } = await startProxy(await upstream());
    const answer = await rawExchange(url, `GET / HTTP/1.1\r\nHost: a\r\n${CLOSE}`);
    expect(answer).toMatch(
      /^HTTP\/1\.1 103 Early Hints\r\nLink: <\/a\.css>; rel=preload\r\nLink: <\/b\.js>\r\n\r\nHTTP\/1\.1 102 Processing\r\n\r\nHTTP\/1\.1 200 OK\r\n/,
    );
  });

  it.each([
    ['two lines', '</a>; rel=preload\r\nLink: </b>', '</a>; rel=preload, </b>'],
    ['a list', '</a,b>; rel=preload; as="font", </c>', '</a,b>; rel=preload; as="font", </c>'],
    // No link as Node has them, which throws at it: the hints are not sent, and the answer is.
    ['a text of several words', '</a>; rel=preload; title="a, b"', undefined],
    ['no link', 'x', undefined],
  ])('of links in %s goes on where Node has no more than writeEarlyHints', async (_, sent, received) => {
    let answerOn = (): void => {};
    withoutWriteInformation(() => answerOn());
    const upstream = net.createServer((socket) => {
      answerOn = () => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      const hints = `HTTP/1.1 103 Early Hints\r\nX: 1\r\nLink: ${sent}\r\n\r\n`;
      socket.on('error', () => {}).once('data', () => socket.write(hints));
    });
    const { url } = await startProxy(new URL(`http://127.0.0.1:${await listen(upstream)}`));
    const answer = await rawExchange(url, `GET / HTTP/1.1\r\nHost: a\r\n${CLOSE}`);
    const hints =
      received === undefined ? '' : `HTTP/1.1 103 Early Hints\r\nLink: ${received}\r\nx: 1\r\n\r\n`;
    expect(answer.slice(0, answer.lastIndexOf('HTTP/1.1 '))).toBe(hints);
    expect(answer).toMatch(/HTTP\/1\.1 200 OK\r\n[^]*\r\n\r\nok$/);
  });

  it.each([
    ['does not read', ''],
    ['waits for another answer first', 'GET /slow HTTP/1.1\r\nHost: a\r\n\r\n'],
  ])('is kept from a client that %s, so that no flood of them fills the memory', async (_, ahead) => {
    const hint = `HTTP/1.1 103 Early Hints\r\nLink: </${'x'.repeat(4000)}>\r\n\r\n`;
    const count = 4000;
    let answerSlow = (): void => {};
    let flooded!: () => void;
    const isFlooded = new Promise<void>((resolve) => {
      flooded = resolve;
    });
    const upstream = net.createServer((socket) => {
      const answer = (): void => void socket.write('HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok');
      socket
        .on('error', () => {})
        .once('data', (head) => {
          if (String(head).startsWith('GET /slow ')) answerSlow = answer;
          else socket.write(hint.repeat(count), () => flooded());
          if (!String(head).startsWith('GET /slow ')) answer();
        });
    });
    const { url } = await startProxy(new URL(`http://127.0.0.1:${await listen(upstream)}`));
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString('latin1');
    });
    socket.pause();
    socket.write(`${ahead}GET / HTTP/1.1\r\nHost: a\r\n${CLOSE}`);
    await isFlooded;
    answerSlow();
    socket.resume();
    await once(socket, 'close');
    expect(received.endsWith('\r\n\r\nok')).toBe(true);
    expect(received.split('103 Early Hints').length - 1).toBeLessThan(count);
  });

  it('is kept from a client of HTTP/2 that does not read, too', async () => {
    const hint = `HTTP/1.1 103 Early Hints\r\nLink: </${'x'.repeat(4000)}>\r\n\r\n`;
    const count = 4000;
    let flooded!: () => void;
    const isFlooded = new Promise<void>((resolve) => {
      flooded = resolve;
    });
    const upstream = net.createServer((socket) => {
      socket
        .on('error', () => {})
        .once('data', () => {
          socket.write(hint.repeat(count), () => flooded());
          socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        });
    });
    const { url } = await startProxy(new URL(`http://127.0.0.1:${await listen(upstream)}`), {
      tls: tlsCertificate,
    });
    const { hostname, port } = new URL(url);
    const options = { ALPNProtocols: ['h2'], rejectUnauthorized: false };
    const socket = tls.connect({ ...options, host: hostname, port: Number(port) });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    // No settings, and `GET https://a/`, which is the end of its stream.
    const head = [0x82, 0x84, 0x87, 0x41, 1, 0x61];
    const frames = [0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, head.length, 1, 5, 0, 0, 0, 1, ...head];
    socket.write('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n');
    socket.write(Uint8Array.from(frames));
    await isFlooded;
    let hints = 0;
    let unread = Buffer.alloc(0);
    for await (const bytes of socket as AsyncIterable<Buffer>) {
      unread = Buffer.concat([unread, bytes]);
      let isOver = false;
      while (unread.length >= 9 && unread.length >= 9 + unread.readUIntBE(0, 3)) {
        const [type, flags = 0] = unread.subarray(3);
        isOver ||= (type === 0 || type === 1) && (flags & 1) === 1;
        if (type === 1) hints += 1;
        unread = unread.subarray(9 + unread.readUIntBE(0, 3));
      }
      if (isOver) break;
    }
    expect(hints).toBeGreaterThan(0);
    expect(hints).toBeLessThan(count);
  });

  it('is kept from a client of HTTP/1.0, which knows of none', async () => {
    const { url } = await startProxy(await upstream());
    expect(await rawExchange(url, 'GET / HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
  });
});

describe('trailers', () => {
  it('of an answer go on, without those that frame or route [RFC 9110 §6.5]', async () => {
    const { url } = await startProxy(
      await rawServer(
        'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 42\r\nSet-Cookie: a\r\n\r\n',
      ),
    );
    const answer = await rawExchange(url, `GET / HTTP/1.1\r\nHost: a\r\n${CLOSE}`);
    expect(answer).toContain('\r\nTrailer: X-Sum\r\n');
    expect(answer.endsWith('2\r\nok\r\n0\r\nX-Sum: 42\r\n\r\n')).toBe(true);
  });

  it('of a request go on when it announces them', async () => {
    let trailers: NodeJS.Dict<string> = {};
    const upstream = await httpServer((request, response) => {
      request.resume().on('end', () => {
        ({ trailers } = request);
        response.end();
      });
    });
    const { url } = await startProxy(upstream);
    await rawExchange(
      url,
      `POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n${CLOSE}2\r\nok\r\n0\r\nX-Sum: 42\r\nHost: b\r\n\r\n`,
    );
    expect(trailers).toEqual({ 'x-sum': '42' });
  });
});

describe('a request that announces trailers', () => {
  it('and declares a length goes on without, since there is no room for them', async () => {
    const upstream = await httpServer((request, response) => void request.pipe(response));
    const { url } = await startProxy(upstream);
    const answer = await rawExchange(
      url,
      `POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTrailer: X-Sum\r\n${CLOSE}body`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    expect(answer).toContain('\r\n4\r\nbody\r\n0\r\n');
  });
});

describe('Expect: 100-continue [RFC 9110 §10.1.1]', () => {
  it('goes to the upstream, and the client waits until that has said 100', async () => {
    let goOn!: () => void;
    let seen: http.IncomingMessage | undefined;
    const upstream = http.createServer();
    upstream.on('checkContinue', (request, response) => {
      seen = request;
      goOn = () => {
        response.writeContinue();
        request.resume().on('end', () => response.end('got it'));
      };
    });
    const { url } = await startProxy(new URL(`http://127.0.0.1:${await listen(upstream)}`));
    const request = http.request(url, {
      method: 'POST',
      headers: { expect: '100-continue', 'content-length': 4 },
    });
    onTestFinished(() => void request.destroy());
    let isAsked = false;
    request.on('continue', () => {
      isAsked = true;
      request.end('body');
    });
    request.flushHeaders();
    await until(() => seen !== undefined);
    expect(seen?.headers.expect).toBe('100-continue');
    expect(isAsked).toBe(false);
    goOn();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(String(await answer.toArray())).toBe('got it');
    expect(isAsked).toBe(true);
  });

  it('is given up after a second when the upstream says nothing, as some do that know of no expectations', async () => {
    const upstream = http.createServer();
    upstream.on('checkContinue', (request: http.IncomingMessage, response) => {
      request.resume().on('end', () => response.end('got it'));
    });
    const { url } = await startProxy(new URL(`http://127.0.0.1:${await listen(upstream)}`));
    const request = http.request(url, { method: 'POST', headers: { expect: '100-continue' } });
    onTestFinished(() => void request.destroy());
    request.on('continue', () => request.end('body'));
    request.flushHeaders();
    const [answer] = (await once(request, 'response')) as [http.IncomingMessage];
    expect(String(await answer.toArray())).toBe('got it');
  });

  it('is answered straight when the upstream refuses, and the body is never asked for', async () => {
    const { url } = await startProxy(
      await rawServer('HTTP/1.1 401 Unauthorized\r\nContent-Length: 2\r\nConnection: close\r\n\r\nno'),
    );
    const { hostname, port } = new URL(url);
    const socket = net.connect(Number(port), hostname);
    onTestFinished(() => void socket.destroy());
    socket.write('POST / HTTP/1.1\r\nHost: a\r\nExpect: 100-continue\r\nContent-Length: 4\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toMatch(/^HTTP\/1\.1 401 Unauthorized\r\n/);
  });
});

describe('the words behind a status', () => {
  it.each(['Not Found', '', 'N\u00c3\u00a3o', '\u00e6\u009c\u00aa\u00e6\u0089\u00be\u00e5\u0088\u00b0'])(
    'go on byte for byte: %j [RFC 9112 §4]',
    async (reason) => {
      const { url } = await startProxy(
        await rawServer(`HTTP/1.1 404 ${reason}\r\nContent-Length: 2\r\n\r\nno`),
      );
      const answer = await rawExchange(url, `GET / HTTP/1.1\r\nHost: a\r\n${CLOSE}`);
      expect(answer.slice(0, answer.indexOf('\r\n'))).toBe(`HTTP/1.1 404 ${reason}`);
    },
  );
});

describe('a client of HTTP/1.0', () => {
  it('gets a body that ends with its connection, and needs no Host', async () => {
    const upstream = await httpServer((_, response) => {
      response.write('in ');
      response.end('chunks');
    });
    const { url } = await startProxy(upstream);
    const answer = await rawExchange(url, 'GET / HTTP/1.0\r\n\r\n');
    expect(answer).not.toMatch(/transfer-encoding/i);
    expect(answer.endsWith('\r\n\r\nin chunks')).toBe(true);
  });
});

describe('a request for the server as a whole', () => {
  it.each(['OPTIONS *', 'OPTIONS http://b.example'])('goes on as one: %s [RFC 9112 §3.2.4]', async (line) => {
    const { url } = await startProxy(await headUpstream());
    const { target, headers } = await headOf(
      url,
      `${line} HTTP/1.1\r\nHost: a\r\nMax-Forwards: 3\r\n${CLOSE}`,
    );
    expect([target, headers['max-forwards']]).toEqual(['*', '2']);
    expect(headers['x-forwarded-host']).toBe(line.endsWith('*') ? 'a' : 'b.example');
  });

  it.each(['OPTIONS http://a/', 'OPTIONS /'])('is not %s, which names a resource', async (line) => {
    const { url } = await startProxy(await headUpstream());
    expect((await headOf(url, `${line} HTTP/1.1\r\nHost: a\r\n${CLOSE}`)).target).toBe('/');
  });

  it.each(['GET *', 'TRACE *', 'GET **', 'OPTIONS **'])('cannot be asked by %s', async (line) => {
    const { url } = await startProxy(await headUpstream());
    const answer = await rawExchange(url, `${line} HTTP/1.1\r\nHost: a\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
  });

  it.each([
    ['OPTIONS *', 204],
    ['OPTIONS /', 204],
    ['TRACE /', 501],
  ])(
    'or not is answered by the proxy when no forwards are left: %s [RFC 9110 §7.6.2]',
    async (line, status) => {
      const { url } = await startProxy(await rawServer('HTTP/1.1 500 Not For Me\r\n\r\n'));
      const answer = await rawExchange(url, `${line} HTTP/1.1\r\nHost: a\r\nMax-Forwards: 0\r\n${CLOSE}`);
      expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    },
  );
});

describe('TE [RFC 9110 §10.1.4]', () => {
  it('does not go on to an upstream of HTTP/1.1, where its Connection cannot', async () => {
    const { url } = await startProxy(await headUpstream());
    const { headers } = await headOf(
      url,
      'GET / HTTP/1.1\r\nHost: a\r\nTE: trailers, gzip\r\nConnection: close, TE\r\n\r\n',
    );
    expect(headers).not.toHaveProperty('te');
    expect(headers['connection']).toBe('keep-alive');
  });

  it.each([
    ['trailers', 'trailers'],
    ['gzip;q=0.5, Trailers', 'trailers'],
    ['gzip', null],
    ['', null],
  ])('says %s, and an upstream of HTTP/2 hears %s', async (te, heard) => {
    // Whose certificate nobody trusts.
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0');
    onTestFinished(() => void vi.unstubAllEnvs());
    const upstream = http2.createSecureServer(tlsCertificate);
    upstream.on('stream', (stream, headers) => {
      stream.respond({ ':status': 200 });
      stream.end(JSON.stringify(headers.te ?? null));
    });
    const origin = `https://127.0.0.1:${await listen(upstream)}`;
    const { url } = await startProcess({ upstreams: { app: { servers: [origin], http2: true } } });
    const line = te === '' ? '' : `TE: ${te}\r\nConnection: close, TE\r\n`;
    const answer = await rawExchange(
      url,
      `GET / HTTP/1.1\r\nHost: a\r\n${line || 'Connection: close\r\n'}\r\n`,
    );
    expect(answer).toContain(`\r\n${JSON.stringify(heard)}\r\n`);
  });
});

describe('a request', () => {
  it('goes on with all of its headers, and so with its body, however many there are', async () => {
    let received = '';
    const server = net.createServer((socket) => {
      socket
        .on('error', () => {})
        .on('data', (bytes) => {
          received += bytes.toString('latin1');
          if (received.endsWith('hi')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
        });
    });
    const { url } = await startProxy(new URL(`http://127.0.0.1:${await listen(server)}`));
    const lines = 'a: b\r\n'.repeat(1200);
    const answer = await rawExchange(
      url,
      `POST / HTTP/1.1\r\nHost: a\r\n${lines}Content-Length: 2\r\n${CLOSE}hi`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 204 /);
    expect(received.split('a: b\r\n')).toHaveLength(1201);
  });

  it('for a URL goes to the host of that, whatever its Host says [RFC 9112 §3.2.2]', async () => {
    const { url } = await startProxy(await headUpstream());
    const { target, headers } = await headOf(url, `GET http://b.example/c?d HTTP/1.1\r\nHost: a\r\n${CLOSE}`);
    expect([target, headers['x-forwarded-host']]).toEqual(['/c?d', 'b.example']);
  });

  it('keeps Range and conditions, and its answer its validators and status', async () => {
    let seen: http.IncomingHttpHeaders = {};
    const upstream = await httpServer((request, response) => {
      seen = request.headers;
      response
        .writeHead(206, { ETag: 'W/"x"', 'Content-Range': 'bytes 0-1/5', 'Content-Length': 2 })
        .end('ok');
    });
    const { url } = await startProxy(upstream);
    const answer = await rawExchange(
      url,
      `GET / HTTP/1.1\r\nHost: a\r\nRange: bytes=0-1\r\nIf-Range: "x"\r\n${CLOSE}`,
    );
    expect(seen).toMatchObject({ range: 'bytes=0-1', 'if-range': '"x"' });
    expect(answer).toMatch(
      /^HTTP\/1\.1 206 Partial Content\r\nETag: W\/"x"\r\nContent-Range: bytes 0-1\/5\r\n/,
    );
  });

  it('has the Host of its client, a Forwarded, and the word of a trusted peer, where a route says so', async () => {
    const headers = new HeaderPolicy({
      keepsHost: true,
      forwarding: 'forwarded',
      trustedPeers: ['127.0.0.0/8'],
    });
    const { url } = await startProxy(await headUpstream(), { headers });
    const seen = await headOf(
      url,
      `GET / HTTP/1.1\r\nHost: a.example\r\nForwarded: for=192.0.2.1\r\n${CLOSE}`,
    );
    expect(seen.headers).toMatchObject({
      host: 'a.example',
      forwarded: 'for=192.0.2.1, for=127.0.0.1;host=a.example;proto=http',
    });
    expect(seen.headers).not.toHaveProperty('x-forwarded-for');
  });
});
