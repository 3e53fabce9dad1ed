import type { LawId, LawLevel } from './laws.ts';
import type { Status } from './result.ts';
import type { RunRecord, Verdict } from './run-record.ts';

/** The stable shape of a JSON report; `report.schema.json` describes it. Fields may be added, none is taken away. */
export interface Report {
  readonly contract: 1;
  readonly seed: number;
  readonly profile: string;
  readonly subjects: readonly SubjectReport[];
}

export interface SubjectReport {
  readonly name: string;
  readonly verdict: Verdict;
  readonly schedules: number;
  readonly laws: readonly LawReport[];
}

export interface LawReport {
  readonly id: LawId;
  readonly level: LawLevel;
  readonly status: Status;
  readonly title: string;
  readonly message?: string;
  readonly replay?: string;
}

export function reportOf({ contract, seed, profile, subjects }: RunRecord): Report {
  return {
    contract,
    seed,
    profile,
    subjects: subjects.map(({ name, verdict, schedules, laws }) => ({
      name,
      verdict,
      schedules,
      laws: laws.map(({ law, result }) => ({
        id: law.id,
        level: law.level,
        status: result.status,
        title: law.title,
        ...(result.message !== undefined && { message: result.message }),
        ...(result.counterexample && { replay: result.counterexample.replay }),
      })),
    })),
  };
}
