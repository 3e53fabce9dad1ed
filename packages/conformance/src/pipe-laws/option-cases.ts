import type { PipeOptions } from '@millrace/core';
import { brokenLaw } from '../broken-law.ts';
import type { Case } from '../case.ts';
import type { LawId } from '../laws.ts';
import type { Result } from '../result.ts';
import { codeOf, showError } from './judge/outcome.ts';
import { has } from './pipe-features.ts';
import type { PipeSubject } from './pipe-subject.ts';

/** Options that make no sense, with what the error has to name; and some that look odd and do. */
interface OptionChecks {
  readonly law: LawId;
  readonly title: string;
  readonly refused: readonly {
    readonly options: PipeOptions;
    readonly value: unknown;
    readonly limit?: number;
  }[];
  readonly taken: readonly PipeOptions[];
}

const wrong = (value: unknown): never => value as never;

const checks: readonly OptionChecks[] = [
  {
    law: 'P10',
    title: 'a limit that is no number of bytes is refused',
    refused: [
      { options: { maxBuffered: -1 }, value: -1 },
      { options: { maxBuffered: 1.5 }, value: 1.5 },
      { options: { maxBuffered: Number.NaN }, value: Number.NaN },
      { options: { maxBytes: -1 }, value: -1 },
      { options: { maxBytes: 0.5 }, value: 0.5 },
      { options: { maxBytes: wrong('9') }, value: '9' },
    ],
    taken: [{ maxBuffered: 0 }, { maxBuffered: Infinity }, { maxBytes: Infinity }, { maxBytes: 0 }],
  },
  {
    law: 'P11',
    title: 'marks that are no numbers of bytes, or the wrong way round, are refused',
    refused: [
      { options: { highWaterMark: -1 }, value: -1 },
      { options: { highWaterMark: 1.5 }, value: 1.5 },
      { options: { highWaterMark: Infinity }, value: Infinity },
      { options: { highWaterMark: wrong('4') }, value: '4' },
      { options: { highWaterMark: 4, lowWaterMark: -1 }, value: -1 },
      { options: { highWaterMark: 4, lowWaterMark: 0.5 }, value: 0.5 },
      { options: { highWaterMark: 4, lowWaterMark: 4 }, value: 4, limit: 4 },
      { options: { highWaterMark: 4, lowWaterMark: 5 }, value: 5, limit: 4 },
    ],
    taken: [
      { highWaterMark: 0 },
      { highWaterMark: 0, lowWaterMark: 0 },
      { highWaterMark: 1, lowWaterMark: 0 },
      { highWaterMark: 4, lowWaterMark: 3 },
    ],
  },
  {
    law: 'P15',
    title: 'a length that is no number of bytes is refused',
    refused: [
      { options: { expectedBytes: -1 }, value: -1 },
      { options: { expectedBytes: 1.5 }, value: 1.5 },
      { options: { expectedBytes: Infinity }, value: Infinity },
      { options: { expectedBytes: wrong('3') }, value: '3' },
    ],
    taken: [{ expectedBytes: 0 }, { expectedBytes: 2 ** 40 }],
  },
];

/** One case for each law that is about an option, where a pipe says that it refuses what makes no sense. */
export function optionCases(subject: PipeSubject): readonly Case[] {
  if (!has(subject.supports, 'refusals')) return [];
  return checks.map((asked) => {
    const label = `${asked.law}.options`;
    return { law: asked.law, label, title: asked.title, run: () => judgeOptions(subject, asked, label) };
  });
}

function judgeOptions(subject: PipeSubject, { law, refused, taken }: OptionChecks, label: string): Result {
  const evidence = { schedules: 0, checks: refused.length + taken.length };
  const problem =
    refused
      .map(({ options, ...named }) => refusalProblem(subject, options, named))
      .find((found) => found !== null) ??
    taken.map((options) => takingProblem(subject, options)).find((found) => found !== null);
  if (problem === undefined || problem === null) return { law, status: 'pass', evidence };
  return brokenLaw(law, { replay: `${label}/`, ...problem, timeline: [] }, evidence);
}

type Problem = { readonly expected: string; readonly got: string } | null;

function refusalProblem(
  { createPipe, strategy, supports }: PipeSubject,
  options: PipeOptions,
  { value, limit }: { readonly value: unknown; readonly limit?: number },
): Problem {
  const expected = `createPipe(${show(options)}) to throw ERR_PIPE_ARGUMENT`;
  try {
    createPipe(strategy, options);
  } catch (error) {
    if (!has(supports, 'codes')) return null;
    if (codeOf(error) !== 'ERR_PIPE_ARGUMENT') return { expected, got: showError(error) };
    const figures = error as { readonly value?: unknown; readonly limit?: unknown };
    const isNamed = Object.is(figures.value, value) && (limit === undefined || figures.limit === limit);
    const names = limit === undefined ? `value ${String(value)}` : `value ${String(value)}, limit ${limit}`;
    return isNamed
      ? null
      : {
          expected: `${expected} with ${names}`,
          got: `value ${String(figures.value)}, limit ${String(figures.limit)}`,
        };
  }
  return { expected, got: 'a pipe' };
}

function takingProblem({ createPipe, strategy }: PipeSubject, options: PipeOptions): Problem {
  try {
    createPipe(strategy, options);
    return null;
  } catch (error) {
    return { expected: `createPipe(${show(options)}) to make a pipe`, got: showError(error) };
  }
}

function show(options: PipeOptions): string {
  const parts = Object.entries(options).map(([name, value]) => {
    const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
    return `${name}: ${text}`;
  });
  return `{ ${parts.join(', ')} }`;
}
