import type { TimingKind } from './timing-mutants.ts';

export interface MutatedFile {
  /** From the root of the repository. */
  readonly path: string;
  /** Folders of the strategies that use it. */
  readonly strategies: readonly string[];
  /** Nothing else runs while a store's method does, so there the order of neighbours is no matter of timing. */
  readonly kinds: readonly TimingKind[];
}

const ofThePipe = [
  'pipe-core',
  'pipe-iterator',
  'pipe-reader',
  'pipe-writer',
  'waits',
  'pressure',
  'lifecycle',
  'spill-store',
];

const ofAStore = {
  'ring-buffer': ['ring-buffer-store'],
  'chunk-queue': ['chunk-queue-store', 'segment'],
  'copy-on-yield': ['copy-on-yield-store'],
} as const;

/** What the suite answers for: the pipe, and each store. Convenience, adapters and pools have tests of their own. */
export const mutatedFiles: readonly MutatedFile[] = [
  ...ofThePipe.map((name): MutatedFile => ({
    path: `packages/core/src/${name}.ts`,
    // A fixed store brings the spill store into play; the other has no limit of its own.
    strategies: ['chunk-queue', 'ring-buffer'],
    kinds: ['later', 'swap', 'await'],
  })),
  ...Object.entries(ofAStore).flatMap(([strategy, names]) =>
    names.map((name): MutatedFile => ({
      path: `packages/${strategy}/src/${name}.ts`,
      strategies: [strategy],
      kinds: ['later', 'await'],
    })),
  ),
];
