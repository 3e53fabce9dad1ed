import { once } from 'node:events';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { Connections } from '../src/listener/connections.ts';
import { rawExchange } from './raw-exchange.ts';
import { until } from './until.ts';

/** More than the system takes off a server's hands while the client reads nothing. */
const BODY_BYTES = 32 * 1024 * 1024;

describe('the connections of a server', () => {
  const serving = async (handle: http.RequestListener) => {
    const server = http.createServer();
    // Whatever closes an idle connection, it is not Node's patience.
    server.keepAliveTimeout = 0;
    const connections = new Connections(server);
    server.on('request', (request, response) => {
      connections.begin(request, response);
      handle(request, response);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => server.closeAllConnections());
    const connect = (): net.Socket => {
      const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1');
      onTestFinished(() => void socket.destroy());
      return socket;
    };
    return { server, connections, connect };
  };
  const read = async (socket: net.Socket): Promise<number> => {
    let bytes = 0;
    socket.on('data', (chunk) => {
      bytes += chunk.length;
    });
    await once(socket, 'close');
    return bytes;
  };

  it('lose nothing of an answer that is ended but not all sent when they are drained', async () => {
    const { server, connections, connect } = await serving((_, response) => {
      response.writeHead(200, { 'content-length': BODY_BYTES });
      response.end(Buffer.alloc(BODY_BYTES));
    });
    const socket = connect();
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'readable');
    const closed = once(server, 'close');
    server.close();
    connections.drain();
    expect(await read(socket)).toBeGreaterThan(BODY_BYTES);
    await closed;
  });

  it('are closed at once when they are idle', async () => {
    const { server, connections, connect } = await serving((_, response) => void response.end('ok'));
    const socket = connect();
    const closed = once(socket, 'close');
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(socket, 'data');
    server.close();
    connections.drain();
    await closed;
    expect(socket.destroyed).toBe(true);
  });

  it('are closed when their last exchange is over, though that promised to keep them', async () => {
    let finish!: () => void;
    const { server, connections, connect } = await serving((_, response) => {
      response.writeHead(200, { 'content-length': 2 }).flushHeaders();
      finish = () => response.end('ok');
    });
    const socket = connect();
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(head.toString()).toContain('Connection: keep-alive');
    server.close();
    connections.drain();
    const body = once(socket, 'data');
    const closed = once(socket, 'close');
    finish();
    expect(String(await body)).toBe('ok');
    await closed;
  });

  it.each([
    ['HTTP/1.0', 'reset, since it would look whole', 'ECONNRESET'],
    ['HTTP/1.1', 'cut, and says so', 'end'],
  ])('whose client sends its end in the middle of an answer to %s are %s [P3]', async (version, _, how) => {
    const { connect } = await serving((__, response) => void response.write('first'));
    const socket = connect();
    const seen: string[] = [];
    socket
      .on('end', () => seen.push('end'))
      .on('error', ({ code }: NodeJS.ErrnoException) => seen.push(`${code}`));
    socket.write(`GET / ${version}\r\nhost: a\r\n\r\n`);
    let received = '';
    while (!received.includes('first')) received += String(await once(socket, 'data'));
    const closed = new Promise((resolve) => void socket.on('close', resolve));
    socket.end();
    await closed;
    expect(seen).toEqual([how]);
  });

  it('lose nothing of an answer to HTTP/1.0 that is ended but not all sent when the client sends its end', async () => {
    const { connect } = await serving((_, response) => void response.end(Buffer.alloc(BODY_BYTES)));
    const socket = connect();
    socket.write('GET / HTTP/1.0\r\n\r\n');
    await once(socket, 'readable');
    socket.end();
    expect(await read(socket)).toBeGreaterThan(BODY_BYTES);
  });

  it('are no leak of listeners, however many requests one carries at once', async () => {
    const warn = vi.spyOn(process, 'emitWarning');
    onTestFinished(() => warn.mockRestore());
    let requests = 0;
    const { connect } = await serving(({ socket }) => {
      requests += 1;
      socket.on('close', () => {});
    });
    connect().write('GET / HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(20));
    await until(() => requests === 20);
    expect(warn).not.toHaveBeenCalled();
  });

  it('are closed when the time of Node’s runs out, but not while an answer is under way', async () => {
    let answer: http.ServerResponse | undefined;
    const { server, connect } = await serving((_, response) => {
      answer = response;
    });
    const socket = connect();
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(server, 'request');
    const served = answer?.req.socket as net.Socket;
    served.emit('timeout');
    answer?.end('ok');
    await once(socket, 'data');
    expect(served.destroyed).toBe(false);
    served.emit('timeout');
    await once(socket, 'close');
  });

  it('are not closed while a request waits on them that came in time', async () => {
    const { server, connect } = await serving((_, response) => void response.end('ok'));
    const socket = connect();
    const [served] = (await once(server, 'connection')) as [net.Socket];
    // Among the timers, as Node's is, and as for a process that was busy until now.
    setTimeout(() => {
      socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
      served.emit('timeout');
    });
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(String(answer)).toContain('200 OK');
  });

  it('are told not to be kept by answers that have not begun when they are drained', async () => {
    let answer!: http.ServerResponse;
    const { server, connections, connect } = await serving((_, response) => {
      answer = response;
    });
    const socket = connect();
    socket.write('GET / HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(server, 'request');
    connections.drain();
    answer.end('ok');
    const [head] = (await once(socket, 'data')) as [Buffer];
    expect(String(head)).toContain('\r\nConnection: close\r\n');
    await once(socket, 'close');
  });

  it('are told not to be kept when an exchange begins while they are drained', async () => {
    const held: http.ServerResponse[] = [];
    const { server, connections, connect } = await serving((_, response) => {
      if (held.push(response) === 1) response.flushHeaders();
    });
    const socket = connect();
    socket.write('GET /1 HTTP/1.1\r\nhost: a\r\n\r\n');
    await once(server, 'request');
    server.close();
    connections.drain();
    const request = once(server, 'request');
    // Pipelined, so the connection is busy with the first.
    socket.write('GET /2 HTTP/1.1\r\nhost: a\r\n\r\n');
    await request;
    let received = '';
    socket.on('data', (bytes) => {
      received += bytes.toString();
    });
    for (const response of held) response.end('ok');
    await once(socket, 'close');
    expect(received.match(/connection: [a-z-]+/gi)).toEqual(['Connection: keep-alive', 'Connection: close']);
  });
});

describe('a request behind the last one of its connection', () => {
  it('is not to be answered: nobody may know what it really is', async () => {
    const begun: [path: string | undefined, isToBeAnswered: boolean][] = [];
    const server = http.createServer();
    const connections = new Connections(server);
    server.on('request', (request, response) => {
      begun.push([request.url, connections.begin(request, response)]);
      if (request.url === '/2') response.shouldKeepAlive = false;
      if (request.url !== '/3') setImmediate(() => response.end());
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const requests = ['/1', '/2', '/3'].map((path) => `GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`).join('');
    const { port } = server.address() as AddressInfo;
    await rawExchange(`http://127.0.0.1:${port}`, requests);
    expect(begun).toEqual([
      ['/1', true],
      ['/2', true],
      ['/3', false],
    ]);
  });
});
