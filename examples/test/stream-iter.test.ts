import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

/** A Node that has `node:stream/iter`: the one in MILLRACE_NODE_26, or the one that `pnpm runtimes` fetched. */
const fetched = `../../tooling/runtimes/.fetched/node-26-26.10.0/node_modules/node-${process.platform}-${process.arch}/bin/node`;
const node26 = process.env['MILLRACE_NODE_26'] ?? join(import.meta.dirname, fetched);

it.runIf(existsSync(node26))('a pipe goes into the new streams of Node and comes out of them', () => {
  const flags = [
    '--no-warnings',
    '--experimental-stream-iter',
    join(import.meta.dirname, '../src/stream-iter.ts'),
  ];
  expect(execFileSync(node26, flags, { encoding: 'utf8' })).toBe('THROUGH THE MILL');
});
