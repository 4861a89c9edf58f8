/**
 * Which files of tests each vitest project runs. `npm test` runs them as they are here. With TEST_MATRIX=all (`npm run
 * test:all`), or where files are named on the command line, PostgreSQL has everything that keeps a store.
 */

/** Tests that start processes. They need what `npm run build` makes. */
const PROCESSES: readonly string[] = [
  'scripts/build/*.test.ts',
  'test/**/cli/**/*.test.ts',
  'test/shops/shopify/cli.test.ts',
  'test/checkout/{browser,walkthrough}.test.ts',
  'test/moving-over/command.test.ts',
  'test/platform/database/{migrations,sqlite-migrations}.test.ts',
  'test/platform/monitoring/http/health.test.ts',
  'test/platform/threads/**/*.test.ts',
  'test/rails/tari-chain/kills.test.ts',
  'test/system/{contrib,crash,faults,process,simulation,walkthrough}/**/*.test.ts',
  'test/system/docs/{demo,examples,hot-wallet,nginx,taritools,test-projects}.test.ts',
];

/**
 * Tests that start processes, wait for timeouts, play for long, try every route, or run a whole server with a shop beside
 * it. `fast` has the rest, and must take less than half a minute on two processors.
 */
export const SYSTEM: readonly string[] = [
  ...PROCESSES,
  'test/auth/http/guard.test.ts',
  'test/engine/http/{accounts,lists,operator-actions,search}.test.ts',
  'test/engine/ledger.property.test.ts',
  'test/engine/store/order-search.test.ts',
  'test/platform/http/openapi/{docs-page,examples}.test.ts',
  'test/platform/http/rate-limit.test.ts',
  'test/rails/tari-chain/{mempool,nodes,reorganisations,watcher}.test.ts',
  'test/shops/{http,prices}/**/*.test.ts',
  'test/shops/shopify/{capture,captures.property,open-orders}.test.ts',
  'test/shops/shopify/http/**/*.test.ts',
  'test/system/{fuzz,security}/**/*.test.ts',
  'test/tari/{payer.property,seed-words}.test.ts',
];

/** Against published programs, which `npm run test:interop` installs: it has a configuration of its own, in test/interop/. */
export const INTEROP: readonly string[] = ['test/interop/**', 'test/system/interop/**'];

/** About PostgreSQL itself. */
export const POSTGRES_ONLY: readonly string[] = ['test/**/postgres*.test.ts', 'test/system/cluster/**/*.test.ts'];

/** What depends on the database, and is fast enough for every run. */
const POSTGRES_OFTEN: readonly string[] = [
  'test/engine/*.property.test.ts',
  'test/engine/http/{lists,search}.test.ts',
  'test/engine/{claims,payments,reconciliation}.test.ts',
  'test/*/store/**/*.test.ts',
  'test/platform/database/**/*.test.ts',
  'test/platform/outbox/*.test.ts',
  'test/rails/tari-chain/{watcher,reorganisations,check-books}.test.ts',
  'test/moving-over/{samples,odd-databases,hostile-databases,debts,walk,import.property}.test.ts',
  'test/shops/{notify-shop,order-intake}.test.ts',
  'test/shops/shopify/captures.property.test.ts',
  'test/system/cluster/cluster.test.ts',
  'test/system/crash/walkthrough.test.ts',
  'test/system/security/{injection,stored-text}.test.ts',
  'test/system/simulation/postgres*.test.ts',
];

/** All that keeps a store. */
const POSTGRES_ALWAYS: readonly string[] = [
  ...POSTGRES_OFTEN,
  'test/checkout/{pages,streams}.test.ts',
  'test/{auth,engine,rates}/**/*.test.ts',
  'test/*/http/**/*.test.ts',
  'test/platform/{audit-log,http,logging,monitoring,outbox}/**/*.test.ts',
  'test/rails/tari-chain/{watcher,reorganisations,nodes,mempool,check-books}.test.ts',
  'test/rails/tari-chain/http/**/*.test.ts',
  'test/rails/tari-wallet/**/*.test.ts',
  'test/shops/*.test.ts',
  'test/shops/{http,prices,shopify/http}/**/*.test.ts',
  'test/system/cluster/**/*.test.ts',
  'test/system/faults/clock.test.ts',
  'test/system/{fuzz,process,security}/**/*.test.ts',
];

/** What is about SQLite itself, or keeps no store at all, is not run again on PostgreSQL. */
export const NOT_ON_POSTGRES: readonly string[] = [
  'test/**/cli/**/*.test.ts',
  'test/**/sqlite*.test.ts',
  'test/auth/key-file.test.ts',
  'test/engine/matching.property.test.ts',
  'test/engine/order-states.test.ts',
  'test/pull-payments/http/{endpoint,uplinks}/**/*.test.ts',
  'test/platform/http/{allowed-methods,client-address,event-loop-fairness,ip-allowlist,rate-limit}.test.ts',
  'test/platform/http/openapi/{contract,docs-page}.test.ts',
  'test/platform/database/{migration-lists,table-order}.test.ts',
  'test/platform/logging/log.test.ts',
  'test/platform/outbox/plugins.test.ts',
  'test/shops/shopify/http/hmac.test.ts',
  'test/system/process/start-and-stop.test.ts',
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
