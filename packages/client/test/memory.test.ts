import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import chunkQueue from '@millrace/chunk-queue';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { Client } from '../src/index.ts';
import { LONG_READ_BYTES } from '../src/read-memory.ts';
import { everyProtocol, type HandleBoth } from './every-protocol.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

const CONNECTIONS = 40;
/** What waits to be read into, of either connection. */
const MOST_SPARE = 16;

afterEach(() => vi.restoreAllMocks());

/** A weak reference holds what it refers to until the turn of the event loop is over, and a connection takes some to close. */
async function someTurns(): Promise<void> {
  for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
}

const answer: HandleBoth = (request, response) => {
  request.resume();
  response.writeHead(200);
  if (request.url === '/endless') response.write('and so on');
  else response.end('the end');
};

/** What an exchange was given, and what it gave. */
type Left = Record<'payload' | 'listener' | 'answer', WeakRef<object>>;

async function exchange(client: Client, url: string, path: string): Promise<Left> {
  const body = new Uint8Array(100_000);
  const onInformation = (): void => {};
  const { content } = await client.request(url, { method: 'POST', path, body, onInformation });
  if (path === '/endless') {
    await content.reader.read();
    content.cancel();
  } else await content.text();
  return {
    payload: new WeakRef(body),
    listener: new WeakRef(onInformation),
    answer: new WeakRef(content),
  };
}

/** Answers with as much as is read. */
function serveEndless(): Promise<string> {
  const piece = new Uint8Array(65_536);
  return httpServer((_, response) => {
    const pour = (): void => {
      while (!response.destroyed && response.write(piece));
    };
    response.on('drain', pour);
    pour();
  });
}

/** Reads enough that the connection is believed to be fast, and leaves. */
async function readMuch(client: Client, url: string): Promise<void> {
  const { content } = await client.request(url);
  let bytes = 0;
  for await (const { length } of content.stream()) if ((bytes += length) > 4_000_000) break;
}

const ways = everyProtocol.flatMap((protocol) => [
  { ...protocol, how: 'came to its end', path: '/whole' },
  { ...protocol, how: 'was given up', path: '/endless' },
]);

describe('the last exchange of a connection leaves nothing in memory', () => {
  it.each(ways)('when it $how, over $name', async ({ agent, serve, path }) => {
    const url = await serve(answer);
    const client = makeClient({ strategy: chunkQueue, agent });
    // It keeps the pool, and with it what the other connection was.
    const { content } = await client.request(url, { path: '/endless' });
    const left = await exchange(client, url, path);
    const kept = (): string[] => {
      collectGarbage();
      return Object.entries(left).flatMap(([name, ref]) => (ref.deref() === undefined ? [] : [name]));
    };
    await someTurns();
    expect(kept()).toEqual([]);
    content.cancel();
  });
});

it('a request that was given up while it waited for a connection leaves nothing in memory', async () => {
  const url = await serveEndless();
  const client = makeClient({ strategy: chunkQueue, agent: { connections: 1 } });
  const { content } = await client.request(url);
  const giveUp = async (): Promise<WeakRef<object>> => {
    const body = new Uint8Array(100_000);
    const controller = new AbortController();
    const waiting = client.request(url, { method: 'POST', body, signal: controller.signal });
    controller.abort('a reason');
    await expect(waiting).rejects.toBe('a reason');
    return new WeakRef(body);
  };
  const body = await giveUp();
  await someTurns();
  collectGarbage();
  expect(body.deref()).toBeUndefined();
  content.cancel();
});

it('connections that are closed have nothing to read into, though their pool knows them still', async () => {
  const url = await serveEndless();
  const client = makeClient({ strategy: chunkQueue });
  const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
  // It keeps the pool.
  const { content } = await client.request(url);
  await Promise.all(Array.from({ length: CONNECTIONS }, () => readMuch(client, url)));
  const longReads = allocate.mock.results.flatMap(({ value }) => {
    const { buffer } = value as Buffer;
    return buffer.byteLength === LONG_READ_BYTES ? [new WeakRef(buffer)] : [];
  });
  expect(longReads.length).toBeGreaterThan(MOST_SPARE);
  allocate.mockReset();
  await someTurns();
  collectGarbage();
  expect(longReads.filter((buffer) => buffer.deref() !== undefined).length).toBeLessThanOrEqual(MOST_SPARE);
  content.cancel();
});
