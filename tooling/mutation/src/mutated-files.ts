import type { TimingKind } from './timing-mutants.ts';

export interface MutatedFile {
  /** From the root of the repository. */
  readonly path: string;
  /** Files of the strategies that use it, from the root. */
  readonly strategies: readonly string[];
  /** Nothing else runs while a store's method does, so there the order of neighbours is no matter of timing. */
  readonly kinds: readonly TimingKind[];
}

const strategy = (folder: string): string => `packages/${folder}/src/index.ts`;

const ofThePipe = [
  'pipe-core',
  'pipe-iterator',
  'pipe-reader',
  'pipe-writer',
  'wait',
  'pressure',
  'lifecycle',
] as const;

const ofTheSpill = ['spill-store', 'spill-piece', 'joined-front'] as const;

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
    strategies: [strategy('chunk-queue'), strategy('ring-buffer')],
    kinds: ['later', 'swap', 'await'],
  })),
  ...ofTheSpill.map((name): MutatedFile => ({
    path: `packages/core/src/${name}.ts`,
    strategies: ['tooling/mutation/src/spilling-ring.ts', strategy('ring-buffer')],
    kinds: ['later', 'await'],
  })),
  {
    path: 'packages/core/src/front-chunk.ts',
    strategies: [strategy('ring-buffer'), strategy('copy-on-yield')],
    kinds: ['later', 'await'],
  },
  ...Object.entries(ofAStore).flatMap(([folder, names]) =>
    names.map((name): MutatedFile => ({
      path: `packages/${folder}/src/${name}.ts`,
      strategies: [strategy(folder)],
      kinds: ['later', 'await'],
    })),
  ),
];
