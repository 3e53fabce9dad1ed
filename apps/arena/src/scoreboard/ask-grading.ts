import { askChild } from '../ask-child.ts';
import type { ChildOptions } from '../ask-child.ts';
import type { Answer, Job } from './job.ts';

const entryFile = new URL('grade-contender.ts', import.meta.url);

/** Grades one contender, or replays one code on it, in a process of its own. */
export function askGrading(
  job: Job,
  { flags = [], ...options }: ChildOptions = {},
): Promise<Answer | string> {
  return askChild<Answer>(entryFile, job, {
    ...options,
    flags: ['--disable-warning=ExperimentalWarning', ...flags],
  });
}
