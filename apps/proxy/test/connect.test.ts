import { once } from 'node:events';
import net from 'node:net';
import tls from 'node:tls';
import { describe, expect, it, onTestFinished } from 'vitest';
import { demoBody } from '../src/demo/demo-body.ts';
import { everyStrategy } from './every-strategy.ts';
import { rawExchange } from './raw-exchange.ts';
import { configFrom, startProcess } from './start-process.ts';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { atLength, bytesServer, connectTo, tunnel, watched } from './tunnels.ts';
import { until } from './until.ts';

describe.each(everyStrategy)('CONNECT through $name', (strategy) => {
  it.each([
    ['plain', {}],
    ['TLS', { tls: tlsCertificate }],
  ] as const)('carries every byte both ways, over %s', async (_, options) => {
    const target = await bytesServer((socket) => void socket.pipe(socket));
    const { url, outcomes, snapshot } = await watched(new URL('http://127.0.0.1:1'), {
      strategy,
      connectTargets: [target],
      ...options,
    });
    const { hostname, port } = new URL(url);
    const socket =
      'tls' in options
        ? tls.connect({ host: hostname, port: Number(port), rejectUnauthorized: false })
        : net.connect({ host: hostname, port: Number(port) });
    onTestFinished(() => void socket.destroy());
    const sent = Buffer.concat([...demoBody(3_000_017)]);
    socket.write(connectTo(target));
    socket.end(sent);
    const received: Buffer[] = [];
    for await (const chunk of socket as AsyncIterable<Buffer>) received.push(chunk);
    const answer = Buffer.concat(received);
    const headBytes = answer.indexOf('\r\n\r\n') + 4;
    expect(answer.toString('latin1', 0, headBytes)).not.toMatch(/content-length|transfer-encoding/i);
    expect(answer.subarray(headBytes).equals(sent)).toBe(true);
    await until(() => outcomes.length === 1);
    expect(outcomes[0]).toMatchObject({
      request: { method: 'CONNECT', target },
      result: 'whole',
      status: 200,
      upstream: target,
      requestBody: { outcome: 'ended', delivered: sent.length },
      responseBody: { outcome: 'ended', delivered: sent.length },
    });
    expect((await snapshot()).open).toEqual({ requests: 0, responses: 0 });
  });
});

