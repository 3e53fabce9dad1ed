import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Grading } from './grading.ts';

const run = promisify(execFile);
const SCRIPT = 'grade.js';

/** What `runOn` runs, put into the folder where the packages are installed. */
export function prepareConsumer(consumer: string): void {
  const source = readFileSync(join(import.meta.dirname, 'grade.ts'), 'utf8');
  writeFileSync(join(consumer, SCRIPT), stripTypeScriptTypes(source));
  // Deno resolves only what a manifest names.
  const names = ['core', 'conformance', 'copy-on-yield', 'ring-buffer', 'chunk-queue'];
  const dependencies = Object.fromEntries(names.map((name) => [`@millrace/${name}`, '*']));
  writeFileSync(
    join(consumer, 'package.json'),
    JSON.stringify({ type: 'module', private: true, dependencies }),
  );
}

export interface RunOptions {
  readonly executable: string;
  readonly args: readonly string[];
  readonly consumer: string;
  readonly profile: string;
  readonly strategies: readonly string[];
}

/** Grades strategies in a process of their own. */
export async function runOn({
  executable,
  args,
  consumer,
  profile,
  strategies,
}: RunOptions): Promise<readonly Grading[]> {
  const { stdout } = await run(executable, [...args, SCRIPT, profile, ...strategies], {
    cwd: consumer,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    // No flags and no settings of whoever calls.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as Grading);
}
