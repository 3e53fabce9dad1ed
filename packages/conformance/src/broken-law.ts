import type { LawId } from './laws.ts';
import type { Counterexample, Evidence, Result } from './result.ts';

/** The verdict on a law that a counterexample breaks. */
export function brokenLaw(law: LawId, counterexample: Counterexample, evidence: Evidence): Result {
  const { expected, got, replay } = counterexample;
  const message = `Expected ${expected}, got ${got} (replay ${replay})`;
  return { law, status: 'fail', message, counterexample, evidence };
}

/** The verdict on a law that nothing broke: kept, if it was put to the test at all. */
export function unbrokenLaw(law: LawId, evidence: Evidence): Result {
  if (evidence.checks > 0) return { law, status: 'pass', evidence };
  return { law, status: 'vacuous', message: 'What this law speaks about never came up', evidence };
}
