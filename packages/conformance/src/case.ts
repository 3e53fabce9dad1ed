import type { LawId } from './laws.ts';
import type { Result } from './result.ts';

/** One thing to find out about a subject. Bindings map it to a test; the command line runs it itself. */
export interface Case {
  readonly law: LawId;
  /** Unique among a plan's cases and stable between releases; replay codes begin with it. */
  readonly label: string;
  /** A sentence about behaviour, without the law's id. */
  readonly title: string;
  run(): Result | Promise<Result>;
}
