import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { pnpmCommand } from '../src/pnpm-command.ts';
import { repositoryRoot } from '../src/workspace.ts';

const textOf = (file: string): string => readFileSync(join(repositoryRoot, file), 'utf8');
const { scripts } = JSON.parse(textOf('package.json')) as { readonly scripts: Record<string, string> };

test.each(['README.md', 'CONTRIBUTING.md'])('%s names only commands that the root has', (page) => {
  const named = [...textOf(page).matchAll(/\bpnpm(?:@\d+)? ([a-z][\w:-]*)/g)].map(([, name = '']) => name);
  expect(named).toContain('test');
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

test('`conformance` grades a file, by its path from the root', () => {
  const { command, args } = pnpmCommand();
  const file = './packages/chunk-queue/src/index.ts';
  const printed = execFileSync(command, [...args, 'conformance', file, '--law', 'S2'], {
    cwd: repositoryRoot,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(printed).toContain(`@millrace/chunk-queue (${file})`);
  expect(printed).toContain('conformant: 1 pass;');
});
