import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pnpmCommand } from '../src/pnpm-command.ts';
import { isStrategy, repositoryRoot, workspacePackages } from '../src/workspace.ts';

const textOf = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const { scripts, devDependencies } = JSON.parse(textOf('package.json')) as Readonly<
  Record<'scripts' | 'devDependencies', Readonly<Record<string, string>>>
>;

test.each(['README.md', 'CONTRIBUTING.md'])('%s names only commands that the root has', (page) => {
  const named = [...textOf(page).matchAll(/\bpnpm(?:@\d+)? ([a-z][\w:-]*)/g)].map(([, name = '']) => name);
  expect(named).toContain('test');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

function conformance(...argv: readonly string[]): string {
  const { command, args } = pnpmCommand();
  return execFileSync(command, [...args, 'conformance', ...argv], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}

test('`conformance` grades a file, by its path from the root', () => {
  const file = './packages/chunk-queue/src/index.ts';
  const printed = conformance(file, '--law', 'S2');
  expect(printed).toContain(`@millrace/chunk-queue (${file})`);
  expect(printed).toContain('conformant: 1 pass;');
});

test('`conformance` grades every strategy that is here, by its name', () => {
  const names = workspacePackages()
    .filter(isStrategy)
    .map(({ manifest }) => manifest.name);
  expect(names).toContain('@millrace/chunk-queue');
  // The root resolves what its own package.json names.
  expect(Object.keys(devDependencies)).toEqual(expect.arrayContaining(names));
  const printed = conformance(...names, '--law', 'S2');
  for (const name of names) expect(printed).toContain(`${name}\n`);
  expect(printed.match(/conformant: 1 pass;/g)).toHaveLength(names.length);
});
