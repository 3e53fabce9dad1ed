import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';

/**
 * What two packages have that share no door for it: in core it would be API that has nothing to do with bytes, and a package of
 * its own would be published for sixty lines.
 */
const twins = [['packages/client/src/roster.ts', 'apps/proxy/src/roster.ts']] as const;

const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

test.each(twins)('%s stands word for word in %s', (one, other) => {
  expect(textOf(other)).toBe(textOf(one));
});
