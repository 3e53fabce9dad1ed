/** What the suite answers for: the pipe, and each store. Convenience, adapters and pools have tests of their own. */
export const mutatedFiles: readonly MutatedFile[] = [
  ...[
    'pipe-core',
    'pipe-iterator',
    'pipe-reader',
    'pipe-writer',
    'waits',
    'pressure',
    'lifecycle',
    'spill-store',
  ].map((name) => ({
    path: `packages/core/src/${name}.ts`,
    // A fixed store brings the spill store into play; the other has no limit of its own.
    strategies: ['chunk-queue', 'ring-buffer'],
  })),
  { path: 'packages/ring-buffer/src/ring-buffer-store.ts', strategies: ['ring-buffer'] },
  { path: 'packages/chunk-queue/src/chunk-queue-store.ts', strategies: ['chunk-queue'] },
  { path: 'packages/chunk-queue/src/segment.ts', strategies: ['chunk-queue'] },
  { path: 'packages/copy-on-yield/src/copy-on-yield-store.ts', strategies: ['copy-on-yield'] },
];

export interface MutatedFile {
  /** From the root of the repository. */
  readonly path: string;
  /** Folders of the strategies that use it. */
  readonly strategies: readonly string[];
}
