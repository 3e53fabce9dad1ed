import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    // Many of these start processes (tsc, pnpm, node), which a busy machine does slowly. They measure no time.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test.json' }]],
    projects: [
      {
        extends: true,
        test: { name: 'repository', include: ['test/*.test.ts'], exclude: ['test/packed-*.test.ts'] },
      },
      {
        extends: true,
        test: {
          name: 'packed',
          include: ['test/packed-*.test.ts'],
          // The family is built and packed once for all of them.
          globalSetup: ['test/pack-once.ts'],
        },
      },
    ],
  },
});
