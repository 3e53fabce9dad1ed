/**
 * Runs on each engine, in a folder where only the packed packages are installed, or bundled with them. No Node module is
 * imported.
 */
import { conformance, traceDigest, worst } from '@millrace/conformance';
import type { ProfileName, Result } from '@millrace/conformance';
import { createPipe } from '@millrace/core';
import type { BufferStrategy } from '@millrace/core';
import type { Grading } from './grading.ts';

/** Puts a strategy to every law at a profile; with `digest` for one, no law is judged. */
export async function gradeStrategy(strategy: BufferStrategy, mode: string): Promise<Grading> {
  const isDigestOnly = mode === 'digest';
  const profile = isDigestOnly ? 'quick' : (mode as ProfileName);
  const byLaw = new Map<string, Result[]>();
  const vacuous: { law: string; message: string }[] = [];
  let schedules = 0;
  const cases = isDigestOnly ? [] : conformance(strategy, { createPipe, profile });
  for (const one of cases) {
    const result = await one.run();
    const { law, status, message = '' } = result;
    if (status === 'vacuous') vacuous.push({ law: one.label, message });
    // The cases that are explored share one exploration, whose count each of them has; the others have none.
    if (law.startsWith('P')) schedules = Math.max(schedules, result.evidence.schedules);
    byLaw.set(law, [...(byLaw.get(law) ?? []), result]);
  }
  const { digest, runs, parts } = await traceDigest(strategy, { createPipe, profile });
  const results = [...byLaw.values()].map((ofLaw) => worst(ofLaw)).filter((one) => one !== undefined);
  return {
    strategy: strategy.name,
    held: results.filter(({ status }) => status === 'pass').map(({ law }) => law),
    broken: results
      .filter(({ status }) => ['fail', 'unknown', 'unexpected-pass'].includes(status))
      .map(({ law, status, message = '' }) => ({ law, message: `${status}: ${message}` })),
    vacuous,
    schedules,
    digest,
    runs,
    parts,
  };
}
