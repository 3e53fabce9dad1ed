import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const cli = fileURLToPath(new URL('../../src/cli.ts', import.meta.url));
const subjects = fileURLToPath(new URL('subjects/', import.meta.url));

export interface Ran {
  readonly exitCode: number | string | undefined;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: NodeJS.ProcessEnv;
  /** Modules of this folder that are there before the command. */
  readonly preload?: readonly string[];
}

/** Runs the command as its users do, in the folder of the subjects. */
export function runCommand(
  argv: readonly string[],
  { env = {}, preload = [] }: RunOptions = {},
): Promise<Ran> {
  const imports = preload.flatMap((name) => ['--import', new URL(name, import.meta.url).href]);
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...imports, cli, ...argv],
      { cwd: subjects, env: { ...process.env, NO_COLOR: '1', ...env }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : (error.code ?? undefined), stdout, stderr }),
    );
  });
}
