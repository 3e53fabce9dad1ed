import { expect, it } from 'vitest';
import { conformance } from '../src/index.ts';
import { GrowingStore, growingStrategy } from './stores/growing-store.ts';

/** Keeps what it has lent until it is empty: a scandal only when much was lent and little of it is left. */
class KeepsWhatItLent extends GrowingStore {
  lentBytes = 0;

  override get cost(): number {
    return super.cost + this.lentBytes;
  }

  override peek(min?: number): Uint8Array {
    const view = super.peek(min);
    this.lentBytes = Math.max(this.lentBytes, view.length);
    return view;
  }

  override drop(count: number): void {
    super.drop(count);
    if (this.size === 0) this.lentBytes = 0;
  }
}

/** Keeps the memory of everything that was put in one byte at a time. */
class HoldsSingles extends GrowingStore {
  singles = 0;

  override get cost(): number {
    return super.cost + this.singles * 1024;
  }

  override put(chunk: Uint8Array, owned: boolean): number {
    if (chunk.length === 1) this.singles += 1;
    return super.put(chunk, owned);
  }
}

/** The replay code of what was found by a case. */
async function counterexampleOf(label: string, Store: typeof GrowingStore): Promise<string | undefined> {
  const strategy = { ...growingStrategy, createStore: () => new Store() };
  const one = conformance(strategy, { laws: ['S5'] }).find((candidate) => candidate.label === label);
  return (await one?.run())?.counterexample?.replay;
}

it('many puts that had to add up become one, and the counts that made them necessary small', async () => {
  // Of 200 puts, a peek and a drop.
  expect(await counterexampleOf('S5.traffic', KeepsWhatItLent)).toBe('S5.traffic/65536~P16388.k1.d8194');
});

it('puts that have to be many stay as many as they have to be', async () => {
  expect(await counterexampleOf('S5.traffic', HoldsSingles)).toBe(
    `S5.traffic/65536~${Array.from({ length: 17 }, () => 'P1').join('.')}`,
  );
});
