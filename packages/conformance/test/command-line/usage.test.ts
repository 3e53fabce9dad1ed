import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { usage } from '../../src/command-line/usage.ts';

const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');

/** The flags that `pattern` finds, each once. */
const flagsIn = (text: string, pattern: RegExp): readonly string[] =>
  [...new Set([...text.matchAll(pattern)].map(([, flag = '']) => flag))].toSorted();

it('the table of options in the README has every flag that the usage has, and no other', () => {
  const askingOnly = ['--list', '--help', '--version'];
  const used = flagsIn(usage, /^ {2}(--[a-z-]+)/gm).filter((flag) => !askingOnly.includes(flag));
  expect(used).toContain('--emit-test');
  expect(flagsIn(readme, /^\| `(--[a-z-]+)/gm)).toEqual(used);
});
