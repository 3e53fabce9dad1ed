import { describe, expect, it } from 'vitest';
import { conformance } from '../src/conformance.ts';
import { gradeSubject } from '../src/run-record.ts';
import type { Status } from '../src/result.ts';
import { GrowingStore, growingStrategy } from './stores/growing-store.ts';

/** Gives its own memory away, which some of the cases of S10 can see. */
class LendingStore extends GrowingStore {
  override take(max: number = this.size): Uint8Array {
    const bytes = this.peek().subarray(0, max);
    this.drop(bytes.length);
    return bytes;
  }
}

const lending = { ...growingStrategy, name: 'lending', createStore: () => new LendingStore() };
const known = { laws: ['S10'], knownFailures: { S10: 'issue 7' } } as const;

async function statuses(cases: ReturnType<typeof conformance>): Promise<readonly Status[]> {
  const found: Status[] = [];
  for (const one of cases) found.push((await one.run()).status);
  return found;
}

describe('a law that is known to be broken', () => {
  it('is so though some of its cases see nothing', async () => {
    expect(await statuses(conformance(lending, known))).toEqual(['known-failure', 'known-failure', 'pass']);
    const { verdict, laws } = await gradeSubject(
      { name: 'lending', specifier: 'lending', strategy: lending },
      { profile: 'quick', seed: 1, ...known },
    );
    expect([verdict, laws.map(({ result }) => result.status)]).toEqual(['conformant', ['known-failure']]);
  });

  it('is kept after all when no case breaks it, says the last one to run, in whatever order', async () => {
    expect(await statuses(conformance(growingStrategy, known))).toEqual(['pass', 'pass', 'unexpected-pass']);
    const backwards = conformance(growingStrategy, known).toReversed();
    expect(await statuses(backwards)).toEqual(['pass', 'pass', 'unexpected-pass']);
  });

  it('is not said to be kept while cases of it have not run', async () => {
    const [first] = conformance(growingStrategy, known);
    expect([await first?.run(), await first?.run()]).toMatchObject([{ status: 'pass' }, { status: 'pass' }]);
  });
});
