import { laws } from '@millrace/conformance';
import type { ProfileName, SubjectRecord } from '@millrace/conformance';
import type { Claims, Contender } from '../contender.ts';
import type { ContenderEntry } from '../contenders.ts';
import { versionOf } from '../version-of.ts';
import { askGrading } from './ask-grading.ts';
import { findNode26 } from '../node-26.ts';

/** A row of the table. */
export interface Graded {
  readonly entry: ContenderEntry;
  /** `streamx 2.28.1`, `Node 24.21.0` */
  readonly version: string;
  readonly node: string;
  readonly claims: Claims;
  readonly record: SubjectRecord;
}

/** Grades one contender after another, each in a process of its own. */
export async function gradeAll(
  entries: readonly ContenderEntry[],
  profile: ProfileName,
  onGraded: (one: Graded) => void = () => undefined,
): Promise<readonly Graded[]> {
  const rows: Graded[] = [];
  for (const entry of entries) {
    const row = await gradeOne(entry, profile);
    onGraded(row);
    rows.push(row);
  }
  return rows;
}

async function gradeOne(entry: ContenderEntry, profile: ProfileName): Promise<Graded> {
  const { title, file, strategy, flags26 } = entry;
  const node26 = flags26 === undefined ? undefined : findNode26();
  if (flags26 !== undefined && node26 === undefined)
    return unjudged(entry, 'There is no Node 26 to run it on.');
  const answer = await askGrading(
    { title, file: file.href, strategy, profile },
    { ...(node26 !== undefined && { execPath: node26 }), ...(flags26 && { flags: flags26 }) },
  );
  if (typeof answer === 'string') return unjudged(entry, answer);
  const { record, claims, node } = answer;
  return { entry, version: versionOf(entry.versionOf, node), node, claims, record };
}

/** What it claims and nobody could judge is unknown. */
async function unjudged(entry: ContenderEntry, message: string): Promise<Graded> {
  const claims = await import(entry.file.href).then(
    (contender: Contender) => contender.claims,
    (): Claims => ({}),
  );
  const evidence = { schedules: 0, checks: 0 };
  const records = laws
    .filter(({ id }) => id.startsWith('P'))
    .map((law) => ({
      law,
      result: {
        law: law.id,
        status: claims[law.id] === undefined ? 'not-claimed' : 'unknown',
        message,
        evidence,
      },
    })) satisfies SubjectRecord['laws'];
  const record = {
    name: entry.title,
    specifier: entry.id,
    verdict: 'unknown',
    schedules: 0,
    laws: records,
  } as const;
  return {
    entry,
    version: versionOf(entry.versionOf, process.version),
    node: process.version,
    claims,
    record,
  };
}
