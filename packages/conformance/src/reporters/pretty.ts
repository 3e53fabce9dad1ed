import { isFailing, timelineHeads, timelineText } from '../failure-text.ts';
import { lawOf } from '../laws.ts';
import { replayCommand } from '../run-record.ts';
import type { LawRecord, RunRecord, SubjectRecord } from '../run-record.ts';
import { severity } from '../result.ts';
import type { Result, Status, TimelineStep } from '../result.ts';
import { explain, marks } from './marks.ts';

export interface PrettyOptions {
  readonly hasColor: boolean;
  /** Columns of the terminal; 0: none, so nothing is cut. */
  readonly width: number;
}

const colors: Readonly<Record<Status, number>> = {
  pass: 32,
  fail: 31,
  'unexpected-pass': 31,
  unknown: 35,
  'known-failure': 33,
  vacuous: 90,
  'not-claimed': 90,
};

function paint(text: string, color: number, { hasColor }: PrettyOptions): string {
  return hasColor ? `\u001B[${color}m${text}\u001B[0m` : text;
}

export function prettyHeading(name: string, options: PrettyOptions): string {
  return paint(name, 1, options);
}

/** One line for a law: how it went, and how much was tried, or why nothing was shown. */
export function prettyLaw({ law, result }: LawRecord, options: PrettyOptions): string {
  const { status, message, evidence } = result;
  const mark = paint(marks[status], colors[status], options);
  const head = `  ${mark} ${law.id.padEnd(3)} ${law.title}`;
  if (status === 'pass') return `${head}  ${paint(`${grouped(evidence.checks)} checks`, 90, options)}`;
  if (isFailing(result)) return head;
  return `${head}  ${paint(`${status}: ${explain(status, message)}`, colors[status], options)}`;
}

/** What stands on the last line of a terminal while a law is being put to the test. */
export function prettyProgress(title: string, { width }: PrettyOptions): string {
  return `  … ${title}`.slice(0, Math.max(0, width - 1));
}

/** The counterexamples of a subject, and its verdict. */
export function prettySummary(subject: SubjectRecord, options: PrettyOptions): string {
  const failing = subject.laws.filter(({ result }) => isFailing(result));
  const lines = failing.flatMap((record) => ['', ...counterexampleOf(subject, record, options)]);
  const count = (status: Status): number =>
    subject.laws.filter(({ result }) => result.status === status).length;
  const counts = severity.filter((status) => count(status) > 0).map((status) => `${count(status)} ${status}`);
  const color = { conformant: 32, violations: 31, unknown: 35 }[subject.verdict];
  lines.push(
    '',
    `  ${paint(subject.verdict, color, options)}: ${counts.join(', ') || 'no law was put to the test'}; ${grouped(subject.schedules)} distinct schedules`,
  );
  return lines.join('\n');
}

/** The whole of it, as it is printed where there is no terminal. */
export function prettyReport({ subjects }: RunRecord): string {
  const plain: PrettyOptions = { hasColor: false, width: 0 };
  const lines = subjects.flatMap((subject) => [
    prettyHeading(subject.name, plain),
    ...subject.laws.map((record) => prettyLaw(record, plain)),
    `${prettySummary(subject, plain)}\n`,
  ]);
  return `${lines.join('\n')}\n`;
}

function counterexampleOf(
  subject: SubjectRecord,
  { result }: LawRecord,
  options: PrettyOptions,
): readonly string[] {
  const { counterexample } = result;
  if (counterexample === undefined) return prettyBroken(result, options);
  const command = replayCommand(subject, counterexample.replay);
  return [
    ...prettyBroken(result, options),
    ...prettyTimeline(counterexample.timeline, options),
    `      ${paint(`replay    ${command}`, 90, options)}`,
  ];
}

/** A law that was not kept, what it wants, and what was seen. */
export function prettyBroken(result: Result, options: PrettyOptions): readonly string[] {
  const { law, status, message, counterexample } = result;
  const head = `  ${paint(`${law} ${status}`, colors[status], options)}  ${lawOf(law).title}`;
  if (counterexample === undefined) return [head, `      ${explain(status, message)}`];
  const { expected, got } = counterexample;
  return [head, `      expected  ${expected}`, `      got       ${got}`];
}

/** A run in two columns, producer and consumer; a store's in one. */
export function prettyTimeline(timeline: readonly TimelineStep[], options: PrettyOptions): readonly string[] {
  const hasSides = timeline.some(({ side }) => side === 'consumer');
  return [
    ...(hasSides ? [`    ${paint(timelineHeads, 90, options)}`] : []),
    ...timelineText(timeline).map((line) =>
      line.includes('<< ') ? paint(`    ${line}`, colors.fail, options) : `    ${line}`,
    ),
  ];
}

function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(\d{3})+$)/g, ' ');
}
