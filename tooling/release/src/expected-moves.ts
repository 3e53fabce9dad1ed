/** A package as it stands before a release. */
export interface Member {
  readonly name: string;
  readonly version: string;
  /** What it needs at run time, with the ranges that are published. */
  readonly dependencies: Readonly<Record<string, string>>;
}

export type Level = 'patch' | 'minor';

export interface Move {
  readonly to: string;
  readonly why: string;
}

/**
 * Which versions a release should give, said by plain rules of our own to hold changesets against:
 *
 * 1. what was changed moves by as much as its changeset says;
 * 2. packages of one version line move together, to one version;
 * 3. a dependant moves by a patch when its range no longer admits what it depends on, and only then.
 */
export function expectedMoves(
  members: readonly Member[],
  changed: string,
  level: Level,
  line: readonly string[],
): ReadonlyMap<string, Move> {
  const moves = new Map<string, Move>();
  const first = find(members, changed);
  moves.set(changed, { to: raised(first.version, level), why: `its changeset says ${level}` });
  for (const name of line.includes(changed) ? line : []) {
    if (name !== changed)
      moves.set(name, { to: raised(first.version, level), why: `one line with ${changed}` });
  }
  for (let grown = -1; grown !== moves.size;) {
    grown = moves.size;
    for (const { name, version, dependencies } of members) {
      const outgrown = Object.entries(dependencies).find(([on, range]) => {
        const move = moves.get(on);
        return move !== undefined && !admits(range, move.to);
      });
      if (outgrown === undefined || moves.has(name)) continue;
      moves.set(name, { to: raised(version, 'patch'), why: `${outgrown[1]} of ${outgrown[0]} is outgrown` });
    }
  }
  return moves;
}

/** Whether a caret range, the only kind in the family, admits a version. */
export function admits(range: string, version: string): boolean {
  if (!range.startsWith('^')) return range === version;
  const [major, minor, patch] = parts(range.slice(1));
  const [newMajor, newMinor, newPatch] = parts(version);
  if (newMajor !== major) return false;
  // Before 1.0 a minor version may break.
  if (major === 0) return newMinor === minor && newPatch >= patch;
  return newMinor > minor || (newMinor === minor && newPatch >= patch);
}

function raised(version: string, level: Level): string {
  const [major, minor, patch] = parts(version);
  return level === 'minor' ? `${major}.${minor + 1}.0` : `${major}.${minor}.${patch + 1}`;
}

function parts(version: string): readonly [number, number, number] {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number);
  return [major, minor, patch];
}

function find(members: readonly Member[], name: string): Member {
  const found = members.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no package ${name}`);
  return found;
}
