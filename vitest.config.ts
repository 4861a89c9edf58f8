import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/helpers/contract-document.ts'],
    setupFiles: ['test/helpers/contract-check.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers than that only make tests with real processes wait for each other.
    maxWorkers: 2,
    // No test changes what others import, and importing the whole program anew for each file took a third of the time.
    isolate: false,
    maxConcurrency: 6,
    coverage: { provider: 'v8', include: ['src/**', 'migrations/**'] },
  },
});
