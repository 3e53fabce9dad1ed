import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { LONG_READ_BYTES, ReadMemory } from '../src/read-memory.ts';
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

  // Sizes around that of a read, so that reads hold the end of one chunk and the start of the next.
  it.each([undefined, 1000, 40_000, 65_536, 70_001, 200_000])(
    'has every byte, though what was let go is overwritten at once (chunks of %s)',
    async (length) => {
      const letGo = ReadMemory.letGo.bind(ReadMemory);
      let overwritten = 0;
      vi.spyOn(ReadMemory, 'letGo').mockImplementation((chunk) => {
        letGo(chunk);
        const next = ReadMemory.lease();
        if (next.bytes.buffer !== chunk.buffer) return;
        overwritten += 1;
        next.bytes.fill(0xee);
        letGo(next.filled(1));
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
      expect(overwritten).toBeGreaterThan(10);
    },
  );
});
