import { brokenLaw } from '../broken-law.ts';
import type { LawId } from '../laws.ts';
import type { Result } from '../result.ts';

/** What a measurement showed. It has no script to shrink: its replay code is its label alone. */
export interface Measurement {
  readonly law: LawId;
  readonly label: string;
  readonly isRight: boolean;
  readonly expected: string;
  readonly got: string;
  /** Times it was made. Default 1. */
  readonly count?: number;
}

export function verdictOf({ law, label, isRight, expected, got, count = 1 }: Measurement): Result {
  const evidence = { schedules: count, checks: count };
  if (isRight) return { law, status: 'pass', evidence };
  return brokenLaw(law, { replay: `${label}/`, expected, got, timeline: [] }, evidence);
}

export function vacuous(law: LawId, message: string): Result {
  return { law, status: 'vacuous', message, evidence: { schedules: 0, checks: 0 } };
}
