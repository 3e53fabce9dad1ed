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

const reporters: Readonly<Record<Exclude<ReporterName, 'pretty'>, (record: RunRecord) => string>> = {
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
  const pretty = request.reporters.find(({ name }) => name === 'pretty');
  const shown = new PrettyOutput(surroundings, pretty !== undefined && pretty.file === undefined);
  const subjects: SubjectRecord[] = [];
  for (const subject of loaded) {
    shown.heading(subject.name);
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
        if (done !== undefined) return shown.line(prettyLaw(done, shown.options));
        shown.progress(`${law.id} ${law.title}`);
        watch.begin(`from ${subject.name} while ${law.id} was put to the test`);
      },
    );
    subjects.push(record);
    shown.line(`${prettySummary(record, shown.options)}\n`);
    if (request.emitTest !== undefined) {
      const files = emitTests(subject, record.laws, { emitTo: request.emitTest, folder });
      for (const file of files) surroundings.note(`wrote ${file}\n`);
    }
  }
  const record: RunRecord = { contract: 1, seed: request.seed, profile: request.profile, subjects };
  for (const { name, file } of request.reporters) {
    if (name === 'pretty' && file === undefined) continue;
    const text = name === 'pretty' ? shown.text : reporters[name](record);
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

/** Prints as it goes, and keeps the plain text for a file. */
class PrettyOutput {
  readonly options: PrettyOptions;
  readonly #surroundings: Surroundings;
  readonly #isPrinting: boolean;
  readonly #lines: string[] = [];

  constructor(surroundings: Surroundings, isPrinting: boolean) {
    this.#surroundings = surroundings;
    this.#isPrinting = isPrinting;
    this.options = isPrinting ? surroundings.terminal : { hasColor: false, width: 0 };
  }

  get text(): string {
    return `${this.#lines.join('\n')}\n`;
  }

  heading(name: string): void {
    this.line(prettyHeading(name, this.options));
  }

  line(text: string): void {
    this.#lines.push(text);
    if (this.#isPrinting) this.#surroundings.print(`${this.#clear()}${text}\n`);
  }

  /** Stands on the last line until the next one is printed; only a terminal can take it back. */
  progress(title: string): void {
    if (this.#isPrinting && this.options.width > 0) {
      this.#surroundings.print(`${this.#clear()}${prettyProgress(title, this.options)}`);
    }
  }

  #clear(): string {
    return this.options.width > 0 ? '\r\u001B[2K' : '';
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
