import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { detectHost } from '../host.ts';
import type { Host } from '../host.ts';
import { isLawId } from '../laws.ts';
import type { LawId } from '../laws.ts';
import { replay } from '../replay.ts';
import { htmlReport } from '../reporters/html.ts';
import { jsonReport } from '../reporters/json.ts';
import { junitReport } from '../reporters/junit.ts';
import { markdownReport } from '../reporters/markdown.ts';
import {
  prettyBroken,
  prettyHeading,
  prettyLaw,
  prettyProgress,
  prettyReport,
  prettySummary,
  prettyTimeline,
} from '../reporters/pretty.ts';
import type { PrettyOptions } from '../reporters/pretty.ts';
import { tapReport } from '../reporters/tap.ts';
import { gradeSubject } from '../run-record.ts';
import type { RunRecord, SubjectRecord, Verdict } from '../run-record.ts';
import { emitTests } from './emit-test.ts';
import type { HangWatch } from './hang-watch.ts';
import type { ReporterName, RunRequest } from './invocation.ts';
import { loadSubjects } from './load-subjects.ts';
import type { LoadedSubject } from './load-subjects.ts';
import { UsageError } from './usage-error.ts';
import { writeReport } from './write-report.ts';

/** Where a run is: the folder that names are looked up from, and where it prints. */
export interface Surroundings {
  readonly folder: string;
  readonly print: (text: string) => void;
  readonly note: (text: string) => void;
  readonly terminal: PrettyOptions;
  /** Every module is loaded; what happens from now on is the grading. */
  readonly onLoaded: () => void;
  /** Told what is done next with which module, and of each step of it. */
  readonly watch: Pick<HangWatch, 'begin' | 'step'>;
}

export const exitCodes: Readonly<Record<Verdict, number>> = { conformant: 0, violations: 1, unknown: 3 };

const reporters: Readonly<Record<ReporterName, (record: RunRecord) => string>> = {
  pretty: prettyReport,
  tap: tapReport,
  junit: junitReport,
  json: jsonReport,
  markdown: markdownReport,
  html: htmlReport,
};

/**
 * Grades what was asked for and writes the reports.
 *
 * @returns The exit code.
 * @throws UsageError before anything is graded, when a subject or a file cannot be loaded.
 */
export async function run(request: RunRequest, surroundings: Surroundings): Promise<number> {
  const { folder, watch } = surroundings;
  const host: Host = { ...detectHost(), onRun: (whereAt) => watch.step(whereAt) };
  const loaded: LoadedSubject[] = [];
  for (const specifier of request.subjects) {
    watch.begin(`while ${specifier} was loaded`);
    loaded.push(...(await loadSubjects(specifier, folder)));
  }
  surroundings.onLoaded();
  if (request.replay !== undefined) return replayAll(loaded, request.replay, host, surroundings);
  const knownFailures =
    request.knownFailures === undefined ? {} : readKnownFailures(request.knownFailures, folder);
  const isShown = request.reporters.some(({ name, file }) => name === 'pretty' && file === undefined);
  const terminal = new TerminalOutput(surroundings, isShown);
  const subjects: SubjectRecord[] = [];
  for (const subject of loaded) {
    terminal.line((style) => prettyHeading(subject.name, style));
    const record = await gradeSubject(
      subject,
      {
        profile: request.profile,
        seed: request.seed,
        knownFailures,
        bail: request.bail,
        host,
        ...(request.laws && { laws: request.laws }),
      },
      (law, done) => {
        if (done !== undefined) return terminal.line((style) => prettyLaw(done, style));
        terminal.progress(`${law.id} ${law.title}`);
        watch.begin(`from ${subject.name} while ${law.id} was put to the test`);
      },
    );
    subjects.push(record);
    terminal.line((style) => `${prettySummary(record, style)}\n`);
    if (request.emitTest !== undefined) {
      const files = emitTests(subject, record.laws, { emitTo: request.emitTest, folder });
      for (const file of files) surroundings.note(`wrote ${file}\n`);
    }
  }
  const record: RunRecord = { contract: 1, seed: request.seed, profile: request.profile, subjects };
  for (const { name, file } of request.reporters) {
    if (name === 'pretty' && file === undefined) continue;
    const text = reporters[name](record);
    if (file === undefined) surroundings.print(text);
    else {
      writeReport(resolve(folder, file), text, file);
      surroundings.note(`wrote ${file}\n`);
    }
  }
  return exitCodeOf(subjects.map(({ verdict }) => verdict));
}

