import { createHash } from 'node:crypto';
import { gunzipSync, gzipSync } from 'node:zlib';
import { bytes } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { compressed } from '../src/gzip-in-the-middle.ts';
import { hashInWorker } from '../src/hash-in-worker.ts';
import { decompressed } from '../src/pipe-through.ts';
import { bodyIn, numbered } from './body.ts';

const sent = numbered(300_001);

describe('gzip in the middle', () => {
  it('compresses a body that can be read back', async () => {
    expect(Buffer.compare(gunzipSync(await bytes(compressed(bodyIn(sent, 9_973)))), sent)).toBe(0);
  });

  it('passes a failure on as a failure', async () => {
    const failure = new Error('the source broke');
    await expect(bytes(compressed(bodyIn(sent, 9_973, failure)))).rejects.toThrow('the source broke');
  });
});

describe('a transform of the platform', () => {
  it('stands between two pipes', async () => {
    const packed = new Uint8Array(gzipSync(sent));
    expect(Buffer.compare(await bytes(decompressed(bodyIn(packed, 1_009), 'gzip')), sent)).toBe(0);
  });

  it('makes what it cannot read a failure', async () => {
    await expect(bytes(decompressed(bodyIn(sent, 1_009), 'gzip'))).rejects.toBeInstanceOf(TypeError);
  });
});

it('a worker hashes a body whose chunks change thread', async () => {
  const expected = createHash('sha256').update(sent).digest('hex');
  expect(await hashInWorker(bodyIn(sent, 9_973))).toBe(expected);
});
