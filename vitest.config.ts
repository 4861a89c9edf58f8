import { defineConfig } from 'vitest/config';

/** What is about SQLite itself, or keeps no store at all, is not run again on PostgreSQL. */
const ON_POSTGRES = [
  'test/store/**/*.test.ts',
  'test/engine/**/*.test.ts',
  'test/outbox/**/*.test.ts',
  'test/http/**/*.test.ts',
  'test/properties/**/*.test.ts',
  'test/security/**/*.test.ts',
  'test/cluster/**/*.test.ts',
  'test/faults/clock.test.ts',
  'test/fuzz/**/*.test.ts',
  'test/crash/walkthrough.test.ts',
];
const NOT_ON_POSTGRES = [
  'test/**/sqlite*.test.ts',
  'test/engine/{order-states,retry-pause}.test.ts',
  'test/http/{client-address,contract,hmac,ip-list,turns}.test.ts',
  'test/http/routes/{docs,method-not-allowed,process,rate-limit}.test.ts',
  'test/outbox/plugins.test.ts',
  'test/properties/matching.property.test.ts',
  'test/security/comparisons.test.ts',
];
const NOT_ON_SQLITE = ['test/**/postgres*.test.ts', 'test/cluster/**'];

export default defineConfig({
  test: {
    globalSetup: ['test/helpers/contract-document.ts'],
    setupFiles: ['test/helpers/contract-check.ts', 'test/helpers/choose-database.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // Two cores: more workers than that only make tests with real processes wait for each other.
    maxWorkers: 2,
    // No test changes what others import, and importing the whole program anew for each file took a third of the time.
    isolate: false,
    maxConcurrency: 6,
    coverage: { provider: 'v8', include: ['src/**', 'migrations/**'] },
    projects: [
      { extends: true, test: { name: 'sqlite', include: ['test/**/*.test.ts'], exclude: NOT_ON_SQLITE } },
      {
        extends: true,
        test: {
          name: 'postgres',
          include: ON_POSTGRES,
          exclude: NOT_ON_POSTGRES,
          globalSetup: ['test/helpers/contract-document.ts', 'test/helpers/postgres-setup.ts'],
        },
      },
    ],
  },
});
