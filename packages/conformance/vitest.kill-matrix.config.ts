import { defineConfig } from 'vitest/config';

/** Minutes of work, so it has a command of its own: `pnpm --filter @millrace/conformance kill-matrix`. */
export default defineConfig({
  test: {
    include: ['test/broken/**/*.test.ts'],
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
