import { StoreBrokenError } from './errors.ts';
import type { PostgresOptions } from './postgres/connections.ts';
import { openSqliteReader, openSqliteStore } from './sqlite/store.ts';
import type { Reader, Store } from './store.ts';
import { isPostgres, isSqlite } from './url.ts';

/** How a database is worked with. All but the number of connections counts for PostgreSQL alone, and has a default. */
export type StoreOptions = Pick<PostgresOptions, 'maxConnections'> & Partial<PostgresOptions>;

const DEFAULTS: Omit<PostgresOptions, 'maxConnections'> = {
  random: Math.random,
  connectTimeoutMs: 5_000,
  statementTimeoutMs: 30_000,
  idleTransactionTimeoutMs: 10_000,
};

export interface OpenedStore extends Store {
  /** The migrations that were applied when it was opened. */
  readonly appliedMigrations: readonly string[];
}

/**
 * Opens the database that the setting TPG_DATABASE_URL names, makes it where it is a file that is missing, and brings it
 * up to date.
 * @throws {StoreUnavailableError | StoreBrokenError}
 */
export async function openStore(databaseUrl: string, options: StoreOptions): Promise<OpenedStore> {
  if (isSqlite(databaseUrl)) {
    const { maxConnections: maxReadConnections, noticeReplacement } = options;
    return openSqliteStore(databaseUrl, { maxReadConnections, noticeReplacement });
  }
  if (isPostgres(databaseUrl)) {
    // Loaded where it is needed alone: each start of taritools would take longer for it.
    const { openPostgresStore } = await import('./postgres/store.ts');
    return openPostgresStore(databaseUrl, postgresOptions(options));
  }
  throw new StoreBrokenError(NO_SUCH_DATABASE);
}

/** Opens an existing database only to read it, beside servers that may be running. Nothing is migrated. */
export async function openReader(databaseUrl: string): Promise<Reader & { close(): Promise<void> }> {
  if (isSqlite(databaseUrl)) return openSqliteReader(databaseUrl);
  if (isPostgres(databaseUrl)) {
    const { openPostgresReader } = await import('./postgres/store.ts');
    return openPostgresReader(databaseUrl, postgresOptions({ maxConnections: 1 }));
  }
  throw new StoreBrokenError(NO_SUCH_DATABASE);
}

const NO_SUCH_DATABASE = 'Only sqlite:// and postgres:// databases can be used; see TPG_DATABASE_URL';

/** What is not told counts as usual. */
export function postgresOptions(options: StoreOptions): PostgresOptions {
  return { ...DEFAULTS, ...options };
}
