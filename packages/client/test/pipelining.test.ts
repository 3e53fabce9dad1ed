import { once } from 'node:events';
import chunkQueue from '@millrace/chunk-queue';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent, type AgentOptions } from '../src/index.ts';
import { makeClient } from './make-client.ts';
import { rawServer } from './raw-server.ts';

const beginning = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nfirst\r\n';

describe.each([
  ['made with createAgent', createAgent],
  ['of undici', (options: AgentOptions): Agent => new Agent(options)],
])('with pipelining, over an agent %s,', (_, makeAgent) => {
  // undici closes their connection then, and sends the one whose answer has begun anew on the next.
  it('a body fails when a request behind it is aborted, and goes on with nothing else [P1]', async () => {
    const server = await rawServer(beginning);
    const dispatcher = makeAgent({ connections: 1, pipelining: 2 });
    onTestFinished(() => dispatcher.destroy());
    const client = makeClient({ strategy: chunkQueue, dispatcher });
    const { content } = await client.request(server.url, { path: '/first' });
    const connection = await server.next();
    const controller = new AbortController();
    const second = client.request(server.url, { path: '/second', signal: controller.signal });
    while (!connection.received().includes('GET /second ')) await once(connection.socket, 'data');
    controller.abort('a reason');
    await expect(second).rejects.toBe('a reason');
    // The first one was not sent a second time.
    const third = client.request(server.url, { path: '/third' });
    expect((await server.next()).received()).toMatch(/^GET \/third /);
    await third;
    let received = '';
    const reading = (async () => {
      for await (const chunk of content.stream()) received += Buffer.from(chunk).toString();
    })();
    await expect(reading).rejects.toMatchObject({ code: 'UND_ERR_SOCKET' });
    expect([received, content.complete]).toEqual(['first', false]);
  });
});
