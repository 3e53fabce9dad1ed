import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { Consumer } from './consumer.ts';
import type { Grading } from './grading.ts';

const run = promisify(execFile);

export interface InProcess {
  readonly executable: string;
  /** What stands before the script. */
  readonly args: readonly string[];
}

/** Grades one strategy in a process of a runtime that loads packages by name. */
export async function gradeInProcess(
  runtime: InProcess,
  { folder, script }: Consumer,
  strategy: string,
  mode: string,
): Promise<Grading> {
  return (await resultOf(runtime, folder, [script, mode, strategy])) as Grading;
}

/** Says of connections that end, by what they are, how they look. */
export async function readConnections(
  runtime: InProcess,
  { folder, connections }: Consumer,
): Promise<Readonly<Record<string, string>>> {
  return (await resultOf(runtime, folder, [connections])) as Record<string, string>;
}

/** What a script prints as a line of JSON. */
async function resultOf({ executable, args }: InProcess, cwd: string, script: string[]): Promise<unknown> {
  const { stdout } = await run(executable, [...args, ...script], {
    cwd,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    // No flags and no settings of whoever calls.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const line = stdout.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`It printed no result: ${stdout.slice(-500)}`);
  return JSON.parse(line);
}
