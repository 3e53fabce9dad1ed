import { once } from 'node:events';
import type { Socket } from 'node:net';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { text } from '@millrace/core';
import { everyStrategy } from './every-strategy.ts';
import { makeClient } from './make-client.ts';
import { rawServer } from './raw-server.ts';

/**
 * As Node with this libuv says it is. The one that runs this need not take a reset for an end; but it, too, says `end` of
 * a connection that was reset when a FIN had come first, and by then nobody can tell the two apart.
 */
function withLibuv(version: string): void {
  vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, uv: version });
}

/** The last one that takes a reset for an end. */
const OLD_LIBUV = '1.51.0';

afterEach(() => vi.restoreAllMocks());

/** Ends a connection and resets it, in one turn: its other end sees both at once. */
async function endAndReset(far: Socket, last = ''): Promise<void> {
  far.end(last);
  await once(far, 'finish');
  far.resetAndDestroy();
  await once(far, 'close');
}

describe.each(everyStrategy)('over a libuv that takes resets for ends, through $name,', (strategy) => {
  it.each([
    ['undici', undefined],
    ['node:http', { method: 'POST', body: 'a', expectContinue: true, continueTimeoutMs: 1 }],
  ])('a body that %s reads to the end of its connection is whole at its end alone', async (_, options) => {
    withLibuv(OLD_LIBUV);
    const server = await rawServer('HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n');
    const client = makeClient({ strategy });
    for (const isReset of [false, true]) {
      const response = client.request(server.url, options);
      const { socket } = await server.next();
      const { content } = await response;
      const reading = content.text();
      if (isReset) await endAndReset(socket, 'some of it');
      else socket.end('all of it');
      if (isReset) await expect(reading).rejects.toMatchObject({ code: 'ECONNRESET' });
      else expect(await reading).toBe('all of it');
      expect(content.complete).toBe(!isReset);
    }
  });

  it('one with a length is whole when its connection is reset behind it', async () => {
    withLibuv(OLD_LIBUV);
    const head = 'HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 9\r\n\r\n';
    const server = await rawServer(head);
    const response = makeClient({ strategy }).request(server.url, {
      method: 'POST',
      body: 'a',
      expectContinue: true,
      continueTimeoutMs: 1,
    });
    const { socket } = await server.next();
    const { content } = await response;
    const reading = content.text();
    await endAndReset(socket, 'all of it');
    expect(await reading).toBe('all of it');
  });

  it('a tunnel that is reset has not ended', async () => {
    withLibuv(OLD_LIBUV);
    const server = await rawServer(
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: a\r\n\r\n',
    );
    const answer = makeClient({ strategy }).upgrade(server.url, { protocol: 'a' });
    const { socket } = await server.next();
    const { tunnel } = await answer;
    await endAndReset(socket, 'some');
    await expect(text(tunnel!.reader)).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await tunnel!.closed).sent).toMatchObject({ outcome: 'cancelled' });
  });
});
