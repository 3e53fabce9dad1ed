import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Many of these start processes (tsc, pnpm, node), which a busy machine does slowly. They measure no time.
    testTimeout: 120_000,
    hookTimeout: 300_000,
    reporters: ['default', ['json', { outputFile: 'reports/test.json' }]],
  },
});
