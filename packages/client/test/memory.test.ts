import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import chunkQueue from '@millrace/chunk-queue';
import { describe, expect, it } from 'vitest';
import type { Client } from '../src/index.ts';
import { everyProtocol, type HandleBoth } from './every-protocol.ts';
import { makeClient } from './make-client.ts';

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

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

const ways = everyProtocol.flatMap((protocol) => [
  { ...protocol, how: 'came to its end', path: '/whole' },
  // Over HTTP/2, Node's timer holds a stream that was given up.
  ...(protocol.name.startsWith('HTTP/1') ? [{ ...protocol, how: 'was given up', path: '/endless' }] : []),
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
    // A weak reference holds what it refers to until the turn of the event loop is over, and a connection that is closed the turns
    // that takes.
    for (let turns = 0; turns < 10; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(kept()).toEqual([]);
    content.cancel();
  });
});
