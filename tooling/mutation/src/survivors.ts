import type { TimingKind } from './timing-mutants.ts';

/** A mutant that no schedule can tell from the original, and why. */
export interface Survivor {
  readonly path: string;
  readonly kind: TimingKind;
  readonly statement: string;
  readonly reason: string;
}

export const survivors: readonly Survivor[] = [];
