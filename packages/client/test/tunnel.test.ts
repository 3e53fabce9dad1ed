import { once } from 'node:events';
import http2 from 'node:http2';
import net, { type Socket } from 'node:net';
import { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { failOnReset } from '@millrace/core/node';
import { listen } from '@millrace/test-servers/listen';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  requestFailureOf,
  type Client,
  type Tunnel,
  type TunnelResponse,
  type UpgradeOptions,
} from '../src/index.ts';
import { everyStrategy } from './every-strategy.ts';
import { http2Cleartext, http2OverTls, http2Server, tlsServer } from './http2-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

const switching = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n';
const granted = 'HTTP/1.1 200 Connection established\r\n\r\n';

function tunnelOf(response: TunnelResponse): Tunnel {
  if (response.tunnel === undefined) throw new Error(`no tunnel, but ${response.status}`);
  return response.tunnel;
}

/** How a tunnel is asked for, and what grants it. */
const doors: readonly [
  string,
  string,
  (client: Client, url: string, options?: UpgradeOptions) => Promise<TunnelResponse>,
][] = [
  ['upgrade', switching, (client, url, options) => client.upgrade(url, options)],
  [
    'connect',
    granted,
    (client, url, options) => client.connect(url, { target: 'far.example:443', ...options }),
  ],
];

