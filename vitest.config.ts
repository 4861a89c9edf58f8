import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/helpers/longest-first.ts';

/** What is about SQLite itself, or keeps no store at all, is not run again on PostgreSQL. */
const ON_POSTGRES = [
  'test/store/**/*.test.ts',
  'test/engine/**/*.test.ts',
  'test/outbox/**/*.test.ts',
  'test/http/**/*.test.ts',
  'test/properties/**/*.test.ts',
  'test/rails/tari-chain/{watcher,reorganisations,nodes,mempool,check-books}.test.ts',
  'test/security/**/*.test.ts',
  'test/cluster/**/*.test.ts',
  'test/faults/clock.test.ts',
  'test/fuzz/**/*.test.ts',
  'test/crash/walkthrough.test.ts',
  'test/simulation/postgres*.test.ts',
];
const NOT_ON_POSTGRES = [
  'test/**/sqlite*.test.ts',
  'test/engine/order-states.test.ts',
  'test/http/{client-address,contract,hmac,ip-list,turns}.test.ts',
  'test/http/routes/{docs,method-not-allowed,process,rate-limit}.test.ts',
  'test/outbox/plugins.test.ts',
  'test/properties/matching.property.test.ts',
  'test/security/comparisons.test.ts',
];
const NOT_ON_SQLITE = ['test/**/postgres*.test.ts', 'test/cluster/**'];

export default defineConfig({
  test: {
    setupFiles: ['test/helpers/contract-check.ts', 'test/helpers/choose-database.ts', 'test/helpers/end-of-file.ts'],
    testTimeout: 30_000,
    hookTimeout: 30_000,
    // One more than the two cores of our machines: while some wait for processes and time-outs, others have them.
    maxWorkers: 3,
    sequence: { sequencer: LongestFirst },
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
          globalSetup: ['test/helpers/postgres-setup.ts'],
        },
      },
    ],
  },
});
