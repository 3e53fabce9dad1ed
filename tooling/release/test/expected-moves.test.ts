import { describe, expect, it } from 'vitest';
import { admits, expectedMoves } from '../src/expected-moves.ts';
import type { Member } from '../src/expected-moves.ts';

const family: readonly Member[] = [
  { name: 'core', version: '0.1.0', dependencies: {} },
  { name: 'suite', version: '0.1.0', dependencies: { core: '^0.1.0' } },
  { name: 'ring', version: '0.1.3', dependencies: { core: '^0.1.0' } },
  { name: 'proxy', version: '0.4.0', dependencies: { ring: '^0.1.3', undici: '8.0.0' } },
];
const line = ['core', 'suite'];

function versions(changed: string, level: 'patch' | 'minor', members = family): Record<string, string> {
  const moves = [...expectedMoves(members, changed, level, line)].map(([name, { to }]) => [name, to]);
  return Object.fromEntries(moves) as Record<string, string>;
}

describe('the versions that a release should give', () => {
  it('move one package alone when the ranges of its dependants admit the new version', () => {
    expect(versions('ring', 'patch')).toEqual({ ring: '0.1.4' });
  });

  it('move a whole version line to one version, even for a patch of one member', () => {
    expect(versions('core', 'patch')).toEqual({ core: '0.1.1', suite: '0.1.1' });
    expect(versions('suite', 'patch')).toEqual({ core: '0.1.1', suite: '0.1.1' });
  });

  it('move dependants whose range is outgrown by a patch, which does not outgrow theirs', () => {
    expect(versions('core', 'minor')).toEqual({ core: '0.2.0', suite: '0.2.0', ring: '0.1.4' });
  });

  it('move dependants of dependants whose range is exact', () => {
    const pinned = family.map((one) =>
      one.name === 'proxy' ? { ...one, dependencies: { ring: '0.1.3' } } : one,
    );
    expect(versions('core', 'minor', pinned)).toMatchObject({ ring: '0.1.4', proxy: '0.4.1' });
  });

  it('refuse to speak of a package that is not there', () => {
    expect(() => expectedMoves(family, 'rong', 'patch', [])).toThrow('There is no package rong');
  });
});

describe('a caret range', () => {
  it.each([
    ['^0.1.3', '0.1.3', true],
    ['^0.1.3', '0.1.2', false],
    ['^0.1.3', '0.2.0', false],
    ['^0.0.0', '0.1.0', false],
    ['^1.2.3', '1.2.2', false],
    ['^1.2.3', '1.3.0', true],
    ['^1.2.3', '2.0.0', false],
    ['1.2.3', '1.2.3', true],
    ['1.2.3', '1.2.4', false],
  ])('%s admits %s: %s', (range, version, isAdmitted) => {
    expect(admits(range, version)).toBe(isAdmitted);
  });
});
