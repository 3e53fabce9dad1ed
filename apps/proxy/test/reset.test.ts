import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '@millrace/test-servers/listen';
import { reset } from '../src/listener/reset.ts';

/** Both ends of a connection; what the far one sees of its end. */
async function connected(): Promise<{ near: net.Socket; end: Promise<string> }> {
  const server = net.createServer();
  const accepted = once(server, 'connection') as Promise<[net.Socket]>;
  const far = net.connect(await listen(server), '127.0.0.1');
  const [[near]] = await Promise.all([accepted, once(far, 'connect')]);
  onTestFinished(() => void far.destroy());
  const end = new Promise<string>((resolve) => {
    far.on('end', () => resolve('in good order')).on('error', ({ message }) => resolve(message));
  });
  near.on('error', () => {});
  far.resume();
  return { near, end };
}

describe('a connection', () => {
  it('is reset', async () => {
    const { near, end } = await connected();
    near.write('half');
    const closed = once(near, 'close');
    reset(near);
    await closed;
    expect(await end).toBe('read ECONNRESET');
  });

  it('is closed all the same where its end is on its way', async () => {
    const { near, end } = await connected();
    near.end();
    const closed = once(near, 'close');
    reset(near);
    await closed;
    expect(await end).toBe('in good order');
  });

  it('is reset where its end waits for what is in front of it', async () => {
    const { near, end } = await connected();
    near.end(Buffer.alloc(64 * 1024 * 1024));
    const closed = once(near, 'close');
    reset(near);
    await closed;
    expect(await end).toBe('read ECONNRESET');
  });
});
