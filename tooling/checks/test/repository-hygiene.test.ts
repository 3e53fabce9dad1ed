import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from '../src/workspace.ts';

/** This file names what it looks for. */
const self = 'tooling/checks/test/repository-hygiene.test.ts';

/** Every text file of the repository, tracked or about to be. */
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
  cwd: repositoryRoot,
  encoding: 'utf8',
})
  .split('\0')
  .filter((file) => file !== '' && file !== self && file !== 'pnpm-lock.yaml' && extname(file) !== '.png')
  .flatMap((file) => {
    try {
      return [{ file, text: readFileSync(join(repositoryRoot, file), 'utf8') }];
    } catch {
      return []; // Deleted, and not yet committed.
    }
  });

const code = files.filter(({ file }) => /\.[cm]?[jt]s$/.test(file));

/** `file:line` of every match. */
function places(among: typeof files, pattern: RegExp): string[] {
  return among.flatMap(({ file, text }) =>
    text
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1}: ${line.trim()}`] : [])),
  );
}

test('no file names a folder of the machine it was written on', () => {
  expect(places(files, /(?<![\w.~@$}/-])\/(?:work|tmp|root|home|Users)\//)).toEqual([]);
});

test('no test runs alone and none is left out in silence', () => {
  expect(places(code, /\b(?:test|it|describe|suite)(?:\.\w+)*\.(?:only|todo)\b/)).toEqual([]);
  expect(places(code, /\b(?:test|it|describe|suite)\.skip\(/)).toEqual([]);
});

test('nothing is left to be done in a comment', () => {
  expect(places(files, /(?:\/\/|\/\*|^\s*[*#]|<!--).*\b(?:TODO|FIXME|XXX)\b/)).toEqual([]);
});

test('no check is silenced in place', () => {
  expect(places(code, /(?:eslint|oxlint)-disable|@ts-ignore|@ts-nocheck|prettier-ignore|\bas any\b/)).toEqual(
    [],
  );
});

test('no test draws randomness that has no seed', () => {
  const tests = code.filter(({ file }) => /^(?:packages|apps|tooling)\/[^/]+\/test\//.test(file));
  expect(places(tests, /\bMath\.random\(/)).toEqual([]);
});

test('every error code has a row in the README of core and a place in the contract', () => {
  const textOf = (file: string): string => files.find((one) => one.file === file)?.text ?? '';
  const union = /export type PipeErrorCode =(?<members>[^;]+);/.exec(textOf('packages/core/src/errors.ts'));
  const codes = [...(union?.groups?.members ?? '').matchAll(/ERR_PIPE_\w+/g)].map(([name]) => name);
  expect(codes).toContain('ERR_PIPE_LENGTH_MISMATCH');
  const rows = textOf('packages/core/README.md')
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .join('\n');
  expect(codes.filter((one) => !rows.includes(`\`${one}\``))).toEqual([]);
  expect(codes.filter((one) => !textOf('packages/core/CONTRACT.md').includes(one))).toEqual([]);
});
