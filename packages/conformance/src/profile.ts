/** How much to try. */
export type ProfileName = 'quick' | 'ci' | 'deep';

/** Budgets are counts, never milliseconds: a slow machine reaches the same verdict, later. */
export interface Profile {
  readonly name: ProfileName;
  /** Calls in a script of the exhaustive small-scope enumeration of store calls. */
  readonly storeScopeDepth: number;
  /** Random walks over a store, per law that uses them, and the calls in each. */
  readonly storeWalks: number;
  readonly storeWalkSteps: number;
  /** Operations in the smaller of the two linear-cost measurements; the other has sixteen times as many. */
  readonly linearCostOperations: number;
}

const profiles: Readonly<Record<ProfileName, Profile>> = {
  quick: {
    name: 'quick',
    storeScopeDepth: 4,
    storeWalks: 60,
    storeWalkSteps: 120,
    linearCostOperations: 150,
  },
  ci: { name: 'ci', storeScopeDepth: 5, storeWalks: 600, storeWalkSteps: 200, linearCostOperations: 300 },
  deep: {
    name: 'deep',
    storeScopeDepth: 6,
    storeWalks: 6_000,
    storeWalkSteps: 300,
    linearCostOperations: 600,
  },
};

export function profileOf(name: ProfileName): Profile {
  return profiles[name];
}

export function isProfileName(name: string): name is ProfileName {
  return Object.hasOwn(profiles, name);
}
