import type { BufferStrategy } from '@millrace/core';
import type { Host } from '../host.ts';
import type { Profile } from '../profile.ts';
import { SeededRandom } from '../seeded-random.ts';
import { randomWalks } from './script-families.ts';
import type { MemoryKind, StoreScript } from './script.ts';

/** What the store laws are checked on, and how hard. */
export interface StorePlan {
  readonly strategy: BufferStrategy;
  readonly profile: Profile;
  readonly seed: number;
  readonly host: Host;
}

/** The plan's random walks. Each law has a `salt` of its own, so that no two laws see the same walks. */
export function planWalks(
  plan: StorePlan,
  salt: number,
  memories?: readonly MemoryKind[],
): Iterable<StoreScript> {
  const { storeWalks: walks, storeWalkSteps: steps } = plan.profile;
  const random = new SeededRandom(plan.seed).fork(salt);
  return randomWalks({ random, walks, steps, ...(memories && { memories }) });
}
