import { Agent } from 'undici';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent } from '../src/index.ts';
import { everyStrategy } from './every-strategy.ts';
import { makeClient } from './make-client.ts';
import { rawServer } from './raw-server.ts';
import { socketClosed } from './socket-closed.ts';

const declared = (length: number, body: string): string =>
  `HTTP/1.1 200 OK\r\ncontent-length: ${length}\r\n\r\n${body}`;

describe.each(everyStrategy)('close(), with $name', (strategy) => {
  it('cancels a body still arriving that nobody has asked for, and closes its connection', async () => {
    const server = await rawServer(declared(1000, 'hello'));
    const client = makeClient({ strategy });
    const { content } = await client.request(server.url);
    const { socket } = await server.next();
    await client.close();
    await socketClosed(socket);
    await expect(content.text()).rejects.toMatchObject({ code: 'ERR_PIPE_CANCELLED' });
    expect(content.complete).toBe(false);
  });

  it('leaves a body that has arrived to be read', async () => {
    const server = await rawServer(declared(5, 'hello'));
    const client = makeClient({ strategy });
    const { content } = await client.request(server.url);
    await client.close();
    expect(content.complete).toBe(true);
    expect(await content.text()).toBe('hello');
  });

  it('lets a body of exactly the high-water mark arrive while nobody reads it', async () => {
    const server = await rawServer(declared(1024, 'x'.repeat(1024)));
    const client = makeClient({ strategy, pipe: { highWaterMark: 1024 } });
    const { content } = await client.request(server.url);
    await client.close();
    expect(content.complete).toBe(true);
    expect(await content.text()).toHaveLength(1024);
  });

  it('waits for a body that somebody reads', async () => {
    const server = await rawServer(declared(10, 'hello'));
    const client = makeClient({ strategy });
    const { content } = await client.request(server.url);
    const reading = content.text();
    const closing = client.close();
    (await server.next()).socket.write('world');
    expect(await reading).toBe('helloworld');
    await closing;
  });

  it('waits for a request that has no answer yet', async () => {
    const server = await rawServer();
    const client = makeClient({ strategy });
    const requested = client.request(server.url);
    const connection = await server.next();
    const closing = client.close();
    connection.socket.write(declared(5, 'hello'));
    expect(await (await requested).content.text()).toBe('hello');
    await closing;
  });
});

describe('a closed client', () => {
  it('takes no more requests', async () => {
    const client = makeClient({ strategy: chunkQueue });
    const closing = client.close();
    await expect(client.request('http://127.0.0.1/')).rejects.toMatchObject({ code: 'ERR_PIPE_STATE' });
    await closing;
    await client.close();
    await client.destroy();
    await client.close();
  });

  it('closes no dispatcher but its own', async () => {
    const server = await rawServer(declared(5, 'hello'));
    const dispatcher = createAgent();
    onTestFinished(() => dispatcher.close());
    const client = makeClient({ strategy: chunkQueue, dispatcher });
    await client.request(server.url);
    await client.close();
    await client.destroy();
    expect(dispatcher).toBeInstanceOf(Agent);
    expect(dispatcher.closed).toBe(false);
    const { content } = await makeClient({ strategy: chunkQueue, dispatcher }).request(server.url);
    expect(await content.text()).toBe('hello');
  });
});

describe('destroy()', () => {
  it('breaks off requests and bodies with its reason, behind what came', async () => {
    const waiting = await rawServer();
    const arriving = await rawServer(declared(10, 'hello'));
    const client = makeClient({ strategy: chunkQueue });
    const requested = client.request(waiting.url);
    const { content } = await client.request(arriving.url);
    await waiting.next();
    await content.reader.peek(5);
    const reason = new Error('shutting down');
    const destroyed = client.destroy(reason);
    await expect(requested).rejects.toBe(reason);
    expect(new TextDecoder().decode((await content.reader.read()) ?? undefined)).toBe('hello');
    await expect(content.reader.read()).rejects.toBe(reason);
    await destroyed;
  });

  it('takes any reason, and breaks off what goes through a dispatcher that is not its own', async () => {
    const waiting = await rawServer();
    const dispatcher = createAgent();
    onTestFinished(() => dispatcher.destroy());
    const client = makeClient({ strategy: chunkQueue, dispatcher });
    const requested = client.request(waiting.url).catch((reason: unknown) => reason);
    const { socket } = await waiting.next();
    await client.destroy('a reason');
    expect(await requested).toBe('a reason');
    await socketClosed(socket);
    expect(dispatcher.destroyed).toBe(false);
  });

  it('does not wait for what close() waits for', async () => {
    const server = await rawServer(declared(10, 'hello'));
    const client = makeClient({ strategy: chunkQueue });
    const { content } = await client.request(server.url);
    const reading = content.text().catch((reason: unknown) => reason);
    const closing = client.close();
    await client.destroy();
    await closing;
    expect(await reading).toMatchObject({ code: 'ERR_PIPE_CANCELLED' });
  });
});
