import { createPipe } from '@millrace/core';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it } from 'vitest';
import type { RequestOptions } from '../src/index.ts';
import { everyProtocol } from './every-protocol.ts';
import { makeClient } from './make-client.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

const unused = (): never => {
  throw new Error('no request comes here');
};

describe.each(everyProtocol)('Expect: 100-continue over $name', ({ agent, serve }) => {
  it.each<[string, () => RequestOptions]>([
    ['in one piece', () => ({ body: 'hello' })],
    ['of a declared length', () => ({ body: 'hello', headers: { 'content-length': 5 } })],
    ['that is streamed', () => ({ body: new Blob(['hello']).stream() })],
  ])('sends a body %s when the server has answered 100', async (_, options) => {
    const interim: number[] = [];
    const url = await serve(unused, async (request, response) => {
      expect(request.headers.expect).toBe('100-continue');
      response.writeContinue();
      response.end(Buffer.concat((await request.toArray()) as Uint8Array[]));
    });
    const { status, content } = await makeClient({ strategy: chunkQueue, agent }).request(url, {
      method: 'POST',
      expectContinue: true,
      continueTimeoutMs: 0,
      onInformation: ({ status: code }) => void interim.push(code),
      ...options(),
    });
    expect([status, await content.text()]).toEqual([200, 'hello']);
    expect(interim).toEqual([100]);
  });

  it('does not touch the body before the 100 has come', async () => {
    const { reader, writer } = createPipe(chunkQueue);
    writer.writeCopy(new Uint8Array(5));
    writer.end();
    let sizeAtServer = -1;
    const url = await serve(unused, async (request, response) => {
      // What has arrived by now and had been sent without asking would be here in the next turns.
      for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
      sizeAtServer = reader.size;
      response.writeContinue();
      response.end(String(((await request.toArray()) as Uint8Array[]).length));
    });
    const { content } = await makeClient({ strategy: chunkQueue, agent }).request(url, {
      method: 'POST',
      body: reader,
      expectContinue: true,
      continueTimeoutMs: 0,
    });
    expect(await content.text()).toBe('1');
    expect(sizeAtServer).toBe(5);
  });

  it('gives the answer of a server that refuses, and leaves the body untouched', async () => {
    let whole = 0;
    const url = await serve(unused, (request, response) => {
      request.on('error', () => {}).on('end', () => (whole += request.aborted ? 0 : 1));
      response.statusCode = 401;
      response.end('who are you');
      request.resume();
    });
    const { reader, writer } = createPipe(chunkQueue);
    writer.writeCopy(new Uint8Array(5));
    const { status, content } = await makeClient({ strategy: chunkQueue, agent }).request(url, {
      method: 'POST',
      body: reader,
      expectContinue: true,
      continueTimeoutMs: 0,
    });
    expect([status, await content.text()]).toEqual([401, 'who are you']);
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', delivered: 0 });
    expect(whole).toBe(0);
  });

  it('sends the body to a server that answers nothing for long enough', async () => {
    const url = await serve(unused, async (request, response) => {
      response.end(Buffer.concat((await request.toArray()) as Uint8Array[]));
    });
    const { content } = await makeClient({ strategy: chunkQueue, agent }).request(url, {
      method: 'POST',
      body: 'hello',
      expectContinue: true,
      continueTimeoutMs: 1,
    });
    expect(await content.text()).toBe('hello');
  });

  it('sends the body to a server that begins a good answer instead', async () => {
    const url = await serve(unused, async (request, response) => {
      response.write('so far, so ');
      response.end(Buffer.concat((await request.toArray()) as Uint8Array[]));
    });
    const { content } = await makeClient({ strategy: chunkQueue, agent }).request(url, {
      method: 'POST',
      body: 'good',
      expectContinue: true,
      continueTimeoutMs: 0,
    });
    expect(await content.text()).toBe('so far, so good');
  });

  it('is not asked for a request without a body', async () => {
    const url = await serve((request, response) => response.end(String(request.headers.expect)), unused);
    const { content } = await makeClient({ strategy: chunkQueue, agent }).request(url, {
      method: 'POST',
      expectContinue: true,
    });
    expect(await content.text()).toBe('undefined');
  });
});

describe('a request that waits for 100 Continue', () => {
  it('is given up by its signal, and its body is told', async () => {
    const server = await rawServer();
    const controller = new AbortController();
    const { reader, writer } = createPipe(chunkQueue);
    const requested = makeClient({ strategy: chunkQueue }).request(server.url, {
      method: 'POST',
      body: reader,
      expectContinue: true,
      continueTimeoutMs: 0,
      signal: controller.signal,
    });
    const { socket } = await server.next();
    controller.abort('enough');
    await expect(requested).rejects.toBe('enough');
    expect(await writer.closed).toMatchObject({ outcome: 'cancelled', reason: 'enough' });
    await socketClosed(socket);
  });

  it('fails when the headers time out', async () => {
    const { url } = await rawServer();
    const requested = makeClient({ strategy: chunkQueue }).request(url, {
      method: 'POST',
      body: 'hello',
      expectContinue: true,
      continueTimeoutMs: 0,
      headersTimeoutMs: 1,
    });
    await expect(requested).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
  });

  it('is not hurried by headersTimeoutMs once its server has said 100: the body is what is slow', async () => {
    const server = await rawServer('HTTP/1.1 100 Continue\r\n\r\n');
    const { reader, writer } = createPipe(chunkQueue);
    const client = makeClient({ strategy: chunkQueue });
    const requested = client.request(server.url, {
      method: 'POST',
      body: reader,
      expectContinue: true,
      headersTimeoutMs: 200,
    });
    const { socket } = await server.next();
    // A request whose server is slow runs into a longer limit meanwhile.
    const silent = client.request((await rawServer()).url, { headersTimeoutMs: 400 });
    await expect(silent).rejects.toMatchObject({ code: 'UND_ERR_HEADERS_TIMEOUT' });
    socket.once('data', () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    writer.writeCopy(new Uint8Array(5));
    writer.end();
    expect(await (await requested).content.text()).toBe('ok');
  });
});
