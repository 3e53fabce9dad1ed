import { conformance } from '../src/vitest.ts';
import linkedSlabStrategy from '../examples/linked-slab-store.ts';
import { growingStrategy } from './stores/growing-store.ts';
import { listStrategy } from './stores/list-store.ts';
import { ringStrategy } from './stores/ring-store.ts';
import { unusualStrategies } from './stores/unusual-stores.ts';

for (const strategy of [
  growingStrategy,
  ringStrategy,
  listStrategy,
  linkedSlabStrategy,
  ...unusualStrategies,
])
  conformance(strategy);
