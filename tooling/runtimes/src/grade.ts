/**
 * Runs on each runtime, in a folder where only the packed packages are installed: `grade.js PROFILE STRATEGY …`
 * prints one line of JSON for each strategy; with `digest` for a profile no law is judged. No Node module is imported,
 * and types are stripped before it gets there.
 */
import { conformance, traceDigest, worst } from '@millrace/conformance';
import type { ProfileName, Result } from '@millrace/conformance';
import { createPipe, loadStrategy } from '@millrace/core';
import type { Grading } from './grading.ts';

async function grade(name: string, mode: string): Promise<Grading> {
  const isDigestOnly = mode === 'digest';
  const profile = isDigestOnly ? 'quick' : (mode as ProfileName);
  const strategy = await loadStrategy(name);
  const byLaw = new Map<string, Result[]>();
  const vacuous: { law: string; message: string }[] = [];
  const started = performance.now();
  let schedules = 0;
  const cases = isDigestOnly ? [] : conformance(strategy, { createPipe, profile });
  for (const one of cases) {
    const result = await one.run();
    const { law, status, message = '' } = result;
    if (status === 'vacuous') vacuous.push({ law: one.label, message });
    if (law.startsWith('P')) schedules = result.evidence.schedules;
    byLaw.set(law, [...(byLaw.get(law) ?? []), result]);
  }
  const seconds = (performance.now() - started) / 1000;
  const { digest, runs, parts } = await traceDigest(strategy, { createPipe, profile });
  const results = [...byLaw.values()].map((ofLaw) => worst(ofLaw)).filter((one) => one !== undefined);
  return {
    strategy: name,
    held: results.filter(({ status }) => status === 'pass').map(({ law }) => law),
    broken: results
      .filter(({ status }) => ['fail', 'unknown', 'unexpected-pass'].includes(status))
      .map(({ law, status, message = '' }) => ({ law, message: `${status}: ${message}` })),
    vacuous,
    schedules,
    seconds,
    digest,
    runs,
    parts,
  };
}

interface ProcessLike {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): unknown };
}

const { process } = globalThis as unknown as { readonly process: ProcessLike };
const [mode = 'quick', ...names] = process.argv.slice(2);
for (const name of names) {
  process.stdout.write(`${JSON.stringify(await grade(name, mode))}\n`);
}
