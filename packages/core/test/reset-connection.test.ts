import { once } from 'node:events';
import { Duplex } from 'node:stream';
import { connect } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { failOnReset, resetConnection } from '../src/node.ts';
import { connected } from './broken-connections.ts';

/** A connection that is about to be reset, and how it then ends on its other side. */
async function resettable() {
  const { socket: near, far } = await connected();
  onTestFinished(() => void far.destroy());
  failOnReset(far);
  const end = new Promise<string>((resolve) => {
    const tell = (): void => resolve(far.errored?.message ?? 'in good order');
    far.on('end', tell).on('error', tell);
  });
  far.resume();
  return { near, end };
}

describe('a connection', () => {
  test('is reset', async () => {
    const { near, end } = await resettable();
    near.write('half');
    const closed = once(near, 'close');
    resetConnection(near);
    await closed;
    expect(await end).toBe('read ECONNRESET');
  });

  test('is closed all the same where its end is on its way', async () => {
    const { near, end } = await resettable();
    near.end();
    const closed = once(near, 'close');
    resetConnection(near);
    await closed;
    expect(await end).toBe('in good order');
  });

  test('is reset where its end waits for what is in front of it', async () => {
    const { near, end } = await resettable();
    near.end(Buffer.alloc(64 * 1024 * 1024));
    const closed = once(near, 'close');
    resetConnection(near);
    await closed;
    expect(await end).toBe('read ECONNRESET');
  });

  test('of TLS is destroyed, with the reason', async () => {
    const { socket, far } = await connected();
    const near = connect({ socket });
    onTestFinished(() => void far.destroy());
    const reason = new Error('broken off');
    const failed = once(near, 'error');
    resetConnection(near, reason);
    expect(await failed).toEqual([reason]);
  });
});

test('a stream that is no socket is destroyed, with the reason', async () => {
  const stream = new Duplex({ read: () => {}, write: () => {} });
  const reason = new Error('broken off');
  const failed = once(stream, 'error');
  resetConnection(stream, reason);
  expect(await failed).toEqual([reason]);
});
