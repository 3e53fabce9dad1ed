import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { argv, env, execPath, exit, stdout } from 'node:process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brokenPipes, brokenStores } from '../broken/broken-subjects.ts';
import type { BrokenSubject } from '../broken/broken-subject.ts';
import { checkSites } from './check-sites.ts';
import type { CheckSite } from './check-sites.ts';
import { redundantChecks } from './redundant-checks.ts';

/**
 * Switches off one check of the suite after the other and looks for a broken subject that the kill matrix then
 * tells otherwise. A check that none needs has to be listed with the reason. With words, only the checks whose name
 * has one of them; without, all of them, and the answers are written to `oracle-checks.md`.
 */
const words = argv.slice(2);
const sites = checkSites().filter(({ id }) => words.length === 0 || words.some((word) => id.includes(word)));
const run = promisify(execFile);
const pathOf = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
/** How long one subject is waited for. It only decides when to give up one that hangs. */
const WATCHDOG_MS = 120_000;
const WORKERS = Math.min(availableParallelism(), 4);

/** Does the jobs, a few at a time. */
async function inParallel<T>(jobs: readonly T[], work: (job: T) => Promise<void>): Promise<void> {
  const waiting = [...jobs];
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) await work(job);
  };
  await Promise.all(Array.from({ length: WORKERS }, worker));
}

/** Whether a check that is looked at may have to do with the subject. */
function isWanted({ breaks }: BrokenSubject): boolean {
  return (
    words.length === 0 || sites.some(({ law }) => law === null || breaks.some((broken) => broken === law))
  );
}

/** The checks that found each subject wrong, by its name. */
async function firedChecks(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const fired = new Map<string, ReadonlySet<string>>();
  const names = [...brokenStores, ...brokenPipes].filter(isWanted).map(({ name }) => name);
  const groups = Array.from({ length: WORKERS * 4 }, (_, group) =>
    names.filter((_name, index) => index % (WORKERS * 4) === group),
  );
  await inParallel(groups, async (group) => {
    const { stdout: json } = await run(execPath, [pathOf('./fired-checks.ts'), ...group]);
    const found = JSON.parse(json) as Record<string, readonly string[]>;
    for (const [name, checks] of Object.entries(found)) fired.set(name, new Set(checks));
  });
  return fired;
}

/**
 * The subjects that may need a check: those it has found wrong, where that is known, and those that break its law.
 * Those that break few laws come first, since little else notices them.
 */
function candidates(site: CheckSite, fired: ReadonlyMap<string, ReadonlySet<string>>): readonly string[] {
  const kind = site.file.startsWith('store-laws') ? brokenStores : brokenPipes;
  const laws = site.law === null ? lawsNamedIn(site) : [site.law];
  const may = ({ name, breaks }: BrokenSubject): boolean =>
    site.isExpect ? fired.get(name)?.has(site.id) === true : breaks.some((law) => laws.includes(law));
  const subjects = kind.filter(may).toSorted((a, b) => a.breaks.length - b.breaks.length);
  return subjects.map(({ name }) => name);
}

/** A file of store laws is about the laws that its checks name. */
function lawsNamedIn({ file }: CheckSite): readonly string[] {
  return lawsOfFile[file] ?? [];
}
const lawsOfFile: Readonly<Record<string, readonly string[]>> = {
  'store-laws/fixed-memory.ts': ['S7'],
  'store-laws/linear-cost.ts': ['S9'],
  'store-laws/order-and-content.ts': ['S1'],
  'store-laws/release.ts': ['S6'],
  'store-laws/unsteady-memory.ts': ['S8'],
};

/** The first subject that the kill matrix tells otherwise without this check; empty when there is none. */
async function neededBy({ id }: CheckSite, names: readonly string[]): Promise<string> {
  for (const name of names) if (await isToldOtherwise(name, id)) return name;
  return '';
}

/** A few checks keep a loop of the suite from running for ever: a subject that hangs without one needs it. */
async function isToldOtherwise(name: string, checkOff: string): Promise<boolean> {
  const args = ['--import', pathOf('./switch-off.ts'), pathOf('./try-subject.ts'), name];
  const options = { env: { ...env, MILLRACE_CHECK_OFF: checkOff }, timeout: WATCHDOG_MS } as const;
  try {
    return (await run(execPath, args, { ...options, killSignal: 'SIGKILL' })).stdout !== '';
  } catch (error) {
    if ((error as { killed?: boolean }).killed === true) return true;
    throw error;
  }
}

const fired = await firedChecks();
const needed = new Map<string, string>();
await inParallel(sites, async (site) => {
  const name = await neededBy(site, candidates(site, fired));
  needed.set(site.id, name);
  stdout.write(`${name === '' ? 'needed by nobody' : `needed by ${name}`}: ${site.id}\n`);
});

const rows = sites.map(({ id }) => {
  const name = needed.get(id) ?? '';
  return [id.replaceAll('|', '\\|'), name === '' ? `nobody: ${redundantChecks[id] ?? ''}` : name];
});
const table = [['Check', 'Without it the matrix is wrong about'], ...rows];
const widths = [0, 1].map((column) => Math.max(...table.map((line) => line[column]?.length ?? 0)));
const lines = table.map(
  (line) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`,
);
const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
if (words.length === 0) {
  writeFileSync(
    pathOf('./oracle-checks.md'),
    ['# Every check, and a subject that needs it', '', lines[0], rule, ...lines.slice(1), ''].join('\n'),
  );
}

const unlisted = sites.filter(({ id }) => needed.get(id) === '' && !Object.hasOwn(redundantChecks, id));
const listed = sites.filter(({ id }) => needed.get(id) !== '' && Object.hasOwn(redundantChecks, id));
for (const { id } of listed) stdout.write(`listed as redundant, but needed: ${id}\n`);
stdout.write(`${sites.length} checks, ${unlisted.length} of them needed by nobody and not listed\n`);
exit(unlisted.length + listed.length > 0 ? 1 : 0);
