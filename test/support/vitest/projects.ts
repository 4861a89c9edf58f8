/**
 * Which files of tests each vitest project runs. `npm test` runs them as they are here. With TEST_MATRIX=all (`npm run
 * test:all`), or where files are named on the command line, PostgreSQL has everything that keeps a store.
 */

/** Tests that start processes, wait for time-outs or play for long: they need what `npm run build` makes. */
export const SYSTEM: readonly string[] = [
  'test/checkout/{browser,walkthrough}.test.ts',
  'test/cli/**/*.test.ts',
  'test/contrib/**/*.test.ts',
  'test/crash/**/*.test.ts',
  'test/docs/{demo,examples,hot-wallet,nginx,taritools,test-projects,third-party-notices}.test.ts',
  'test/faults/**/*.test.ts',
  'test/http/routes/{health,process,shutdown}.test.ts',
  'test/rails/tari-chain/kills.test.ts',
  'test/system/security/secrets.test.ts',
  'test/simulation/**/*.test.ts',
  'test/store/{migrations,sqlite-migrations}.test.ts',
  'test/thread/**/*.test.ts',
];

/** About PostgreSQL itself. */
export const POSTGRES_ONLY: readonly string[] = ['test/**/postgres*.test.ts', 'test/cluster/**/*.test.ts'];

/** What depends on the database, and is fast enough for every run. */
const POSTGRES_OFTEN: readonly string[] = [
  'test/store/**/*.test.ts',
  'test/outbox/**/*.test.ts',
  'test/properties/**/*.test.ts',
  'test/rails/tari-chain/{watcher,reorganisations,check-books}.test.ts',
  'test/engine/{account-ordinals,audit,claims,orders,payments}.test.ts',
  'test/http/routes/{lists,search}.test.ts',
  'test/security/{injection,stored-text}.test.ts',
  'test/system/cluster/cluster.test.ts',
  'test/system/crash/walkthrough.test.ts',
  'test/simulation/postgres*.test.ts',
];

/** All that keeps a store. */
const POSTGRES_ALWAYS: readonly string[] = [
  ...POSTGRES_OFTEN,
  'test/checkout/{pages,streams}.test.ts',
  'test/engine/**/*.test.ts',
  'test/http/**/*.test.ts',
  'test/rails/tari-chain/{watcher,reorganisations,nodes,mempool,check-books}.test.ts',
  'test/security/**/*.test.ts',
  'test/cluster/**/*.test.ts',
  'test/system/faults/clock.test.ts',
  'test/fuzz/**/*.test.ts',
];

/** What is about SQLite itself, or keeps no store at all, is not run again on PostgreSQL. */
export const NOT_ON_POSTGRES: readonly string[] = [
  'test/**/sqlite*.test.ts',
  'test/engine/order-states.test.ts',
  'test/http/{client-address,contract,hmac,ip-list,turns}.test.ts',
  'test/http/routes/{docs,method-not-allowed,process,rate-limit}.test.ts',
  'test/platform/outbox/plugins.test.ts',
  'test/engine/matching.property.test.ts',
  'test/system/security/comparisons.test.ts',
];

/** @param arguments_ those of vitest. */
export function postgresFiles(
  environment: Readonly<Record<string, string | undefined>>,
  arguments_: readonly string[],
) {
  const isNamed = arguments_.some((argument) => /^(?:\.\/)?test\//.test(argument));
  return environment.TEST_MATRIX === 'all' || isNamed ? POSTGRES_ALWAYS : POSTGRES_OFTEN;
}
