/** How much to try. */
export type ProfileName = 'quick' | 'ci' | 'deep';

/** Budgets are counts, never milliseconds: a slow machine reaches the same verdict, later. */
export interface Profile {
  readonly name: ProfileName;
  /** Calls in a script of the exhaustive small-scope enumeration of store calls. */
  readonly storeScopeDepth: number;
  /** The same where each call is followed by a look at the store's figures, or each script by one more call. */
  readonly probedScopeDepth: number;
  /** Random walks over a store, per law that uses them, and the calls in each. */
  readonly storeWalks: number;
  readonly storeWalkSteps: number;
  /** Operations in the smaller of the two linear-cost measurements; the other has sixteen times as many. */
  readonly linearCostOperations: number;
  /**
   * Schedules of each curated pipe script: words over turns, with up to so many gaps that are not a macrotask, words
   * that reach within a generation, and re-entrant words.
   */
  readonly deviations: number;
  readonly wordsPerScript: number;
  readonly slotWords: number;
  readonly reentrantWords: number;
  /** Producer operations up to which every pipe script is generated, and the words over turns tried for each. */
  readonly generatedOperations: number;
  readonly generatedDeviations: number;
  readonly generatedWords: number;
  /** Long random schedules. */
  readonly longSchedules: number;
}

/** More gaps than a script has. */
const EVERY = Number.POSITIVE_INFINITY;

const profiles: Readonly<Record<ProfileName, Profile>> = {
  quick: {
    name: 'quick',
    storeScopeDepth: 4,
    probedScopeDepth: 4,
    storeWalks: 60,
    storeWalkSteps: 120,
    linearCostOperations: 150,
    deviations: 3,
    wordsPerScript: 160,
    slotWords: 60,
    reentrantWords: 40,
    generatedOperations: 1,
    generatedDeviations: 3,
    generatedWords: 24,
    longSchedules: 300,
  },
  ci: {
    name: 'ci',
    storeScopeDepth: 5,
    probedScopeDepth: 4,
    storeWalks: 600,
    storeWalkSteps: 200,
    linearCostOperations: 300,
    deviations: EVERY,
    wordsPerScript: 4_000,
    slotWords: 1_000,
    reentrantWords: 400,
    generatedOperations: 3,
    generatedDeviations: 2,
    generatedWords: 40,
    longSchedules: 5_000,
  },
  deep: {
    name: 'deep',
    storeScopeDepth: 6,
    probedScopeDepth: 5,
    storeWalks: 6_000,
    storeWalkSteps: 300,
    linearCostOperations: 600,
    deviations: EVERY,
    wordsPerScript: 60_000,
    slotWords: 20_000,
    reentrantWords: 5_000,
    generatedOperations: 4,
    generatedDeviations: 3,
    generatedWords: 4_000,
    longSchedules: 100_000,
  },
};

export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}
