import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { admits, expectedMoves } from './expected-moves.ts';
import type { Level, Member } from './expected-moves.ts';
import type { LocalRegistry } from './local-registry.ts';
import type { CopiedPackage, ReleaseCopy } from './release-copy.ts';

/** A change of one package, as a contributor would describe it. */
export interface Change {
  readonly name: string;
  readonly level: Level;
  /** What users are told. */
  readonly text: string;
}

/** One package after the release. */
export interface Bumped {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

/** What became of a release with one change in it. */
export interface Bump {
  readonly change: Change;
  readonly packages: readonly Bumped[];
  readonly problems: readonly string[];
}

/** Releases one change, from the changeset to the registry, and says what is not as it should be. */
export async function bump(copy: ReleaseCopy, registry: LocalRegistry, change: Change): Promise<Bump> {
  const before = copy.published();
  const expected = expectedMoves(await membersIn(registry, before), change.name, change.level, lineOf(copy));
  const changeset = ['---', `'${change.name}': ${change.level}`, '---', '', change.text, ''].join('\n');
  writeFileSync(join(copy.path, '.changeset/rehearsed-change.md'), changeset);
  await copy.commit(change.text);
  await copy.version();
  await copy.publish(registry);

  const after = copy.published();
  const problems: string[] = [];
  const packages: Bumped[] = [];
  for (const old of before) {
    const { name, version } = old.manifest;
    const now = after.find(({ manifest }) => manifest.name === name) ?? old;
    const move = expected.get(name);
    packages.push({ name, before: version, after: now.manifest.version, why: move?.why ?? 'not concerned' });
    problems.push(...problemsOf(old, now, move?.to ?? version, change));
    const latest = await registry.latest(name);
    if (latest?.version !== now.manifest.version)
      problems.push(`${name}: the registry has ${latest?.version ?? 'none'}, not ${now.manifest.version}`);
    for (const [on, range] of Object.entries(latest?.dependencies ?? {})) {
      const target = after.find(({ manifest }) => manifest.name === on)?.manifest.version;
      if (target !== undefined && !admits(range, target))
        problems.push(`${name} asks for ${on}@${range}, and the release has ${target}`);
    }
  }
  return { change, packages, problems };
}

function problemsOf(
  { manifest: { name }, changelog: told }: CopiedPackage,
  { manifest: { version }, changelog }: CopiedPackage,
  expected: string,
  { name: changed, text }: Change,
): readonly string[] {
  const problems: string[] = [];
  if (version !== expected) problems.push(`${name} went to ${version}, not to ${expected}`);
  // A package that moves says so in its changelog, in the words of the change or in those of a dependant.
  const isNew = changelog !== told;
  const heading = changelog.includes(`\n## ${version}\n`);
  if (told.includes(`\n## ${expected}\n`) ? isNew : !heading)
    problems.push(`${name}: the changelog does not fit ${version}`);
  if (changelog.includes(text) !== (name === changed))
    problems.push(
      `${name}: the changelog ${name === changed ? 'lacks' : 'repeats'} what was changed in ${changed}`,
    );
  return problems;
}

/** The packages with their ranges as the registry has them: that is what decides for users. */
async function membersIn(
  registry: LocalRegistry,
  packages: readonly CopiedPackage[],
): Promise<readonly Member[]> {
  return Promise.all(
    packages.map(async ({ manifest: { name, version } }) => {
      const latest = await registry.latest(name);
      return { name, version, dependencies: latest?.dependencies ?? {} };
    }),
  );
}

/** The packages of one version line, as .changeset/config.json has them. */
function lineOf({ path }: ReleaseCopy): readonly string[] {
  const config = JSON.parse(readFileSync(join(path, '.changeset/config.json'), 'utf8')) as {
    fixed: string[][];
  };
  return config.fixed.flat();
}
