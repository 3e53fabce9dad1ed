import { brokenLaw } from '../broken-law.ts';
import type { Host } from '../host.ts';
import type { LawId } from '../laws.ts';
import type { Result, TimelineStep } from '../result.ts';
import { blamedLaw } from './blamed-law.ts';
import type { PipeSubject } from './pipe-subject.ts';
import { runCoded } from './run-schedule.ts';
import type { CodedSchedule } from './run-schedule.ts';
import { formatSchedule } from './schedule-code.ts';

/** One schedule once more: the laws it broke, the others it put to the test, and every step. */
export async function replaySchedule(
  subject: PipeSubject,
  schedule: CodedSchedule,
  host: Host,
): Promise<{ readonly results: readonly Result[]; readonly timeline: readonly TimelineStep[] }> {
  const { violation, checks, timeline } = await runCoded(subject, schedule, { host, isRecording: true });
  const code = formatSchedule(schedule, schedule.isBeside);
  const results = new Map<LawId, Result>();
  if (violation !== null) {
    const law = await blamedLaw(subject, host, schedule, violation);
    const { expected, got } = violation;
    const evidence = { schedules: 1, checks: checks.get(violation.law) ?? 1 };
    results.set(law, brokenLaw(law, { replay: code, expected, got, timeline }, evidence));
  }
  for (const [law, count] of checks) {
    if (!results.has(law))
      results.set(law, { law, status: 'pass', evidence: { schedules: 1, checks: count } });
  }
  return { results: [...results.values()], timeline };
}
