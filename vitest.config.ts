import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // Every stack makes its tables anew, under the same names: in an engine that they share, one after the other.
    fileParallelism: !process.env.DYNAMODB_ENDPOINT,
    // Few lines: failures in full, then the counts.
    reporters: ['minimal'],
    silent: 'passed-only',
  },
});
