import { detectHost, gradeSubject, laws, lawOf, replay, worst } from '@millrace/conformance';
import type { LawId, SubjectRecord } from '@millrace/conformance';
import { loadStrategy } from '@millrace/core';
import { answerParent } from '../answer-parent.ts';
import type { Contender } from '../contender.ts';
import type { Answer, Job } from './job.ts';
import { patientHost } from './patient-host.ts';

const ofPipe = laws.map(({ id }) => id).filter((id) => id.startsWith('P'));

/** Runs in a process of its own: grades one contender, or replays one code on it. */
async function grade({ title, file, strategy: name, profile, replay: code }: Job): Promise<Answer> {
  const { createPipe, claims, supports } = (await import(file)) as Contender;
  // Who brings a buffer of its own never looks at the strategy.
  const strategy = await loadStrategy(name ?? '@millrace/chunk-queue', {
    import: (specifier) => import(specifier),
  });
  const claimed = Object.keys(claims) as LawId[];
  const host = name === undefined ? patientHost() : detectHost();
  const asked = { createPipe, claims: claimed, ...(supports && { supports }), host };
  const { version: node } = process;
  if (code !== undefined) {
    const { results, timeline } = await replay(strategy, code, asked);
    const record: SubjectRecord = {
      name: title,
      specifier: title,
      verdict: worst(results)?.status === 'fail' ? 'violations' : 'conformant',
      schedules: 1,
      laws: results.map((result) => ({ law: lawOf(result.law), result })),
    };
    return { record, claims, timeline, node };
  }
  const record = await gradeSubject(
    { name: title, specifier: title, strategy, ...asked, about: ofPipe },
    { profile, seed: 1, host },
  );
  return { record, claims, node };
}

answerParent(grade);
