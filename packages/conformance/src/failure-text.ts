import type { Result, TimelineStep } from './result.ts';

/** Whether a test runner should go red: broken, unjudged, or wrongly listed as broken. */
export function isFailing({ status }: Result): boolean {
  return status === 'fail' || status === 'unknown' || status === 'unexpected-pass';
}

/** What to show when a test must go red; `null` when it need not. */
export function problemOf(result: Result): string | null {
  return isFailing(result) ? failureText(result) : null;
}

/** The verdict with its whole counterexample, as plain text for an assertion message. */
export function failureText(result: Result): string {
  const { law, status, message, counterexample } = result;
  const lines = [`[${law}] ${status}: ${message ?? 'no reason given'}`];
  if (counterexample !== undefined) {
    lines.push(`  expected ${counterexample.expected}`, `  got      ${counterexample.got}`);
    lines.push(`  replay   ${counterexample.replay}`, ...timelineText(counterexample.timeline));
  }
  return lines.join('\n');
}

const COLUMN = 36;

/** Stands above a timeline of two columns. */
export const timelineHeads: string = `  ${'producer'.padEnd(COLUMN)}consumer`;

/**
 * A timeline in two columns, producer and source left, consumer right; a store's calls in one. What was done several times
 * in a row is one line.
 */
export function timelineText(timeline: readonly TimelineStep[]): readonly string[] {
  const lines: { readonly text: string; count: number }[] = [];
  for (const text of timeline.map(stepText)) {
    const last = lines.at(-1);
    if (last?.text === text) last.count += 1;
    else lines.push({ text, count: 1 });
  }
  return lines.map(({ text, count }) => (count === 1 ? text : `${text}, ${count} times in a row`));
}

function stepText(step: TimelineStep): string {
  const mark = step.isFailure === true ? '<< ' : '';
  const answer = step.answer === undefined || step.answer === '' ? '' : `→ ${step.answer}`;
  const text = `${mark}${[step.text, answer].filter((part) => part !== '').join(' ')}`;
  if (step.side === 'turns') return `  ${'-'.repeat(12)} ${text}`;
  // What is done within a call, by a hook, stands under it.
  const indent = (step.side === 'consumer' ? COLUMN : 0) + 2 * (step.depth ?? 0);
  return `  ${' '.repeat(indent)}${text}`;
}
