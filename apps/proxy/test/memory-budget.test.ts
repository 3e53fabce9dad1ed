import { createPipe } from '@millrace/core';
import { describe, expect, it } from 'vitest';
import { budgeted } from '../src/limits/budgeted-strategy.ts';
import { MemoryBudget } from '../src/limits/memory-budget.ts';
import { everyStrategy } from './every-strategy.ts';
import { seededRandom } from './seeded-random.ts';

const HIGH = 65_536;

describe('a budget of memory', () => {
  it('sets no level while there is enough', () => {
    const budget = new MemoryBudget(1000);
    budget.change(0, 1000);
    expect(budget.levelBytes).toBe(Infinity);
    budget.change(0, 1);
    expect(budget.levelBytes).toBeLessThan(1000);
  });

  it('sets a level that the largest are over, and small ones are not', () => {
    const budget = new MemoryBudget(100_000);
    for (const bytes of [90_000, 5000, 5000, 5000]) budget.change(0, bytes);
    expect(budget.levelBytes).toBe(65_536);
  });

  it.each([1, 2, 3, 4, 5, 6])('sets the highest power of two at which all would fit (seed %i)', (seed) => {
    const random = seededRandom(seed * 31_337);
    const budget = new MemoryBudget(1 + random(4_000_000));
    const held = Array.from({ length: 1 + random(300) }, () => 0);
    for (let step = 0; step < 2000; step += 1) {
      const at = random(held.length);
      const bytes = random(4) === 0 ? 0 : random(2 ** random(20) + 1);
      budget.change(held[at] as number, bytes);
      held[at] = bytes;
      const total = held.reduce((sum, each) => sum + each, 0);
      const { levelBytes, budgetBytes } = budget;
      if (total <= budgetBytes) {
        expect(levelBytes).toBe(Infinity);
        continue;
      }
      const fitting = (level: number): number => held.reduce((sum, each) => sum + Math.min(each, level), 0);
      if (levelBytes > 1) expect(fitting(levelBytes)).toBeLessThanOrEqual(budgetBytes);
      expect(fitting(2 * levelBytes)).toBeGreaterThan(budgetBytes);
    }
    budget.checkInvariants(held);
  });
});

describe.each(everyStrategy)('bodies on one budget, over $name', (strategy) => {
  const body = (budget: MemoryBudget) => {
    let isPaused = false;
    const { writer, reader } = createPipe(budgeted(strategy, HIGH, budget), {
      highWaterMark: HIGH,
      lowWaterMark: HIGH / 2,
      source: {
        pause: () => {
          isPaused = true;
        },
        resume: () => {
          isPaused = false;
        },
      },
    });
    // As much as it takes to be read ahead to the mark.
    for (let count = 0; count < 256; count += 1) {
      writer.writeCopy(new Uint8Array(4096));
      reader.tryRead();
    }
    return { writer, reader, isPaused: () => isPaused };
  };

  it('are paused at their own mark while there is enough', () => {
    const budget = new MemoryBudget(10 * HIGH);
    const one = body(budget);
    one.writer.writeCopy(new Uint8Array(HIGH / 4));
    expect(one.isPaused()).toBe(false);
    one.writer.writeCopy(new Uint8Array(HIGH));
    expect(one.isPaused()).toBe(true);
  });

  it('are paused sooner when it is short, the largest first', () => {
    // A fixed store holds its whole capacity, so all of them are as large as each other.
    const { fixed } = strategy.traits;
    const budget = new MemoryBudget(fixed ? HIGH : 40_000);
    const large = body(budget);
    const small = body(budget);
    large.writer.writeCopy(new Uint8Array(30_000));
    small.writer.writeCopy(new Uint8Array(4000));
    if (!fixed) expect([large.isPaused(), small.isPaused()]).toEqual([false, false]);
    large.writer.writeCopy(new Uint8Array(20_000));
    expect(large.isPaused()).toBe(true);
    expect(budget.heldBytes).toBeGreaterThan(budget.budgetBytes);
    small.writer.writeCopy(new Uint8Array(100));
    expect(small.isPaused()).toBe(fixed);
  });

  it('go on when there is enough again, and give back all they held', async () => {
    const budget = new MemoryBudget(50_000);
    const bodies = Array.from({ length: 8 }, () => body(budget));
    for (const { writer } of bodies) writer.writeCopy(new Uint8Array(20_000));
    expect(bodies.some(({ isPaused }) => isPaused())).toBe(true);
    for (const { reader } of bodies) {
      let left = 20_000;
      while (left > 0) left -= (await reader.read())?.length ?? left;
    }
    expect(bodies.map(({ isPaused }) => isPaused())).toEqual(bodies.map(() => false));
    expect(budget.heldBytes).toBe(0);
  });

  it('hold little more than the budget, however many producers heed their pauses', async () => {
    const random = seededRandom(4242);
    const budget = new MemoryBudget(400_000);
    const bodies = Array.from({ length: 50 }, () => body(budget));
    const chunk = 8192;
    let most = 0;
    for (let step = 0; step < 20_000; step += 1) {
      const { writer, reader, isPaused } = bodies[random(bodies.length)] as ReturnType<typeof body>;
      if (!isPaused()) writer.writeCopy(new Uint8Array(chunk));
      else if (random(8) === 0) reader.tryRead(1 + random(2 * chunk));
      most = Math.max(most, budget.heldBytes);
    }
    // Every body may have one chunk more than it ought to, or one ring: bytes must come in to be able to go out.
    const each = strategy.traits.fixed ? HIGH : 2 * chunk;
    expect(most).toBeLessThanOrEqual(budget.budgetBytes + bodies.length * each);
    expect(most).toBeGreaterThan(budget.budgetBytes / 2);
  });

  it('draw on it with their second chunk, where the first one waits in front of the store', () => {
    const budget = new MemoryBudget(1_000_000);
    const { writer } = body(budget);
    writer.write(new Uint8Array(5000));
    expect(budget.heldBytes > 0).toBe(strategy.traits.put === 'takes');
    writer.write(new Uint8Array(5000));
    expect(budget.heldBytes).toBeGreaterThanOrEqual(10_000);
  });

  it('draw on it no longer when they are cancelled', () => {
    const budget = new MemoryBudget(1_000_000);
    const one = body(budget);
    one.writer.writeCopy(new Uint8Array(5000));
    expect(budget.heldBytes).toBeGreaterThanOrEqual(5000);
    one.reader.cancel();
    expect(budget.heldBytes).toBe(0);
  });
});
