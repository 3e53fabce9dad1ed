import { once } from 'node:events';
import net, { type Socket } from 'node:net';
import { listen } from '@millrace/test-servers/listen';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { SocketReads } from '../src/socket-reads.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';

const KIB = 1024;

afterEach(() => vi.restoreAllMocks());

/** A socket that reads so, its other end, and the chunks that it was given. */
async function connected() {
  const server = net.createServer();
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const port = await listen(server);
  const reads = new SocketReads();
  const socket = net.connect({ port, host: '127.0.0.1', onread: reads.onread });
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  reads.connected(socket);
  const [far] = await accepted;
  far.on('error', () => {});
  const chunks: Buffer[] = [];
  let isReading = true;
  // As undici reads.
  const read = (): void => {
    while (isReading) {
      const chunk = socket.read() as Buffer | null;
      if (chunk === null) return;
      chunks.push(chunk);
    }
  };
  socket.on('readable', read);
  return {
    reads,
    chunks,
    far,
    size: () => chunks.reduce((sum, { length }) => sum + length, 0),
    pause: () => {
      isReading = false;
      reads.pause();
    },
    resume: () => {
      isReading = true;
      read();
    },
    ended: once(socket, 'end'),
    socket,
  };
}

/** Lets turns of the event loop pass until many have left the figure alone. */
async function untilIdle(figure: () => number): Promise<void> {
  for (let before = -1, idleTurns = 0; idleTurns < 200; idleTurns += 1) {
    if (figure() !== before) idleTurns = 0;
    before = figure();
    await new Promise(setImmediate);
  }
}

describe('a connection', () => {
  it('gets every byte, many at once through the memory they share', async () => {
    const connections = await Promise.all(Array.from({ length: 16 }, connected));
    const bodies = connections.map((_, index) => patternedBytes(300_000 + 4_097 * index, index + 1));
    for (const [index, { far }] of connections.entries()) {
      const body = bodies[index] as Uint8Array;
      // From a few bytes a write to many, so that reads of every kind mix.
      for (let at = 0, step = index + 1; at < body.length; at += step, step = Math.min(step * 2, 90_001))
        far.write(body.subarray(at, at + step));
      far.end();
    }
    await Promise.all(connections.map(({ ended }) => ended));
    for (const [index, { chunks }] of connections.entries())
      expect(sha256(...chunks)).toBe(sha256(bodies[index] as Uint8Array));
  });

  it('gives every chunk memory of its own, and most of it is that chunk', async () => {
    const { far, chunks, ended } = await connected();
    far.end(patternedBytes(8 * KIB * KIB));
    await ended;
    expect(new Set(chunks.map(({ buffer }) => buffer)).size).toBe(chunks.length);
    for (const { length, buffer } of chunks) expect(buffer.byteLength).toBeLessThanOrEqual(length * 2);
  });

  it('reads in short pieces until it is sure that its reader keeps up, and then in long ones', async () => {
    const { far, chunks, ended } = await connected();
    far.end(patternedBytes(8 * KIB * KIB));
    await ended;
    expect(chunks[0]?.length).toBeLessThanOrEqual(16 * KIB);
    expect(Math.max(...chunks.map(({ length }) => length))).toBeGreaterThanOrEqual(64 * KIB);
  });

  it('takes nothing while it is paused, and goes on when it is read', async () => {
    const { far, socket, size, pause, resume, ended } = await connected();
    const body = patternedBytes(4 * KIB * KIB);
    far.write(body.subarray(0, 1000));
    await untilIdle(size);
    pause();
    const taken = socket.bytesRead;
    far.end(body.subarray(1000));
    await untilIdle(() => socket.bytesRead);
    expect([socket.bytesRead, socket.readableLength]).toEqual([taken, 0]);
    resume();
    await ended;
    expect(size()).toBe(body.length);
  });

  it.each([
    ['long', 'short', 50],
    ['short', 'long', 49],
  ])('goes on after a %s pause in %s pieces', async (_, pieces, pauseMs) => {
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    const { far, chunks, size, pause, resume } = await connected();
    far.write(patternedBytes(2 * KIB * KIB));
    await untilIdle(size);
    pause();
    far.write(patternedBytes(512 * KIB));
    const before = chunks.length;
    now.mockReturnValue(pauseMs);
    resume();
    await untilIdle(size);
    // What the first one goes into was laid out before the pause.
    const after = chunks.slice(before + 1, before + 8).map(({ length }) => length);
    expect(Math.max(...after) > 16 * KIB ? 'long' : 'short').toBe(pieces);
  });
});
