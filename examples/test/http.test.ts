import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { bytes } from '@millrace/core';
import { Agent } from 'undici';
import { describe, expect, it, onTestFinished } from 'vitest';
import { echoServer } from '../src/fastify-echo.ts';
import { exchange } from '../src/fetch-bodies.ts';
import { echoApp } from '../src/hono-echo.ts';
import { dispatched } from '../src/undici-dispatch.ts';
import { bodyIn, numbered } from './body.ts';
import { listen } from '@millrace/test-servers/listen';

const sent = numbered(700_001);

function hash(body: Uint8Array): string {
  return createHash('sha256').update(body).digest('hex');
}

describe('undici dispatch', () => {
  async function get(answer: Parameters<typeof createServer>[1]): Promise<Uint8Array> {
    const port = await listen(createServer(answer));
    const agent = new Agent();
    onTestFinished(() => agent.destroy());
    return bytes(dispatched(agent, `http://127.0.0.1:${port}`, '/'));
  }

  it('gives the whole body', async () => {
    expect(hash(await get((_request, response) => response.end(sent)))).toBe(hash(sent));
  });

  it('makes a body that breaks off an error', async () => {
    const answer = get((_request, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('half');
      setImmediate(() => response.destroy());
    });
    await expect(answer).rejects.toThrow(/other side closed|terminated|socket/i);
  });
});

describe('a body that is sent while it is made, and read while it comes,', () => {
  it('goes there and back through fetch and Fastify', async () => {
    const server = echoServer();
    await server.listen({ port: 0, host: '127.0.0.1' });
    onTestFinished(() => server.close());
    const { port } = server.server.address() as AddressInfo;
    const answer = await exchange(`http://127.0.0.1:${port}/echo`, bodyIn(sent, 10_007));
    expect(hash(await bytes(answer))).toBe(hash(sent));
  });

  it('goes there and back through fetch and Hono', async () => {
    const port = await listen(createAdaptorServer(echoApp));
    const answer = await exchange(`http://127.0.0.1:${port}/echo`, bodyIn(sent, 10_007));
    expect(hash(await bytes(answer))).toBe(hash(sent));
  });

  it('makes the request fail when it breaks off', async () => {
    const port = await listen(createAdaptorServer(echoApp));
    const broken = bodyIn(sent, 10_007, new Error('the disk is gone'));
    const answer = exchange(`http://127.0.0.1:${port}/echo`, broken).then((body) => bytes(body));
    await expect(answer).rejects.toThrow(/fetch failed|terminated/);
  });
});

it('a Hono handler answers 400 to a request without a body', async () => {
  expect((await echoApp.request('/echo', { method: 'POST' })).status).toBe(400);
});
