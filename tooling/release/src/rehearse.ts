/**
 * `pnpm release:rehearsal`: releases what is committed to a registry on the loopback, with the commands of the release
 * workflow, then installs it with every package manager in empty folders and uses it there. `--bump` rehearses the next
 * release instead: which versions and changelogs move when one package changes.
 */
import { mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bump } from './bump.ts';
import { startRegistry } from './local-registry.ts';
import type { LocalRegistry } from './local-registry.ts';
import { packageManagers } from './package-manager.ts';
import { bumpTable, trialTable } from './rehearsal-report.ts';
import { ReleaseCopy } from './release-copy.ts';
import { tryManager } from './trial.ts';
import type { Trial } from './trial.ts';

const { values, positionals } = parseArgs({
  options: { bump: { type: 'boolean', default: false } },
  allowPositionals: true,
});
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-rehearsal-')));
try {
  await using registry = await startRegistry(join(folder, 'registry'));
  say(`A registry is at ${registry.url}; releasing what is committed …`);
  const copy = await ReleaseCopy.make(join(folder, 'workspace'));
  await copy.version();
  const problems = await firstRelease(copy, registry);
  problems.push(...(values.bump ? await nextReleases(copy, registry) : await newcomers(registry)));
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  process.exitCode = problems.length === 0 ? 0 : 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Publishes everything, and answers what is wrong with what the registry then has. */
async function firstRelease(copy: ReleaseCopy, registry: LocalRegistry): Promise<string[]> {
  const problems: string[] = [];
  const [first] = copy.published();
  if (first === undefined) throw new Error('There is nothing to publish');
  const { code, stderr } = await copy.publishAsStranger(registry, first);
  if (code === 0 || (await registry.latest(first.manifest.name)) !== undefined)
    problems.push('A stranger could publish');
  else
    say(
      `A stranger is refused: ${/\d{3}\s*\W*\s*Unauthorized/.exec(stderr)?.[0].replaceAll(/\W+/g, ' ') ?? stderr}`,
    );
  await copy.publish(registry);
  for (const { manifest } of copy.published()) {
    const latest = await registry.latest(manifest.name);
    say(`Published ${manifest.name} ${latest?.version ?? '— not at all'}`);
    if (latest?.version !== manifest.version)
      problems.push(`${manifest.name} ${manifest.version} is not there`);
    const leaks = /"(?:workspace|catalog):[^"]*"/.exec(JSON.stringify(latest));
    if (leaks !== null) problems.push(`${manifest.name} was published with ${leaks[0]}`);
  }
  return problems;
}

async function newcomers(registry: LocalRegistry): Promise<readonly string[]> {
  const chosen = packageManagers.filter(
    ({ label }) => positionals.length === 0 || positionals.some((name) => label.startsWith(name)),
  );
  const trials: Trial[] = [];
  for (const manager of chosen) {
    say(`${manager.label} …`);
    const place = { folder: join(folder, manager.label.replaceAll(/\W+/g, '-')), registry: registry.url };
    trials.push(await tryManager(manager, place));
  }
  process.stdout.write(`\n${trialTable(trials)}\n`);
  return trials.flatMap(({ label, failure }) =>
    failure === undefined ? [] : [`${label}, ${failure.step}: ${failure.message}`],
  );
}

async function nextReleases(copy: ReleaseCopy, registry: LocalRegistry): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const change of [
    { name: '@millrace/ring-buffer', level: 'patch', text: 'The rehearsed repair of one strategy.' },
    { name: '@millrace/core', level: 'minor', text: 'The rehearsed news of core.' },
  ] as const) {
    say(`Releasing a ${change.level} of ${change.name} …`);
    const bumped = await bump(copy, registry, change);
    process.stdout.write(`\n${bumpTable(bumped)}\n\n`);
    problems.push(...bumped.problems);
  }
  const changelog = readFileSync(join(copy.path, 'packages/ring-buffer/CHANGELOG.md'), 'utf8');
  process.stdout.write(`What users of the ring read:\n\n${changelog.trim()}\n`);
  return problems;
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
