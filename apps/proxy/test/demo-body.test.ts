import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { BLOCK_BYTES, demoBody, demoSha256 } from '../src/demo/demo-body.ts';

const wholeOf = (size: number): Buffer => Buffer.concat([...demoBody(size)]);

describe('a demo body', () => {
  it.each([
    0,
    1,
    7,
    8,
    9,
    1000,
    BLOCK_BYTES - 1,
    BLOCK_BYTES,
    BLOCK_BYTES + 1,
    BLOCK_BYTES + 8,
    BLOCK_BYTES + 9,
    3 * BLOCK_BYTES,
  ])('of %i bytes has that many, none of its pieces empty', (size) => {
    const pieces = [...demoBody(size)];
    expect(pieces.reduce((sum, { length }) => sum + length, 0)).toBe(size);
    expect(pieces.every(({ length }) => length > 0)).toBe(true);
  });

  it('is the beginning of every longer one', () => {
    const long = wholeOf(2 * BLOCK_BYTES + 100);
    expect(wholeOf(BLOCK_BYTES + 50).equals(long.subarray(0, BLOCK_BYTES + 50))).toBe(true);
    expect(wholeOf(3).equals(long.subarray(0, 3))).toBe(true);
  });

  it('has no two blocks alike, and no two parts of a block', () => {
    const body = wholeOf(4 * BLOCK_BYTES);
    const parts = new Set<string>();
    for (let at = 0; at < BLOCK_BYTES; at += 16) parts.add(body.toString('latin1', at, at + 16));
    expect(parts.size).toBe(BLOCK_BYTES / 16);
    const blocks = [0, 1, 2, 3].map((block) =>
      body.toString('latin1', block * BLOCK_BYTES, (block + 1) * BLOCK_BYTES),
    );
    expect(new Set(blocks).size).toBe(4);
  });

  it('has the hash that it says', async () => {
    const size = 33 * BLOCK_BYTES + 5;
    expect(await demoSha256(size)).toBe(createHash('sha256').update(wholeOf(size)).digest('hex'));
  });

  it('stays the same from version to version', async () => {
    expect(await demoSha256(0)).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855');
    expect(await demoSha256(1_000_000)).toBe(
      '71d8857dee914271a3b42da649fbb46490b97eb844474999737f928a59a99726',
    );
  });
});
