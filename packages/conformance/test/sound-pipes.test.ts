import { laws } from '../src/laws.ts';
import { conformance } from '../src/vitest.ts';
import { createPlainPipe } from './pipes/plain-pipe.ts';
import linkedSlabStrategy from '../examples/linked-slab-store.ts';
import { growingStrategy } from './stores/growing-store.ts';
import { listStrategy } from './stores/list-store.ts';
import { ringStrategy } from './stores/ring-store.ts';
import { unusualStrategies } from './stores/unusual-stores.ts';

const pipeLaws = laws.map(({ id }) => id).filter((id) => id.startsWith('P'));

for (const strategy of [
  growingStrategy,
  ringStrategy,
  listStrategy,
  linkedSlabStrategy,
  ...unusualStrategies,
]) {
  conformance(strategy, { createPipe: createPlainPipe, laws: pipeLaws });
}
