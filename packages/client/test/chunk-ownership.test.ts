import { describe, expect, it } from 'vitest';
import { mayChangeOwner, readsOwnMemory } from '../src/chunk-ownership.ts';
import { everyStrategy } from './every-strategy.ts';
import { httpServer } from './http-server.ts';
import { makeClient } from './make-client.ts';
import { patternedBytes, sha256 } from './patterned-bytes.ts';

describe('mayChangeOwner', () => {
  const read = new ArrayBuffer(1000);
  it.each([
    ['all of a read', 0, 1000, true],
    ['all behind the head', 100, 900, true],
    ['the last half', 500, 500, true],
    ['less than half', 501, 499, false],
    ['all but the last byte, which is still to be parsed', 0, 999, false],
    ['a piece in between', 10, 900, false],
  ])('of %s', (_, at, length, expected) => {
    expect(mayChangeOwner(new Uint8Array(read, at, length))).toBe(expected);
  });
});

describe('readsOwnMemory', () => {
  it.each([
    ['the default agent', undefined, true],
    ['pool sizes and TLS settings', { connections: 2, connect: { rejectUnauthorized: false } }, true],
    ['HTTP/2', { allowH2: true }, false],
    ['HTTP/2 without TLS', { h2Options: { useH2c: true } }, false],
    ['pipelining', { pipelining: 2 }, false],
    ["a connector of the user's", { connect: () => {} }, false],
  ])('with %s', (_, options, expected) => {
    expect(readsOwnMemory(options)).toBe(expected);
  });
});

describe.each(everyStrategy)('a chunk that a reader got, through $name', (strategy) => {
  // Sizes around the 64 KiB of a read, so that reads hold the end of one chunk and the start of the next.
  it.each([1000, 40_000, 65_536, 70_001, 200_000])(
    'may be transferred to another thread at once, and the rest arrives (chunks of %i)',
    async (length) => {
      const body = patternedBytes(3_000_000);
      const url = await httpServer((_, response) => {
        for (let at = 0; at < body.length; at += length) response.write(body.subarray(at, at + length));
        response.end();
      });
      // Marks below a read: the parser is stopped inside reads, and what it has not parsed waits in the socket.
      const { content } = await makeClient({ strategy, pipe: { highWaterMark: 4096 } }).request(url);
      const moved: Uint8Array[] = [];
      for await (const chunk of content.stream())
        moved.push(structuredClone(chunk, { transfer: [chunk.buffer] }));
      expect(sha256(...moved)).toBe(sha256(body));
    },
  );

  it('may be overwritten, whole memory and all, without touching another chunk', async () => {
    const body = patternedBytes(3_000_000);
    const url = await httpServer((_, response) => {
      for (let at = 0; at < body.length; at += 30_011) response.write(body.subarray(at, at + 30_011));
      response.end();
    });
    const { content } = await makeClient({ strategy }).request(url);
    const copies: Uint8Array[] = [];
    for await (const chunk of content.stream()) {
      copies.push(chunk.slice());
      new Uint8Array(chunk.buffer).fill(0xee);
    }
    expect(sha256(...copies)).toBe(sha256(body));
  });
});

describe.each(everyStrategy)('poison mode, through $name', (strategy) => {
  it('does not take memory away from the parser', async () => {
    const body = patternedBytes(2_000_000);
    const url = await httpServer((_, response) => response.end(body));
    const { content } = await makeClient({ strategy, pipe: { poison: true, highWaterMark: 4096 } }).request(
      url,
    );
    expect(sha256(await content.read())).toBe(sha256(body));
  });
});
