import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../src/workspace.ts';

/** What a linter of whole workspaces prints when it is not content; nothing when it is. */
function complaints(tool: string, ...args: readonly string[]): string {
  const path = join(repositoryRoot, 'node_modules/.bin', tool);
  const { status, stdout, stderr } = spawnSync(path, args, { cwd: repositoryRoot, encoding: 'utf8' });
  return status === 0 ? '' : `${stdout}${stderr}`;
}

test('sherif finds one version of everything, and every manifest in order', () => {
  expect(complaints('sherif')).toBe('');
});

// Of everything, apps and tooling included: `pnpm unused`.
test('knip finds nothing in the libraries that nothing loads, imports or uses', () => {
  expect(complaints('knip', '--no-progress', '--no-config-hints', '--workspace', 'packages/*')).toBe('');
});

test('no script of a dependency waits for a word in pnpm-workspace.yaml, without which an install fails', () => {
  const installed = readFileSync(join(repositoryRoot, 'node_modules/.modules.yaml'), 'utf8');
  const { ignoredBuilds = [] } = JSON.parse(installed) as { readonly ignoredBuilds?: readonly string[] };
  expect(ignoredBuilds).toEqual([]);
});
