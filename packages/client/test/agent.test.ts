import http2 from 'node:http2';
import https from 'node:https';
import chunkQueue from '@millrace/chunk-queue';
import { listen } from '@millrace/test-servers/listen';
import { tlsCertificate } from '@millrace/test-servers/tls-certificate';
import { Agent, interceptors, type Dispatcher } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent, type Client, type RequestOptions } from '../src/index.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

const closeDelimited = 'HTTP/1.1 200 OK\r\nconnection: close\r\n\r\nhalf';

function closedAfterTest<D extends Dispatcher>(dispatcher: D): D {
  onTestFinished(() => dispatcher.destroy());
  return dispatcher;
}

describe('createAgent', () => {
  it('reports a reset of a close-delimited body under interceptors too', async () => {
    const server = await rawServer(closeDelimited);
    const dispatcher = closedAfterTest(createAgent()).compose(interceptors.redirect({ maxRedirections: 3 }));
    const { content } = await makeClient({ strategy: chunkQueue, dispatcher }).request(server.url);
    await content.reader.peek(4);
    (await server.next()).socket.resetAndDestroy();
    await expect(content.text()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('has its one connection still when a request could not be sent', async () => {
    const url = await httpServer((_, response) => response.end('an answer'));
    const client = makeClient({ strategy: chunkQueue, agent: { connections: 1 } });
    const unsendable = { headers: { 'transfer-encoding': 'chunked' } };
    await expect(client.request(url, unsendable)).rejects.toMatchObject({ code: 'ERR_PIPE_ARGUMENT' });
    expect(await (await client.request(url)).content.text()).toBe('an answer');
  });

  it("differs in that from undici's own agent, which is why it is there", async () => {
    const server = await rawServer(closeDelimited);
    const dispatcher = closedAfterTest(new Agent());
    const { content } = await makeClient({ strategy: chunkQueue, dispatcher }).request(server.url);
    await content.reader.peek(4);
    (await server.next()).socket.resetAndDestroy();
    expect(await content.text()).toBe('half');
  });

  it('tells a reset even when the reader is far behind', async () => {
    const body = patternedBytes(1_000_000);
    const server = await rawServer('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
    const { content } = await makeClient({ strategy: chunkQueue }).request(server.url);
    const { socket } = await server.next();
    socket.write(body);
    await content.reader.peek(1);
    socket.resetAndDestroy();
    await socketClosed(socket);
    const chunks: Uint8Array[] = [];
    const reading = (async () => {
      for await (const chunk of content.stream()) chunks.push(chunk);
    })();
    await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
    const received = Buffer.concat(chunks);
    expect(received.length).toBeGreaterThan(0);
    expect(sha256(received)).toBe(sha256(body.subarray(0, received.length)));
  });

  describe.each(['HTTP/1.1', 'HTTP/2'] as const)('with a connect.servername, over %s', (protocol) => {
    const secureServer = async (): Promise<{ url: string; names: unknown[] }> => {
      const names: unknown[] = [];
      const answer = ({ socket }: { socket: unknown }, response: { end(text: string): void }): void => {
        names.push((socket as { servername?: unknown }).servername);
        response.end('ok');
      };
      const server =
        protocol === 'HTTP/2'
          ? http2.createSecureServer(tlsCertificate, answer)
          : https.createServer(tlsCertificate, answer);
      return { url: `https://127.0.0.1:${await listen(server)}/`, names };
    };
    const clientFor = (servername: string): Client =>
      makeClient({
        strategy: chunkQueue,
        agent: { allowH2: protocol === 'HTTP/2', connect: { ca: tlsCertificate.cert, servername } },
      });
    const requests: readonly RequestOptions[] = [
      {},
      { headers: { host: 'example.com' } },
      { headers: { host: 'elsewhere.example' } },
      { headers: { host: 'example.com' }, method: 'POST', body: 'x', expectContinue: true },
    ];

    it('asks for that name whatever the Host is, and believes a certificate for it', async () => {
      const { url, names } = await secureServer();
      const client = clientFor('localhost');
      for (const options of requests) {
        const { content } = await client.request(url, options);
        expect(await content.text()).toBe('ok');
      }
      expect(names).toEqual(requests.map(() => 'localhost'));
    });

    it('believes no certificate for anything else', async () => {
      const { url, names } = await secureServer();
      const client = clientFor('app.internal');
      for (const options of [...requests, { headers: { host: 'localhost' } }]) {
        await expect(client.request(url, options)).rejects.toMatchObject({
          code: 'ERR_TLS_CERT_ALTNAME_INVALID',
        });
      }
      expect(names).toEqual([]);
    });
  });

  it('keeps to the pool sizes it is given', async () => {
    const ports = new Set<number | undefined>();
    const held: (() => void)[] = [];
    const url = await httpServer((request, response) => {
      ports.add(request.socket.remotePort);
      // No answer before both connections are used.
      held.push(() => response.end('hi'));
      if (ports.size === 2) for (const answer of held.splice(0)) answer();
    });
    const client = makeClient({ strategy: chunkQueue, agent: { connections: 2 } });
    await Promise.all(Array.from({ length: 10 }, async () => (await client.request(url)).content.text()));
    expect(ports.size).toBe(2);
  });
});
