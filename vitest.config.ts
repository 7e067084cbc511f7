import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    exclude: ['test/aws/**'],
    testTimeout: 20_000,
    hookTimeout: 60_000,
    restoreMocks: true,
    // Few lines: failures in full, then the counts.
    reporters: ['minimal'],
    silent: 'passed-only',
  },
});
