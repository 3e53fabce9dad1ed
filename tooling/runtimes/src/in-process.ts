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
  { executable, args }: InProcess,
  { folder, script }: Consumer,
  strategy: string,
  mode: string,
): Promise<Grading> {
  const { stdout } = await run(executable, [...args, script, mode, strategy], {
    cwd: folder,
    encoding: 'utf8',
    maxBuffer: 64 << 20,
    // No flags and no settings of whoever calls.
    env: { PATH: process.env.PATH, HOME: process.env.HOME },
  });
  const line = stdout.split('\n').find((one) => one.startsWith('{'));
  if (line === undefined) throw new Error(`It printed no grading: ${stdout.slice(-500)}`);
  return JSON.parse(line) as Grading;
}
