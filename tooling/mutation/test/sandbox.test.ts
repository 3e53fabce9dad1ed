import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { Sandbox } from '../src/sandbox.ts';
import { timingMutants } from '../src/timing-mutants.ts';

const path = 'packages/core/src/wait.ts';
const source = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const chunkQueue = 'packages/chunk-queue/src/index.ts';

it('notices a wake that comes a microtask late, and finds nothing wrong with the original', async () => {
  const mutant = timingMutants(source, path).find(
    ({ kind, statement }) => kind === 'later' && statement === 'this.#settle(this.#rejectOrAnswer);',
  );
  if (mutant === undefined) throw new Error('the statement has gone');
  using sandbox = new Sandbox();
  const late = await sandbox.grade(path, mutant.mutated, [chunkQueue]);
  expect(late.outcome).toBe('killed');
  expect(late.by).toMatch(/^packages\/chunk-queue\/src\/index\.ts: P\d+ fail: /);
  expect(await sandbox.grade(path, source, [chunkQueue])).toEqual({ outcome: 'survived', by: '' });
});

it('notices what only chunks larger than those of a pipe’s scripts show of the spill, and nothing in the original', async () => {
  const spill = 'packages/core/src/spill-store.ts';
  const text = readFileSync(new URL(`../../../${spill}`, import.meta.url), 'utf8');
  const mutated = text.replace('isMostlyGone(front.memoryBytes, front.size)', 'false');
  expect(mutated).not.toBe(text);
  const spillingRing = 'tooling/mutation/src/spilling-ring.ts';
  using sandbox = new Sandbox();
  const kept = await sandbox.grade(spill, mutated, [spillingRing]);
  expect(kept.by).toMatch(/: S5\.\w+ fail: Expected cost to be at most /);
  expect(await sandbox.grade(spill, text, [spillingRing])).toEqual({ outcome: 'survived', by: '' });
});
