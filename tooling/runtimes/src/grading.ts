/** What one runtime found out about one strategy. */
export interface Grading {
  readonly strategy: string;
  /** Laws that hold; those that do not, or could not be judged; and those this runtime has nothing to show for. */
  readonly held: readonly string[];
  readonly broken: readonly { readonly law: string; readonly message: string }[];
  readonly vacuous: readonly { readonly law: string; readonly message: string }[];
  /** Distinct schedules of pipe laws that were run. */
  readonly schedules: number;
  readonly digest: string;
  /** Runs that the digest is over. */
  readonly runs: number;
  /** Digests of its parts, to find where two runtimes go apart. */
  readonly parts: Readonly<Record<string, string>>;
}

/** With the seconds that it took, by a clock outside of the engine: some stop theirs while code runs. */
export interface TimedGrading extends Grading {
  readonly seconds: number;
}
