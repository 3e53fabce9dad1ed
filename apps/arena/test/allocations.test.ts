import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { differences, TOLERANCE_BYTES } from '../src/allocations/allocated.ts';
import type { Baseline } from '../src/allocations/allocated.ts';
import { countAllocations } from '../src/allocations/count-allocations.ts';

const { node, arch, allocated } = JSON.parse(
  readFileSync(new URL('../allocations.json', import.meta.url), 'utf8'),
) as Baseline;

describe('bytes allocated per chunk', () => {
  // Another engine lays out its objects otherwise: there is nothing to compare with.
  test.runIf(process.version === node && process.arch === arch)(
    'are those of the baseline; after a change that was meant, `pnpm --filter @millrace/arena allocations --update`',
    async () => {
      expect(differences(allocated, await countAllocations())).toEqual([]);
    },
  );

  test('no array buffer is allocated by readInto on the ring, but for the target of the whole body', () => {
    const { bufferBytes } = allocated['ring-buffer']?.['readInto/reused/lock-step/1KiB'] ?? {
      bufferBytes: NaN,
    };
    // 1 KiB over 1024 chunks.
    expect(bufferBytes).toBe(1);
  });
});

describe('a count that differs', () => {
  const one = { heapBytes: 200, bufferBytes: 0 };

  test('is named with what it was', () => {
    const more = { ring: { 'views/64B': { ...one, heapBytes: 200 + TOLERANCE_BYTES + 1 } } };
    expect(differences({ ring: { 'views/64B': one } }, more)).toEqual([
      `ring, views/64B: heapBytes is ${201 + TOLERANCE_BYTES}, was 200`,
    ]);
  });

  test('downwards is one too: the baseline is to be made anew', () => {
    const less = { ring: { 'views/64B': { ...one, heapBytes: 100 } } };
    expect(differences({ ring: { 'views/64B': one } }, less)).toHaveLength(1);
  });

  test('within the tolerance is none, and one that is missing is one', () => {
    const near = { ring: { 'views/64B': { ...one, heapBytes: 200 + TOLERANCE_BYTES } } };
    expect(differences({ ring: { 'views/64B': one } }, near)).toEqual([]);
    expect(differences({ ring: { 'views/64B': one } }, {})).toHaveLength(2);
  });
});
