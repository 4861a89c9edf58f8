/**
 * Which files of tests each vitest project runs. `npm test` runs what finds most mistakes in three minutes on two
 * processors. With TEST_MATRIX=all (`npm run test:all`), or where files are named on the command line, the thorough ones
 * run too, and PostgreSQL has everything that keeps a store.
 */

/** Tests that start processes. They need what `npm run build` makes. */
const PROCESSES: readonly string[] = [
  'scripts/build/*.test.ts',
  'test/**/cli/**/*.test.ts',
  'test/shops/shopify/cli.test.ts',
  'test/checkout/{browser,walkthrough}.test.ts',
  'test/console/{browser,whole-refund}.test.ts',
  'test/moving-over/command.test.ts',
  'test/payouts/kills.test.ts',
  'test/platform/database/{migrations,sqlite-migrations}.test.ts',
  'test/platform/monitoring/http/health.test.ts',
  'test/platform/threads/**/*.test.ts',
  'test/pull-payments/kills.test.ts',
  'test/rails/tari-chain/kills.test.ts',
  'test/system/{contrib,crash,faults,process,simulation,walkthrough}/**/*.test.ts',
  'test/system/docs/{demo,examples,hot-wallet,nginx,taritools,test-projects}.test.ts',
];

/** Tests in this process that take seconds: properties, many samples, every route, a whole server with a shop beside it. */
const SLOW: readonly string[] = [
  'test/auth/http/{guard,login}.test.ts',
  'test/auth/people/*.test.ts',
  'test/back-end/http/**/*.test.ts',
  'test/checkout/{pages,streams}.test.ts',
  'test/console/everything.test.ts',
  'test/engine/{money,money-variants,operator-actions,order-lookup,order-of-arrival,payments}.test.ts',
  'test/engine/http/{accounts,administration,claim,held,lists,operator-actions,search,wallet-signatures}.test.ts',
  'test/engine/ledger.property.test.ts',
  'test/engine/store/order-search.test.ts',
  'test/interledger/*.property.test.ts',
  'test/moving-over/{hostile-databases,hostile-files,import.property,odd-databases,old-files,references,samples,two-ways}.test.ts',
  'test/notes/http/notes.test.ts',
  'test/payouts/{attacks,refunds.property}.test.ts',
  'test/payouts/http/**/*.test.ts',
  'test/platform/audit-log/http/audit-log.test.ts',
  'test/platform/config/settings.test.ts',
  'test/platform/database/{sqlite,store}.test.ts',
  'test/platform/http/openapi/{docs-page,examples}.test.ts',
  'test/platform/http/{errors,ip-allowlist,rate-limit}.test.ts',
  'test/platform/json.test.ts',
  'test/platform/logging/access-log-routes.test.ts',
  'test/platform/monitoring/http/metrics.test.ts',
  'test/platform/outbox/http/dead-letters.test.ts',
  'test/pull-payments/http/**/*.test.ts',
  'test/pull-payments/store/{money.property,timeline}.test.ts',
  'test/pull-payments/http/operators.test.ts',
  'test/pull-payments/http/spsp/{hostile,recorded}.test.ts',
  'test/rails/tari-chain/http/chain.test.ts',
  'test/rails/tari-chain/{fake-node-faults,mempool,nodes,read-chain,reorganisations,watcher}.test.ts',
  'test/rails/tari-wallet/http/{payouts,reports}.test.ts',
  'test/reports/http/**/*.test.ts',
  'test/shops/{order-intake,order-updates}.test.ts',
  'test/shops/{http,prices}/**/*.test.ts',
  'test/shops/shopify/{capture,captures.property,connect,connector,open-orders,subscription-*}.test.ts',
  'test/shops/shopify/admin-api/client.test.ts',
  'test/shops/shopify/http/**/*.test.ts',
  'test/system/{fuzz,security}/**/*.test.ts',
  'test/system/{architecture,rust-tool}.test.ts',
  'test/tari/{payer.property,schnorr,seed-words,wallet-texts}.test.ts',
  'test/webhooks/http/**/*.test.ts',
];

/** `fast` has the rest, and must take less than half a minute on two processors. */
export const SYSTEM: readonly string[] = [...PROCESSES, ...SLOW];

