import type { ProfileName, SubjectRecord, TimelineStep } from '@millrace/conformance';
import type { Claims } from '../contender.ts';

/** What a child process is asked for. */
export interface Job {
  readonly title: string;
  /** URL of a module with the shape of `Contender`. */
  readonly file: string;
  readonly strategy: string | undefined;
  readonly profile: ProfileName;
  readonly replay?: string;
}

/** What it answers. */
export interface Answer {
  readonly record: SubjectRecord;
  readonly claims: Claims;
  /** Of a replay. */
  readonly timeline?: readonly TimelineStep[];
  /** `v24.21.0` */
  readonly node: string;
}
