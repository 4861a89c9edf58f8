import { defineConfig } from 'vitest/config';
import { LongestFirst } from '#test/vitest/longest-first.ts';
import { INTEROP, leftOut, NOT_ON_POSTGRES, POSTGRES_ONLY, postgresFiles, SYSTEM } from '#test/vitest/projects.ts';
import { browserFilesInTests } from './scripts/build/browser-files.ts';

export default defineConfig({
  plugins: [browserFilesInTests()],
  test: {
    setupFiles: [
      'test/support/vitest/contract-check.ts',
      'test/support/vitest/choose-database.ts',
      'test/support/vitest/end-of-file.ts',
    ],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // One more than the two cores of our machines: while some wait for processes and time-outs, others have them.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
    // What was transformed for one run is there for the next.
    experimental: { fsModuleCache: true, fsModuleCachePath: 'node_modules/.cache/vitest' },
    // No test changes what others import, and importing the whole program anew for each file took a third of the time.
    isolate: false,
    maxConcurrency: 6,
    coverage: { provider: 'v8', include: ['src/**', 'migrations/**'] },
    // The longest first.
    projects: [
      {
        extends: true,
        test: {
          name: 'system',
          include: [...SYSTEM],
          exclude: [...POSTGRES_ONLY, ...leftOut(process.env, process.argv)],
        },
      },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: [...postgresFiles(process.env, process.argv)],
          exclude: [...NOT_ON_POSTGRES],
          globalSetup: ['test/support/vitest/postgres-setup.ts'],
        },
      },
      {
        extends: true,
        test: {
          name: 'fast',
          include: ['{test,scripts}/**/*.test.ts'],
          exclude: [...SYSTEM, ...POSTGRES_ONLY, ...INTEROP],
        },
      },
    ],
  },
});
