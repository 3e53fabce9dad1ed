import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const subjects: string = fileURLToPath(new URL('subjects/', import.meta.url));
const fetched = fileURLToPath(new URL('../../../../tooling/runtimes/.fetched/', import.meta.url));

export interface TestRun {
  readonly exitCode: number | string | undefined;
  readonly output: string;
}

/** Runs a test runner over one file of `subjects/`, in a process of its own. */
export function runTests(command: string, args: readonly string[]): Promise<TestRun> {
  const { NODE_TEST_CONTEXT: _, VITEST: __, ...env } = process.env;
  return new Promise((resolve) => {
    execFile(
      command,
      args,
      { cwd: subjects, env: { ...env, NO_COLOR: '1' }, maxBuffer: 1 << 26 },
      (error, stdout, stderr) =>
        resolve({ exitCode: error === null ? 0 : (error.code ?? undefined), output: `${stdout}${stderr}` }),
    );
  });
}

/** Path of vitest's command. */
export function vitestCommand(): string {
  const manifest = createRequire(import.meta.url).resolve('vitest/package.json');
  return join(dirname(manifest), 'vitest.mjs');
}

const executables = { bun: '@oven/*/bin/bun', deno: '@deno/*/deno' };

/** Path of another runtime: one that tooling/runtimes has fetched, or else the machine's. */
export function findRuntime(name: 'bun' | 'deno'): string | undefined {
  const [scope = '', executable = ''] = executables[name].split('/*/');
  const ours = foldersIn(fetched)
    .filter((folder) => folder.startsWith(`${name}-`))
    .map((folder) => join(fetched, folder, 'node_modules', scope))
    .flatMap((folder) => foldersIn(folder).map((inner) => join(folder, inner, executable)));
  const onPath = (process.env['PATH'] ?? '').split(delimiter).map((place) => join(place, name));
  return [...ours, ...onPath].find((path) => existsSync(path));
}

function foldersIn(path: string): readonly string[] {
  return existsSync(path) ? readdirSync(path) : [];
}
