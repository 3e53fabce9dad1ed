import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import chunkQueue from '@millrace/chunk-queue';
import { createPipe } from '@millrace/core';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { writeRead } from '../src/chunk-ownership.ts';
import { LONG_READ_BYTES, ReadMemory, SHORT_READ_BYTES } from '../src/read-memory.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';

const MIB = 1024 * 1024;

afterEach(() => vi.restoreAllMocks());

/** Takes what waits away, so that a test sees only its own. */
function leaseAll(): void {
  const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
  while (allocate.mock.calls.length === 0) ReadMemory.lease();
  allocate.mockRestore();
}

describe('memory that was read into', () => {
  it('is used again when the end of its read was copied', () => {
    leaseAll();
    const memory = ReadMemory.lease();
    const read = memory.filled(40_000);
    ReadMemory.letGo(read.subarray(10, 20));
    expect(ReadMemory.lease()).not.toBe(memory);
    ReadMemory.letGo(read.subarray(39_000));
    expect(ReadMemory.lease()).toBe(memory);
  });

  it('is let go once a read', () => {
    leaseAll();
    const memory = ReadMemory.lease();
    const read = memory.filled(LONG_READ_BYTES);
    ReadMemory.letGo(read);
    ReadMemory.letGo(read);
    expect([ReadMemory.lease(), ReadMemory.lease()].filter((leased) => leased === memory)).toHaveLength(1);
  });

  it('is none that others have made, nor what nobody has read into', () => {
    leaseAll();
    const foreign = Buffer.alloc(LONG_READ_BYTES);
    const memory = ReadMemory.lease();
    for (const bytes of [foreign, memory.bytes]) ReadMemory.letGo(bytes);
    expect([foreign, memory.bytes].map((bytes) => ReadMemory.holds(bytes))).toEqual([false, true]);
    expect(ReadMemory.lease()).not.toBe(memory);
  });

  it('waits in sixteen pieces at most', () => {
    leaseAll();
    for (const memory of Array.from({ length: 20 }, () => ReadMemory.lease()))
      ReadMemory.letGo(memory.filled(1000));
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    for (let count = 0; count < 20; count += 1) ReadMemory.lease();
    expect(allocate).toHaveBeenCalledTimes(4);
  });

  it.each(['headers', 'bodyChunkReceived', 'trailers'])(
    'is used once while somebody is told of %s, and may keep them',
    (event) => {
      leaseAll();
      const name = `undici:request:${event}`;
      const keep = (): void => {};
      subscribe(name, keep);
      const memory = ReadMemory.lease();
      ReadMemory.letGo(memory.filled(1000));
      unsubscribe(name, keep);
      expect(ReadMemory.lease()).not.toBe(memory);
    },
  );
});

describe('a copy of a short read', () => {
  const read = new Uint8Array(SHORT_READ_BYTES).fill(3);

  it('uses memory again that was let go, and no other', () => {
    const [first, second] = [ReadMemory.copyOf(read), ReadMemory.copyOf(read)];
    expect(first.buffer).not.toBe(second.buffer);
    ReadMemory.letGo(first.subarray(10, 20));
    expect(ReadMemory.copyOf(read).buffer).not.toBe(first.buffer);
    ReadMemory.letGo(first.subarray(20));
    const third = ReadMemory.copyOf(new Uint8Array(SHORT_READ_BYTES).fill(4));
    expect([third.buffer === first.buffer, third.every((byte) => byte === 4)]).toEqual([true, true]);
    expect(second.every((byte) => byte === 3)).toBe(true);
  });

  it('never goes into memory of a long one, nor the other way round', () => {
    leaseAll();
    const short = ReadMemory.copyOf(read);
    ReadMemory.letGo(short);
    const long = ReadMemory.lease();
    expect(long.bytes.length).toBe(LONG_READ_BYTES);
    ReadMemory.letGo(long.filled(40_000));
    expect(ReadMemory.copyOf(read).buffer.byteLength).toBe(SHORT_READ_BYTES);
  });

  it.each([
    [SHORT_READ_BYTES / 2 - 1, SHORT_READ_BYTES / 2 - 1],
    [SHORT_READ_BYTES / 2, SHORT_READ_BYTES],
    [SHORT_READ_BYTES, SHORT_READ_BYTES],
    [SHORT_READ_BYTES + 1, SHORT_READ_BYTES + 1],
  ])('of %i bytes lies in %i', (bytes, memoryBytes) => {
    const copy = ReadMemory.copyOf(new Uint8Array(bytes).fill(7));
    expect([copy.length, copy.buffer.byteLength, ReadMemory.holds(copy)]).toEqual([
      bytes,
      memoryBytes,
      memoryBytes === SHORT_READ_BYTES,
    ]);
    expect(copy.every((byte) => byte === 7)).toBe(true);
  });

  it('changes owner for good', () => {
    const copy = ReadMemory.copyOf(read);
    ReadMemory.giveAway(copy);
    ReadMemory.letGo(copy);
    expect([ReadMemory.holds(copy), ReadMemory.copyOf(read).buffer === copy.buffer]).toEqual([false, false]);
  });
});

