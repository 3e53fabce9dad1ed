import { createPipe } from '@millrace/core';
import { expect, test, vi } from 'vitest';
import { laws } from '../src/laws.ts';
import { conformance } from '../src/vitest.ts';
import { growingStrategy } from './stores/growing-store.ts';
import { ringStrategy } from './stores/ring-store.ts';

/**
 * The chunks of a script are short, so that every order of them can be tried, and none would go past the store of a pipe. Here
 * all do that have more than one byte, and the laws of a pipe are held of every mixture of both.
 */
vi.mock('../../core/src/long-chunk.ts', () => ({
  isLong: (length: number) => length > 1,
  isWorthKeeping: (length: number) => length > 1,
}));

test('chunks of two bytes go past the store of a pipe here', () => {
  const { writer, reader } = createPipe(growingStrategy);
  for (const bytes of [2, 1, 3, 1, 1]) writer.write(new Uint8Array(bytes));
  expect([1, 2, 3, 4].map(() => reader.tryRead()?.length)).toEqual([2, 1, 3, 1]);
});

const pipeLaws = laws.map(({ id }) => id).filter((id) => id.startsWith('P'));

for (const strategy of [growingStrategy, ringStrategy]) conformance(strategy, { createPipe, laws: pipeLaws });
