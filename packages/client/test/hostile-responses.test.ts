import net from 'node:net';
import { listen } from '@millrace/test-servers/listen';
import { describe, expect, it } from 'vitest';
import { everyStrategy } from './every-strategy.ts';
import { makeClient } from './make-client.ts';

const body = 'hello';
const smuggled = 'HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nsmuggled';

/** Responses that two readers may take differently: refused, and whatever follows them is nobody's answer. */
const ambiguous: Readonly<Record<string, string>> = {
  'a length and chunks': 'content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'chunks and a length': 'transfer-encoding: chunked\r\ncontent-length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n',
  'two lengths': 'content-length: 5\r\ncontent-length: 6\r\n\r\nhello!',
  'two lengths on one line': 'content-length: 5, 6\r\n\r\nhello!',
  'a signed length': 'content-length: +5\r\n\r\nhello',
  'a hexadecimal length': 'content-length: 0x5\r\n\r\nhello',
  'an empty length': 'content-length:\r\n\r\nhello',
  'a length beyond what can be counted': 'content-length: 99999999999999999999\r\n\r\nhello',
  'a space before the colon': 'content-length : 5\r\n\r\nhello',
  'a header that is folded': 'x-a: b\r\n content-length: 5\r\n\r\nhello',
  'a NUL in a header': 'x-a: b\0c\r\ncontent-length: 5\r\n\r\nhello',
  'a chunk size that is none': 'transfer-encoding: chunked\r\n\r\nfive\r\nhello\r\n0\r\n\r\n',
  'a chunk longer than its size': 'transfer-encoding: chunked\r\n\r\n4\r\nhello\r\n0\r\n\r\n',
};

describe.each(everyStrategy)('a connection, with $name', (strategy) => {
  it.each(Object.entries(ambiguous))('is not used again after a response with %s', async (_, response) => {
    const server = await scriptedServer([`HTTP/1.1 200 OK\r\n${response}${smuggled}`, good('second')]);
    const client = makeClient({ strategy, agent: { connections: 1 } });
    const first = client.request(server.url).then(({ content }) => content.text());
    await expect(first).rejects.toBeInstanceOf(Error);
    const second = await client.request(server.url, { path: '/second' });
    expect(await second.content.text()).toBe('second');
    expect(server.connections()).toBe(2);
  });

  it.each<[string, string, string, string]>([
    ['GET', 'more bytes than it declares', `content-length: 5\r\n\r\n${body}`, body],
    [
      'GET',
      'bytes behind its last chunk',
      `transfer-encoding: chunked\r\n\r\n5\r\n${body}\r\n0\r\n\r\n`,
      body,
    ],
    ['HEAD', 'a body that HEAD cannot have', `content-length: 5\r\n\r\n${body}`, ''],
    ['GET', 'a body that declares to be empty', 'content-length: 0\r\n\r\n', ''],
  ])('gives a whole %s response, and nothing of what follows: %s', async (method, _, response, text) => {
    const server = await scriptedServer([`HTTP/1.1 200 OK\r\n${response}${smuggled}`, good('second')]);
    const client = makeClient({ strategy, agent: { connections: 1 } });
    const { content } = await client.request(server.url, { method });
    expect(await content.text()).toBe(text);
    const second = await client.request(server.url, { path: '/second' });
    expect(await second.content.text()).toBe('second');
    expect(server.connections()).toBe(2);
  });

  it.each([204, 304])('gives nothing of a body behind a %i that declares one', async (status) => {
    const server = await scriptedServer([
      `HTTP/1.1 ${status} OK\r\ncontent-length: 5\r\n\r\n${body}${smuggled}`,
      good('second'),
    ]);
    const client = makeClient({ strategy, agent: { connections: 1 } });
    const { content } = await client.request(server.url);
    expect(await content.read()).toHaveLength(0);
    const second = await client.request(server.url, { path: '/second' });
    expect(await second.content.text()).toBe('second');
    expect(server.connections()).toBe(2);
  });

  it('gives no answer that came before it was asked', async () => {
    const server = await scriptedServer([good('first'), good('second')]);
    const client = makeClient({ strategy, agent: { connections: 1 } });
    expect(await (await client.request(server.url)).content.text()).toBe('first');
    server.write(0, smuggled);
    const second = await client.request(server.url, { path: '/second' });
    expect(await second.content.text()).toBe('second');
  });
});

function good(text: string): string {
  return `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
}

/** A TCP server that answers the first request on its n-th connection with the n-th response, byte for byte. */
async function scriptedServer(responses: readonly string[]) {
  const sockets: net.Socket[] = [];
  const server = net.createServer((socket) => {
    const response = responses[sockets.push(socket) - 1] ?? '';
    socket.on('error', () => {}).once('data', () => socket.write(response, 'latin1'));
  });
  return {
    url: `http://127.0.0.1:${await listen(server)}/`,
    connections: () => sockets.length,
    write: (connection: number, bytes: string) => sockets[connection]?.write(bytes, 'latin1'),
  };
}
