import { conformance } from '../src/vitest.ts';
import { growingStrategy } from './stores/growing-store.ts';
import { listStrategy } from './stores/list-store.ts';
import { ringStrategy } from './stores/ring-store.ts';
import { unusualStrategies } from './stores/unusual-stores.ts';

for (const strategy of [growingStrategy, ringStrategy, listStrategy, ...unusualStrategies])
  conformance(strategy);