/** Of these, what kills processes, plays for long, waits for time-outs, or tries every variant: not in `npm test`. */
const THOROUGH: readonly string[] = [
  'test/auth/cli/**/*.test.ts',
  'test/auth/http/guard.test.ts',
  'test/checkout/{browser,pages}.test.ts',
  'test/console/{browser,whole-refund}.test.ts',
  'test/cli/{admin,completion,menus,setup-init,signals,signing}.test.ts',
  'test/engine/cli/customers.test.ts',
  'test/engine/http/{held,lists}.test.ts',
  'test/engine/order-of-arrival.test.ts',
  'test/engine/http/search.test.ts',
  'test/engine/ledger.property.test.ts',
  'test/engine/store/order-search.test.ts',
  'test/moving-over/{command,samples}.test.ts',
  'test/payouts/kills.test.ts',
  'test/platform/database/migrations.test.ts',
  'test/platform/http/openapi/examples.test.ts',
  'test/platform/http/rate-limit.test.ts',
  'test/platform/threads/database-thread.test.ts',
  'test/pull-payments/kills.test.ts',
  'test/rails/tari-chain/cli/**/*.test.ts',
  'test/rails/tari-chain/{kills,mempool,nodes,reorganisations}.test.ts',
  'test/rails/tari-wallet/cli/**/*.test.ts',
  'test/shops/{http,prices}/**/*.test.ts',
  'test/shops/shopify/{cli,cli/**/*,http/**/*}.test.ts',
  'test/system/{crash,faults,fuzz,simulation}/**/*.test.ts',
  'test/system/docs/{demo,examples,nginx}.test.ts',
  'test/system/process/shutdown.test.ts',
  'test/system/security/{replay,secrets}.test.ts',
  'test/tari/{payer.property,seed-words}.test.ts',
];

/** Against published programs, which `npm run test:interop` installs: it has a configuration of its own, in test/interop/. */
export const INTEROP: readonly string[] = ['test/interop/**', 'test/system/interop/**'];

/** About PostgreSQL itself. */
export const POSTGRES_ONLY: readonly string[] = ['test/**/postgres*.test.ts', 'test/system/cluster/**/*.test.ts'];

/** What depends on the database most, and is fast enough for every run. */
const POSTGRES_OFTEN: readonly string[] = [
  'test/engine/{claims,payments}.test.ts',
  'test/{auth,engine,notes,rates,webhooks}/store/**/*.test.ts',
  'test/platform/database/{postgres,store}.test.ts',
  'test/platform/outbox/*.test.ts',
  'test/shops/{notify-shop,order-intake}.test.ts',
  'test/system/security/stored-text.test.ts',
];

/** All that keeps a store. */
const POSTGRES_ALWAYS: readonly string[] = [
  ...POSTGRES_OFTEN,
  'test/*/store/**/*.test.ts',
  'test/platform/database/**/*.test.ts',
  'test/checkout/{pages,streams}.test.ts',
  'test/{auth,engine,rates}/**/*.test.ts',
  'test/*/http/**/*.test.ts',
  'test/moving-over/{samples,odd-databases,hostile-databases,debts,walk,import.property}.test.ts',
  'test/payouts/*.test.ts',
  'test/platform/{audit-log,http,logging,monitoring,outbox}/**/*.test.ts',
  'test/pull-payments/kills.test.ts',
  'test/rails/tari-chain/{watcher,reorganisations,nodes,mempool,check-books}.test.ts',
  'test/rails/tari-chain/http/**/*.test.ts',
  'test/rails/tari-wallet/**/*.test.ts',
  'test/shops/*.test.ts',
  'test/shops/{http,prices,shopify/http}/**/*.test.ts',
  'test/shops/shopify/captures.property.test.ts',
  'test/system/cluster/**/*.test.ts',
  'test/system/crash/walkthrough.test.ts',
  'test/system/faults/clock.test.ts',
  'test/system/{fuzz,process,security}/**/*.test.ts',
  'test/system/simulation/postgres*.test.ts',
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

/** Whether the whole matrix runs. @param arguments_ those of vitest. */
function isWhole(environment: Readonly<Record<string, string | undefined>>, arguments_: readonly string[]): boolean {
  const isNamed = arguments_.some((argument) => /^(?:\.\/)?test\//.test(argument));
  return environment.TEST_MATRIX === 'all' || isNamed;
}

/** @param given the environment and the arguments of vitest. */
export function postgresFiles(...given: Parameters<typeof isWhole>): readonly string[] {
  return isWhole(...given) ? POSTGRES_ALWAYS : POSTGRES_OFTEN;
}

/** Files of `system` that this run leaves out. @param given the environment and the arguments of vitest. */
export function leftOut(...given: Parameters<typeof isWhole>): readonly string[] {
  return isWhole(...given) ? [] : THOROUGH;
}
