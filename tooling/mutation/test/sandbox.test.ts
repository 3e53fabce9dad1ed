import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Sandbox } from '../src/sandbox.ts';
import { timingMutants } from '../src/timing-mutants.ts';

const path = 'packages/core/src/waits.ts';
const source = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

it('notices a wake that comes a microtask late, and finds nothing wrong with the original', async () => {
  const mutant = timingMutants(source, path).find(
    ({ kind, statement }) => kind === 'later' && statement === 'this.#outcome.resolve(this.#value);',
  );
  if (mutant === undefined) throw new Error('the statement has gone');
  using sandbox = new Sandbox();
  const late = await sandbox.grade(path, mutant.mutated, ['chunk-queue']);
  expect(late.outcome).toBe('killed');
  expect(late.by).toMatch(/^chunk-queue: P\d+ fail: /);
  expect(await sandbox.grade(path, source, ['chunk-queue'])).toEqual({ outcome: 'survived', by: '' });
});