describe.each(everyStrategy)('a tunnel through $name', (strategy) => {
  describe.each(doors)('by %s', (_, grant, open) => {
    const opened = async (client = makeClient({ strategy }), options: UpgradeOptions = {}) => {
      const server = await rawServer(grant);
      const tunnel = tunnelOf(await open(client, server.url, options));
      const { socket } = await server.next();
      socket.removeAllListeners('data');
      return { tunnel, socket, client };
    };

    it('carries every byte both ways at once, and ends each way by itself', async () => {
      const up = patternedBytes(3_000_017, 1);
      const down = patternedBytes(3_000_019, 2);
      const { tunnel, socket } = await opened();
      const received: Uint8Array[] = [];
      const serverReads = pipeline(
        socket,
        new Writable({
          write(chunk: Uint8Array, _encoding, callback) {
            received.push(chunk);
            setImmediate(callback);
          },
        }),
        { end: true },
      ).catch(() => {});
      socket.allowHalfOpen = true;
      socket.end(down);
      const writes = (async () => {
        for (let at = 0; at < up.length; at += 70_001) {
          tunnel.writer.writeCopy(up.subarray(at, at + 70_001));
          await tunnel.writer.ready();
        }
        tunnel.writer.end();
      })();
      const chunks: Uint8Array[] = [];
      for await (const chunk of tunnel.reader) chunks.push(chunk);
      await Promise.all([writes, serverReads]);
      expect(sha256(...chunks)).toBe(sha256(down));
      expect(sha256(...received)).toBe(sha256(up));
      expect(await tunnel.closed).toMatchObject({
        received: { outcome: 'ended', delivered: down.length },
        sent: { outcome: 'ended', delivered: up.length },
      });
    });

    it('opens on a connection whose last body was paused', async () => {
      const body = patternedBytes(400_000, 1);
      const far = patternedBytes(400_000, 2);
      const connections = new Set<Socket>();
      const server = net.createServer((socket) => {
        connections.add(socket.on('error', () => {}));
        socket.once('data', () => {
          socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}\r\n\r\n`);
          socket.write(body);
          socket.once('data', () => {
            socket.write(grant);
            socket.end(far);
          });
        });
      });
      const url = `http://127.0.0.1:${await listen(server)}/`;
      const client = makeClient({ strategy, agent: { connections: 1 }, pipe: { highWaterMark: 4096 } });
      let pauses = 0;
      const { content } = await client.request(url, {
        onPaused: (isPaused) => void (pauses += Number(isPaused)),
      });
      await content.reader.peek();
      await new Promise(setImmediate);
      expect(sha256(await content.read())).toBe(sha256(body));
      expect(pauses).toBeGreaterThan(0);
      const tunnel = tunnelOf(await open(client, url));
      const chunks: Uint8Array[] = [];
      for await (const chunk of tunnel.reader) chunks.push(chunk);
      expect(sha256(...chunks)).toBe(sha256(far));
      expect(connections.size).toBe(1);
      tunnel.destroy();
    });

    it('sends on after the server has ended its side', async () => {
      const { tunnel, socket } = await opened();
      socket.allowHalfOpen = true;
      socket.end('bye');
      expect(new TextDecoder().decode((await tunnel.reader.read({ min: 9 })) ?? undefined)).toBe('bye');
      expect(await tunnel.reader.read()).toBeNull();
      tunnel.writer.writeCopy(new TextEncoder().encode('you too'));
      tunnel.writer.end();
      const [bytes] = (await once(socket, 'data')) as [Buffer];
      expect(bytes.toString()).toBe('you too');
    });

    it('is no clean end when the server resets it [P3]', async () => {
      const { tunnel, socket } = await opened();
      socket.write('half');
      await tunnel.reader.peek(4);
      socket.resetAndDestroy();
      const texts: string[] = [];
      const reading = (async () => {
        for await (const chunk of tunnel.reader) texts.push(new TextDecoder().decode(chunk));
      })();
      await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
      expect(texts.join('')).toBe('half');
      expect(await tunnel.writer.ready()).toBe(false);
    });

    it('is no clean end to the server when the writer fails, behind what it wrote', async () => {
      const { tunnel, socket } = await opened();
      failOnReset(socket);
      const received: Buffer[] = [];
      socket.on('data', (bytes) => received.push(bytes));
      const ends: string[] = [];
      socket
        .on('end', () => socket.errored === null && ends.push('end'))
        .on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? ''));
      tunnel.writer.writeCopy(new TextEncoder().encode('half'));
      tunnel.writer.fail(new Error('broken'));
      await socketClosed(socket);
      expect(ends).toEqual(['ECONNRESET']);
      expect(Buffer.concat(received).toString()).toBe('half');
      await expect(tunnel.reader.read()).rejects.toThrow('broken');
    });

    it.each(['cancel', 'destroy'])('is reset by %s, for both ways', async (how) => {
      const { tunnel, socket } = await opened();
      const reason = new Error('enough');
      if (how === 'cancel') tunnel.reader.cancel(reason);
      else tunnel.destroy(reason);
      await socketClosed(socket);
      await expect(tunnel.reader.read()).rejects.toBe(reason);
      expect(await tunnel.writer.ready()).toBe(false);
      expect(await tunnel.closed).toMatchObject({ sent: { outcome: 'cancelled', reason } });
    });

    it('stops a server that nobody listens to, and waits for one that does not listen', async () => {
      const { tunnel, socket } = await opened();
      const piece = new Uint8Array(256 * 1024);
      let poured = 0;
      let pushed = 0;
      socket.pause();
      const pour = () => {
        while (poured < 256 && ++poured && socket.write(piece));
      };
      socket.on('drain', pour);
      pour();
      const push = async () => {
        for (; pushed < 256; pushed++) {
          if (!tunnel.writer.writeCopy(piece) && !(await tunnel.writer.ready())) return;
        }
      };
      void push();
      for (let before = -1, idleTurns = 0; idleTurns < 200; idleTurns++) {
        if (poured + pushed !== before) idleTurns = 0;
        before = poured + pushed;
        await new Promise(setImmediate);
      }
      expect(poured).toBeLessThan(128);
      expect(pushed).toBeLessThan(128);
      expect(tunnel.reader.size).toBeLessThanOrEqual(64 * 1024 + 128 * 1024);
      tunnel.destroy();
    });

    it.each<[string, (tunnel: Tunnel) => void]>([
      ['is read', (tunnel) => void tunnel.reader.read({ min: 64 * 1024 })],
      ['is cancelled', (tunnel) => tunnel.reader.cancel()],
      ['is destroyed', (tunnel) => tunnel.destroy()],
    ])(
      'tells onPaused, in turns, that the server is paused, and no longer when it %s',
      async (_, happens) => {
        let tell = (_isPaused: boolean): void => {};
        const told = (): Promise<boolean> =>
          new Promise((resolve) => {
            tell = resolve;
          });
        const paused = told();
        const { tunnel, socket } = await opened(undefined, { onPaused: (isPaused) => tell(isPaused) });
        socket.write(new Uint8Array(256 * 1024));
        expect(await paused).toBe(true);
        const resumed = told();
        happens(tunnel);
        expect(await resumed).toBe(false);
        tunnel.destroy();
      },
    );

    it('is under way until it is closed: close() waits for it, destroy() breaks it off', async () => {
      const { tunnel, socket, client } = await opened();
      let isClosed = false;
      const closing = client.close().then(() => {
        isClosed = true;
      });
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      expect(isClosed).toBe(false);
      const reason = new Error('shutting down');
      await client.destroy(reason);
      await closing;
      await expect(tunnel.reader.read()).rejects.toBe(reason);
      await socketClosed(socket);
    });
  });

  it('loses none of the bytes that came in one piece with the answer', async () => {
    const server = await rawServer(`${switching}first words`);
    const tunnel = tunnelOf(await makeClient({ strategy }).upgrade(server.url));
    expect(new TextDecoder().decode((await tunnel.reader.read({ min: 11 })) ?? undefined)).toBe(
      'first words',
    );
  });

  it('goes over HTTP/2 as well, where a reset with NO_ERROR is no end', async () => {
    const streams: http2.ServerHttp2Stream[] = [];
    const server = http2.createServer({ settings: { enableConnectProtocol: true } });
    server.on('stream', (stream, headers) => {
      stream.on('error', () => {});
      streams.push(stream);
      expect(headers).toMatchObject({ ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/chat' });
      stream.respond({ ':status': 200 });
      stream.on('data', (bytes) => stream.write(bytes));
    });
    const { url } = await http2Server(server);
    const client = makeClient({ strategy, agent: http2Cleartext });
    const tunnel = tunnelOf(await client.upgrade(`${url}chat`));
    tunnel.writer.writeCopy(new TextEncoder().encode('echo'));
    expect(new TextDecoder().decode((await tunnel.reader.read({ min: 4 })) ?? undefined)).toBe('echo');
    streams[0]?.destroy();
    await expect(tunnel.reader.read()).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });
});

describe('upgrade', () => {
  it('asks for the protocol with the path and the headers it is given', async () => {
    const server = await rawServer(switching.replace('websocket', 'foo/2'));
    const answer = await makeClient({ strategy: chunkQueue }).upgrade(server.url, {
      protocol: 'foo/2',
      path: '//chat?x=%zz',
      headers: { 'Sec-WebSocket-Key': 'abc' },
    });
    expect(answer).toMatchObject({ status: 101, headers: { upgrade: 'foo/2' } });
    expect(answer.rawHeaders).toEqual(['Connection', 'Upgrade', 'Upgrade', 'foo/2']);
    const head = (await server.next()).received();
    expect(head).toMatch(/^GET \/\/chat\?x=%zz HTTP\/1\.1\r\n/);
    expect(head).toContain('\r\nconnection: upgrade\r\nupgrade: foo/2\r\n');
    expect(head).toContain('\r\nSec-WebSocket-Key: abc\r\n');
  });

  it('gives the response of a server that will not switch', async () => {
    const server = await rawServer('HTTP/1.1 403 Forbidden\r\ncontent-length: 2\r\n\r\nno');
    const answer = await makeClient({ strategy: chunkQueue }).upgrade(server.url);
    expect(answer.tunnel).toBeUndefined();
    expect(answer.status).toBe(403);
    expect(await answer.content?.text()).toBe('no');
  });

  it('speaks HTTP/1.1 to a server that offers HTTP/2', async () => {
    const { url, server } = await tlsServer(() => {});
    server.on('upgrade', (_request: unknown, socket: Socket) => {
      socket.write(switching);
      socket.end('hello');
    });
    const tunnel = tunnelOf(await makeClient({ strategy: chunkQueue, agent: http2OverTls }).upgrade(url));
    expect(new TextDecoder().decode((await tunnel.reader.read({ min: 5 })) ?? undefined)).toBe('hello');
    tunnel.destroy();
  });

  it('gives the response of an HTTP/2 server that will not switch', async () => {
    const server = http2.createServer({ settings: { enableConnectProtocol: true } });
    server.on('stream', (stream) => {
      stream.respond({ ':status': 403 });
      stream.end('no');
    });
    const { url } = await http2Server(server);
    const answer = await makeClient({ strategy: chunkQueue, agent: http2Cleartext }).upgrade(url);
    expect(answer.status).toBe(403);
    expect(await answer.content?.text()).toBe('no');
  });

  it('is given up by its signal before the answer and after it', async () => {
    const silent = await rawServer();
    const client = makeClient({ strategy: chunkQueue });
    const before = new AbortController();
    const requested = client.upgrade(silent.url, { signal: before.signal });
    const waiting = await silent.next();
    before.abort('early');
    await expect(requested).rejects.toBe('early');
    await socketClosed(waiting.socket);

    const server = await rawServer(switching);
    const after = new AbortController();
    const tunnel = tunnelOf(await client.upgrade(server.url, { signal: after.signal }));
    after.abort('late');
    await expect(tunnel.reader.read()).rejects.toBe('late');
    await socketClosed((await server.next()).socket);
  });

  it('fails with what the connection failed with, and says how far it had come', async () => {
    const server = await rawServer();
    const requested = makeClient({ strategy: chunkQueue }).upgrade(server.url);
    (await server.next()).socket.resetAndDestroy();
    const error: unknown = await requested.catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ECONNRESET' });
    expect(requestFailureOf(error)).toMatchObject({ wasSent: true, wasAnswered: false });
  });

  it.each([
    ['websocket', 'h2c', false],
    ['websocket', 'websocket, h2c', false],
    ['websocket, h2c', 'H2C', true],
    ['WebSocket', 'websocket', true],
  ])('to %j is given by a server that goes on with %j: %s', async (protocol, answer, isGiven) => {
    const server = await rawServer(switching.replace('websocket', answer));
    const asked = makeClient({ strategy: chunkQueue }).upgrade(server.url, { protocol });
    if (isGiven) tunnelOf(await asked).destroy();
    else await expect(asked).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
    await socketClosed((await server.next()).socket);
  });

  it('is not what a request gets that has not asked for it', async () => {
    const server = await rawServer(switching);
    await expect(makeClient({ strategy: chunkQueue }).request(server.url)).rejects.toMatchObject({
      code: 'UND_ERR_SOCKET',
    });
  });
});

describe('connect', () => {
  it('names its target in the request line and as its Host', async () => {
    const server = await rawServer(granted);
    await makeClient({ strategy: chunkQueue }).connect(server.url, {
      target: 'far.example:443',
      headers: { 'proxy-authorization': 'Basic abc' },
    });
    const head = (await server.next()).received();
    expect(head).toMatch(/^CONNECT far\.example:443 HTTP\/1\.1\r\nhost: far\.example:443\r\n/);
    expect(head).toContain('\r\nproxy-authorization: Basic abc\r\n');
  });

  it('fails when the server switches protocols instead', async () => {
    const server = await rawServer(switching);
    const asked = makeClient({ strategy: chunkQueue }).connect(server.url, { target: 'far.example:443' });
    await expect(asked).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
  });

  it.each([
    ['of a declared length', 'content-length: 2\r\n\r\nno', 'no'],
    ['that is empty', 'content-length: 0\r\n\r\n', ''],
    ['of a declared length with more behind it', 'content-length: 2\r\n\r\nno, and more', 'no'],
  ])('gives the refusal of a proxy, with a body %s', async (_, rest, text) => {
    const server = await rawServer(`HTTP/1.1 407 Proxy Authentication Required\r\n${rest}`);
    const answer = await makeClient({ strategy: chunkQueue }).connect(server.url, { target: 'a.example:1' });
    expect(answer.status).toBe(407);
    expect(await answer.content?.text()).toBe(text);
  });

  it.each<[string, string, (socket: Socket) => void, object]>([
    [
      'short of its length',
      'content-length: 9\r\n\r\nno',
      (socket) => socket.end(),
      { code: 'ERR_PIPE_LENGTH_MISMATCH' },
    ],
    ['that is reset', '\r\nno', (socket) => socket.resetAndDestroy(), { code: 'ECONNRESET' }],
    [
      'that nobody can parse',
      'transfer-encoding: chunked\r\n\r\n2\r\nno\r\n0\r\n\r\n',
      () => {},
      { code: 'ERR_PIPE_STATE' },
    ],
  ])('never takes a refusal %s for whole', async (_, rest, end, failure) => {
    const server = await rawServer(`HTTP/1.1 502 Bad Gateway\r\n${rest}`);
    const answer = await makeClient({ strategy: chunkQueue }).connect(server.url, { target: 'a.example:1' });
    end((await server.next()).socket);
    await expect(answer.content?.text()).rejects.toMatchObject(failure);
  });

  it.each(['far.example', '/path', 'user@far.example:443', ''])('refuses the target %j', async (target) => {
    const connected = makeClient({ strategy: chunkQueue }).connect('http://127.0.0.1/', { target });
    await expect(connected).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
  });

  it('is not for a client that was closed', async () => {
    const client = makeClient({ strategy: chunkQueue });
    onTestFinished(() => client.destroy());
    await client.close();
    await expect(client.connect('http://127.0.0.1/', { target: 'a:1' })).rejects.toMatchObject({
      code: 'ERR_PIPE_STATE',
    });
    await expect(client.upgrade('http://127.0.0.1/')).rejects.toMatchObject({ code: 'ERR_PIPE_STATE' });
  });
});