describe('a chunk at the end of its read', () => {
  it.each([
    ['moves with its memory', 131_072, true],
    ['is copied, and its memory used again', 131_073, false],
  ])('%s, as one that ends at byte %i of its body', (_, receivedBytes, isMoved) => {
    leaseAll();
    const memory = ReadMemory.lease();
    const chunk = memory.filled(60_000).subarray(100).fill(5);
    const { writer, reader } = createPipe(chunkQueue);
    writeRead(writer, chunk, receivedBytes);
    ReadMemory.letGo(chunk);
    const isUsedAgain = ReadMemory.lease() === memory;
    memory.bytes.fill(isUsedAgain ? 6 : 5);
    const got = reader.tryRead() as Uint8Array;
    expect([got.buffer === memory.bytes.buffer, isUsedAgain]).toEqual([isMoved, !isMoved]);
    expect([got.length, got.every((byte) => byte === 5)]).toEqual([59_900, true]);
  });

  it('takes nothing along of what was read before it', () => {
    leaseAll();
    const before = ReadMemory.lease();
    before.bytes.fill(0xaa);
    ReadMemory.letGo(before.filled(LONG_READ_BYTES));
    const memory = ReadMemory.lease();
    expect(memory).toBe(before);
    const chunk = memory.filled(60_000).fill(5);
    const { writer, reader } = createPipe(chunkQueue);
    writeRead(writer, chunk, 60_000);
    const { buffer } = reader.tryRead() as Uint8Array;
    expect([buffer.byteLength, new Uint8Array(buffer).includes(0xaa)]).toEqual([LONG_READ_BYTES, false]);
  });

  it.each([
    ['shows under half of its memory', 30_000, 0, 30_000],
    ['has something behind it', 60_000, 0, 59_999],
  ])('is copied when it %s', (_, count, from, to) => {
    const chunk = ReadMemory.lease().filled(count).subarray(from, to);
    const { writer, reader } = createPipe(chunkQueue);
    writeRead(writer, chunk, to);
    expect(reader.tryRead()?.buffer).not.toBe(chunk.buffer);
  });
});

describe.each(everyStrategy)('a large body, through $name', (strategy) => {
  it('is read into a few pieces of memory, over and over', async () => {
    const body = patternedBytes(32 * MIB);
    const url = await httpServer((_, response) => response.end(body));
    const { content } = await makeClient({ strategy }).request(url);
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const chunks: Uint8Array[] = [];
    for await (const view of content.reader.views()) chunks.push(new Uint8Array(view));
    expect(sha256(...chunks)).toBe(sha256(body));
    expect(allocate.mock.calls.filter(([size]) => size === LONG_READ_BYTES).length).toBeLessThanOrEqual(16);
  });

  it('is copied out of a few pieces of memory, over and over, while its reader is slow', async () => {
    const body = patternedBytes(4 * MIB);
    const url = await httpServer((_, response) => response.end(body));
    // Every pause looks long.
    let nowMs = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (nowMs += 1000));
    const { content } = await makeClient({ strategy }).request(url);
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const chunks: Uint8Array[] = [];
    for await (const view of content.reader.views()) {
      chunks.push(new Uint8Array(view));
      // Until the server is paused, or all is there.
      for (let held = -1; held !== content.reader.size; await new Promise(setImmediate))
        held = content.reader.size;
    }
    expect(sha256(...chunks)).toBe(sha256(body));
    const made = (bytes: number): number => allocate.mock.calls.filter(([size]) => size === bytes).length;
    // Those of its first 128 KiB have moved.
    expect([made(LONG_READ_BYTES), made(SHORT_READ_BYTES) < 30]).toEqual([0, true]);
  });

  it('leaves alone what a small one behind it has got', async () => {
    const [large, small] = [patternedBytes(4 * MIB), patternedBytes(60_000, 7)];
    const url = await httpServer((request, response) =>
      response.end(request.url === '/small' ? small : large),
    );
    const client = makeClient({ strategy });
    const get = async (path: string): Promise<Uint8Array[]> => {
      const chunks: Uint8Array[] = [];
      const { content } = await client.request(new URL(path, url));
      for await (const chunk of content.stream()) chunks.push(chunk);
      return chunks;
    };
    await get('/large');
    const allocate = vi.spyOn(Buffer, 'allocUnsafeSlow');
    const kept = await get('/small');
    expect(sha256(...kept)).toBe(sha256(small));
    for (let round = 0; round < 3; round += 1) await get('/large');
    expect(sha256(...kept)).toBe(sha256(small));
    expect(allocate.mock.calls.filter(([size]) => size === LONG_READ_BYTES).length).toBeLessThanOrEqual(16);
  });

  // Sizes around that of a read, so that reads hold the end of one chunk and the start of the next.
  it.each([undefined, 1000, 40_000, 65_536, 70_001, 200_000])(
    'has every byte, though what was let go is overwritten at once (chunks of %s)',
    async (length) => {
      const letGo = ReadMemory.letGo.bind(ReadMemory);
      const overwriting = new Uint8Array(SHORT_READ_BYTES);
      const overwritten = { long: 0, short: 0 };
      vi.spyOn(ReadMemory, 'letGo').mockImplementation((chunk) => {
        letGo(chunk);
        const isLong = chunk.buffer.byteLength === LONG_READ_BYTES;
        const next = isLong ? ReadMemory.lease().filled(LONG_READ_BYTES) : ReadMemory.copyOf(overwriting);
        if (next.buffer === chunk.buffer) {
          next.fill(0xee);
          overwritten[isLong ? 'long' : 'short'] += 1;
        }
        letGo(next);
      });
      const body = patternedBytes(3 * MIB);
      const url = await httpServer((_, response) => {
        if (length === undefined) response.setHeader('content-length', body.length);
        else for (let at = 0; at < body.length; at += length) response.write(body.subarray(at, at + length));
        response.end(length === undefined ? body : undefined);
      });
      const client = makeClient({ strategy });
      const bodies = Array.from({ length: 4 }, async () =>
        sha256(await (await client.request(url)).content.read()),
      );
      expect(await Promise.all(bodies)).toEqual(bodies.map(() => sha256(body)));
      expect(Math.min(overwritten.long, overwritten.short)).toBeGreaterThan(10);
    },
  );
});
