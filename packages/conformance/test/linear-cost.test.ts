import type { BufferStrategy } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { conformance } from '../src/index.ts';
import type { Result } from '../src/index.ts';
import { GrowingStore, growingStrategy } from './stores/growing-store.ts';

/** A store that copies so many bytes, besides what it has to, for each drop of `count` from a large one. */
function copying(bytesFor: (count: number, size: number) => number): BufferStrategy {
  return {
    ...growingStrategy,
    createStore: () =>
      new (class extends GrowingStore {
        scratch = new Uint8Array(0);

        override drop(count: number): void {
          if (this.size > 16_384) this.scratch = new Uint8Array(new Uint8Array(bytesFor(count, this.size)));
          super.drop(count);
        }
      })(),
  };
}

async function judged(strategy: BufferStrategy): Promise<Result> {
  const one = conformance(strategy, { laws: ['S9'] }).find(({ label }) => label === 'S9.linear12');
  if (one === undefined) throw new Error('There is no such case');
  return one.run();
}

describe('linear cost', () => {
  it('is seen in a store that costs nothing while it is small and eight times its bytes when it is large', async () => {
    expect(await judged(copying((count) => 8 * count))).toMatchObject({
      status: 'pass',
      evidence: { checks: 3 },
    });
  });

  it('is missed in a store that copies all it holds once it is large', async () => {
    const { status, message } = await judged(copying((_, size) => size));
    expect(status).toBe('fail');
    expect(message).toMatch(/units for n = 150, \d+ for n = 2400, \d+ for n = 9600/);
  });
});
