import { expect, test } from 'vitest';
import { machineNode, satisfies } from '../src/node-versions.ts';
import { pnpmCommand } from '../src/pnpm-command.ts';

test('a version is held against the major and the minor of a range', () => {
  expect(satisfies('20.19.0', '>=20.19')).toBe(true);
  expect(satisfies('20.18.3', '>=20.19')).toBe(false);
  expect(satisfies('22.0.0', '>=20.19')).toBe(true);
  expect(satisfies('18.20.0', '>=20')).toBe(false);
});

test("a Node that node_modules brought is not the machine's own", () => {
  expect(machineNode({ PATH: '/somewhere/node_modules/.bin' })).toBeUndefined();
});

test('pnpm is the one that runs us, and npx brings one when npm or nothing does', () => {
  const npx = { command: 'npx', args: ['-y', 'pnpm@12'] };
  expect(pnpmCommand({ npm_execpath: '/opt/pnpm/pnpm' })).toEqual({ command: '/opt/pnpm/pnpm', args: [] });
  expect(pnpmCommand({ npm_execpath: '/opt/pnpm.cjs' })).toEqual({
    command: process.execPath,
    args: ['/opt/pnpm.cjs'],
  });
  expect(pnpmCommand({ npm_execpath: '/usr/lib/npm/bin/npm-cli.js' })).toEqual(npx);
  expect(pnpmCommand({})).toEqual(npx);
});
