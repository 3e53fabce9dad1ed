import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ringBuffer from '@millrace/ring-buffer';
import { expect, it } from 'vitest';
import { MemoryBudget } from '../src/limits/memory-budget.ts';
import { RouteSet } from '../src/run/route-set.ts';
import { ownFolder } from './own-folder.ts';
import { configFrom } from './start-process.ts';

it('switches to a strategy whose name is that of the one before', async () => {
  const folder = ownFolder();
  const file = join(folder, 'namesake.mjs');
  writeFileSync(
    file,
    `export default {
      name: ${JSON.stringify(ringBuffer.name)}, contract: 1,
      traits: { put: 'copies', take: 'copies', fixed: false, amplification: 1 },
      createStore: () => { throw new Error('the namesake') },
    };`,
  );
  const routes = await RouteSet.create(
    configFrom({ upstreams: { app: { servers: ['http://127.0.0.1:1'] } }, strategy: ringBuffer.name }),
    new MemoryBudget(1_000_000),
  );
  const before = routes.defaultRoute.strategy;
  before.createStore();
  await routes.switchStrategy(file);
  expect(routes.defaultRoute).toBe(routes.routeFor('anywhere', '/'));
  expect(() => routes.defaultRoute.strategy.createStore()).toThrow('the namesake');
  await routes.switchStrategy(ringBuffer.name);
  expect(routes.defaultRoute.strategy).toBe(before);
});