/** Violations are certain, so they come before what could not be judged. */
function exitCodeOf(verdicts: readonly Verdict[]): number {
  if (verdicts.includes('violations')) return exitCodes.violations;
  return verdicts.includes('unknown') ? exitCodes.unknown : exitCodes.conformant;
}

async function replayAll(
  subjects: readonly LoadedSubject[],
  code: string,
  host: Host,
  { print, terminal, watch }: Surroundings,
): Promise<number> {
  const verdicts: Verdict[] = [];
  for (const { name, strategy, createPipe, claims, supports } of subjects) {
    let again;
    watch.begin(`from ${name} while a replay code was run`);
    try {
      again = await replay(strategy, code, {
        host,
        ...(createPipe && { createPipe }),
        ...(claims && { claims }),
        ...(supports && { supports }),
      });
    } catch (error) {
      if (error instanceof SyntaxError) throw new UsageError(error.message);
      throw error;
    }
    const broken = again.results.filter(({ status }) => status === 'fail');
    const isJudged = again.results.some(({ status }) => status === 'pass');
    const lines = [prettyHeading(`${name}  ${code}`, terminal), ...prettyTimeline(again.timeline, terminal)];
    for (const result of broken) lines.push('', ...prettyBroken(result, terminal));
    if (broken.length === 0) lines.push('', isJudged ? '  every law held' : '  nothing could be judged');
    print(`${lines.join('\n')}\n`);
    verdicts.push(broken.length > 0 ? 'violations' : isJudged ? 'conformant' : 'unknown');
  }
  return exitCodeOf(verdicts);
}

/** Prints as it goes, where anybody is to see it. */
class TerminalOutput {
  readonly #surroundings: Surroundings;
  readonly #isShown: boolean;

  constructor(surroundings: Surroundings, isShown: boolean) {
    this.#surroundings = surroundings;
    this.#isShown = isShown;
  }

  line(text: (style: PrettyOptions) => string): void {
    const { print, terminal } = this.#surroundings;
    if (this.#isShown) print(`${this.#clear()}${text(terminal)}\n`);
  }

  /** Stands on the last line until the next one is printed; only a terminal can take it back. */
  progress(title: string): void {
    const { print, terminal } = this.#surroundings;
    if (this.#isShown && terminal.width > 0) print(`${this.#clear()}${prettyProgress(title, terminal)}`);
  }

  #clear(): string {
    return this.#surroundings.terminal.width > 0 ? '\r\u001B[2K' : '';
  }
}

function readKnownFailures(file: string, folder: string): Partial<Record<LawId, string>> {
  let known: unknown;
  try {
    known = JSON.parse(readFileSync(resolve(folder, file), 'utf8'));
  } catch (error) {
    throw new UsageError(
      `--known-failures ${file}: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
  if (typeof known !== 'object' || known === null || Array.isArray(known)) {
    throw new UsageError(`--known-failures ${file}: it must be an object of law ids and reasons`);
  }
  for (const [id, reason] of Object.entries(known)) {
    if (!isLawId(id)) throw new UsageError(`--known-failures ${file}: there is no law ${JSON.stringify(id)}`);
    if (typeof reason !== 'string' || reason === '') {
      throw new UsageError(`--known-failures ${file}: ${id} has no reason`);
    }
  }
  return known;
}
