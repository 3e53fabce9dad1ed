import { readFileSync, writeFileSync } from 'node:fs';
import { differences } from './allocated.ts';
import type { Baseline } from './allocated.ts';
import { countAllocations } from './count-allocations.ts';

const file = new URL('../../allocations.json', import.meta.url);
const usage = `Usage: allocations [--update]

Counts the bytes that each strategy allocates per chunk, and says what differs from allocations.json; with --update,
writes that file.
`;

/** @returns The exit code: 1 when a count differs, 2 for a wrong call. */
async function main(argv: readonly string[]): Promise<number> {
  const [flag, ...rest] = argv;
  if (rest.length > 0 || (flag !== undefined && flag !== '--update')) {
    process.stderr.write(usage);
    return 2;
  }
  const allocated = await countAllocations();
  if (flag === '--update') {
    const baseline: Baseline = { node: process.version, arch: process.arch, allocated };
    writeFileSync(file, `${JSON.stringify(baseline, undefined, 2)}\n`);
    process.stdout.write('wrote apps/arena/allocations.json\n');
    return 0;
  }
  const baseline = JSON.parse(readFileSync(file, 'utf8')) as Baseline;
  const found = differences(baseline.allocated, allocated);
  for (const line of found) process.stdout.write(`${line}\n`);
  if (baseline.node !== process.version || baseline.arch !== process.arch)
    process.stdout.write(`The baseline is of Node ${baseline.node.slice(1)} on ${baseline.arch}.\n`);
  process.stdout.write(`${found.length} counts differ\n`);
  return found.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