describe('CONNECT', () => {
  it('leads to what it names, with what the client has sent ahead first', async () => {
    const target = await bytesServer((socket) => void socket.pipe(socket));
    const { url } = await startProcess({ upstream: 'http://127.0.0.1:1', connect: { targets: [target] } });
    const socket = await tunnel(url, 'ahead', connectTo(target));
    expect(String((await once(socket, 'data'))[0])).toBe('ahead');
  });

  it('ends in one direction at a time', async () => {
    const target = await bytesServer((socket) => {
      socket.once('end', () => socket.end('got your end')).resume();
    });
    const { url } = await startProcess({ upstream: 'http://127.0.0.1:1', connect: { targets: [target] } });
    const socket = await tunnel(url, 'last', connectTo(target));
    socket.end();
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toBe('got your end');
  });

  it('is reset for the client when its target resets it, and for the target when the client does [P3]', async () => {
    const errors: unknown[] = [];
    const target = await bytesServer((socket) => {
      socket.on('error', (error: NodeJS.ErrnoException) => errors.push(error.code));
      socket.once('data', (bytes) => {
        if (String(bytes) === 'reset me') socket.resetAndDestroy();
      });
    });
    const { url, outcomes } = await startProcess({
      upstream: 'http://127.0.0.1:1',
      connect: { targets: [target] },
    });
    const first = await tunnel(url, 'reset me', connectTo(target));
    await expect(once(first.resume(), 'close')).rejects.toMatchObject({ code: 'ECONNRESET' });
    (await tunnel(url, '', connectTo(target))).resetAndDestroy();
    await until(() => outcomes.length === 2 && errors.length === 1);
    expect(errors).toEqual(['ECONNRESET']);
    expect(outcomes.map(({ result, brokenBy }) => [result, brokenBy])).toEqual([
      ['broken', 'upstream'],
      ['broken', 'client'],
    ]);
  });

  it('is broken off by a drain at its deadline', async () => {
    const target = await bytesServer((socket) => void socket.pipe(socket));
    const { url, proxy } = await startProcess({
      upstream: 'http://127.0.0.1:1',
      connect: { targets: [target] },
    });
    const socket = await tunnel(url, '', connectTo(target));
    socket.resume();
    expect(await proxy.drain(0)).toBe(1);
    await until(() => socket.closed);
    expect(socket.errored).toMatchObject({ code: 'ECONNRESET' });
  });

  it('outlives a reload that no longer allows it', async () => {
    const target = await bytesServer((socket) => void socket.pipe(socket));
    const { url, proxy } = await startProcess({
      upstream: 'http://127.0.0.1:1',
      connect: { targets: [target] },
    });
    const socket = await tunnel(url, '', connectTo(target));
    await proxy.reload(configFrom({ upstream: 'http://127.0.0.1:1' }));
    expect(await rawExchange(url, connectTo(target))).toMatch(/^HTTP\/1\.1 501 /);
    socket.write('still there');
    expect(String((await once(socket, 'data'))[0])).toBe('still there');
  });

  it.each([
    ['that is not enabled', undefined, connectTo('a.example:443'), 501],
    ['to a host that is not listed', ['b.example:443'], connectTo('a.example:443'), 403],
    ['to a port that is not listed', ['a.example:443'], connectTo('a.example:22'), 403],
    ['to a domain whose hosts are listed', ['*.example:443'], connectTo('.example:443'), 403],
    ['to a name that ends like a listed one', ['*.a.example:443'], connectTo('aa.example:443'), 403],
    ['without a port', ['a.example:443'], connectTo('a.example'), 400],
    ['to a port that is none', ['a.example:443'], connectTo('a.example:99999'), 400],
    ['to a path', ['a.example:443'], connectTo('/a.example:443'), 400],
    ['to somebody at a host', ['a.example:443'], connectTo('b@a.example:443'), 400],
    [
      'with a body',
      ['a.example:443'],
      'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nContent-Length: 3\r\n\r\nabc',
      400,
    ],
    [
      'with chunks',
      ['a.example:443'],
      'CONNECT a.example:443 HTTP/1.1\r\nHost: a.example:443\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
      400,
    ],
  ])('%s is refused', async (_, targets, ask, status) => {
    const { url } = await startProcess({
      upstream: 'http://127.0.0.1:1',
      ...(targets === undefined ? undefined : { connect: { targets } }),
    });
    expect(await rawExchange(url, ask)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
  });

  it.each(['ahead', ''])(
    'behind other requests waits until a slow client has their answers, and ends as that has: %j',
    async (ahead) => {
      const upstream = await atLength();
      const target = await bytesServer((socket) => void socket.pipe(socket));
      const { url, snapshot, outcomes } = await watched(upstream, { connectTargets: [target] });
      const { hostname, port } = new URL(url);
      const socket = net.connect(Number(port), hostname);
      onTestFinished(() => void socket.destroy());
      const get = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n';
      socket.end(`${get}${get}${connectTo(target)}${ahead}`);
      await until(() => snapshot().then(({ slow }) => slow.producersPaused > 0));
      const received: Buffer[] = [];
      for await (const chunk of socket as AsyncIterable<Buffer>) received.push(chunk);
      const text = String(Buffer.concat(received));
      expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 200', 'HTTP/1.1 200']);
      expect(text.slice(text.lastIndexOf('\r\n\r\n') + 4)).toBe(ahead);
      await until(() => outcomes.length === 3);
      expect(outcomes.map(({ result }) => result)).toEqual(['whole', 'whole', 'whole']);
    },
  );

  it('to a target that refuses connections is a 502', async () => {
    const { url } = await startProcess({
      upstream: 'http://127.0.0.1:1',
      connect: { targets: ['127.0.0.1:1'] },
    });
    expect(await rawExchange(url, connectTo('127.0.0.1:1'))).toMatch(/^HTTP\/1\.1 502 Bad Gateway\r\n/);
  });
});
