import { once } from 'node:events';
import net from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { listen } from '@millrace/test-servers/listen';
import { bytes } from '@millrace/core';
import { tunnelOver, type Tunnel, type TunnelOverOptions } from '../src/index.ts';
import { everyStrategy } from './every-strategy.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';
import { socketClosed } from './socket-closed.ts';

describe.each(everyStrategy)('a tunnel over a connection of one’s own, through $name', (strategy) => {
  const opened = async (
    options: Partial<TunnelOverOptions> = {},
  ): Promise<[Tunnel, far: net.Socket, near: net.Socket]> => {
    const server = net.createServer({ allowHalfOpen: true });
    const port = await listen(server);
    const accepted = once(server, 'connection') as Promise<[net.Socket]>;
    const near = net.connect(port, '127.0.0.1');
    const [far] = await accepted;
    far.on('error', () => {});
    onTestFinished(() => void near.destroy());
    return [tunnelOver(near, { strategy, ...options }), far, near];
  };

  it('carries every byte both ways, and ends each way by itself', async () => {
    const [tunnel, far] = await opened();
    const body = patternedBytes(1_000_003, 1);
    far.pipe(far);
    const writes = (async () => {
      for (let at = 0; at < body.length; at += 70_001) {
        tunnel.writer.writeCopy(body.subarray(at, at + 70_001));
        await tunnel.writer.ready();
      }
      tunnel.writer.end();
    })();
    const chunks: Uint8Array[] = [];
    for await (const chunk of tunnel.reader) chunks.push(chunk);
    await writes;
    expect(sha256(...chunks)).toBe(sha256(body));
    expect(await tunnel.closed).toMatchObject({
      received: { outcome: 'ended', delivered: body.length },
      sent: { outcome: 'ended', delivered: body.length },
    });
  });

  it('is no clean end when the other end resets it [P3]', async () => {
    const [tunnel, far] = await opened();
    far.write('half');
    await tunnel.reader.read({ min: 4 });
    far.resetAndDestroy();
    await expect(tunnel.reader.read()).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('is closed when it is destroyed while its end goes out', async () => {
    const [tunnel, far, near] = await opened();
    far.resume();
    if (near.connecting) await once(near, 'connect');
    tunnel.writer.end();
    while (!near.writableEnded) await Promise.resolve();
    tunnel.destroy();
    await once(near, 'close');
    expect(await tunnel.closed).toMatchObject({
      received: { outcome: 'failed' },
      sent: { outcome: 'ended' },
    });
  });

  it('tells onPaused, and is reset with what that throws', async () => {
    const mistake = new Error('a mistake in a callback');
    const [tunnel, far] = await opened({
      pipe: { highWaterMark: 1000 },
      onPaused: () => {
        throw mistake;
      },
    });
    far.resume().write(patternedBytes(5000, 1));
    await socketClosed(far);
    await expect(bytes(tunnel.reader)).rejects.toBe(mistake);
  });

  it('takes no marks that can never work, and leaves the connection alone', () => {
    const connection = new net.Socket();
    expect(() => tunnelOver(connection, { strategy, pipe: { highWaterMark: -1 } })).toThrow(/highWaterMark/);
    expect(connection.listenerCount('data')).toBe(0);
  });
});

it.each([undefined, 5, {}])('a tunnel over %j is refused, which is no connection', (connection) => {
  const options: TunnelOverOptions = { strategy: everyStrategy[0] as TunnelOverOptions['strategy'] };
  expect(() => tunnelOver(connection as never, options)).toThrow(
    expect.objectContaining({ code: 'ERR_PIPE_ARGUMENT', value: connection }),
  );
});
