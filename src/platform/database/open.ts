import { StoreBrokenError } from './errors.ts';
import type { Migrations } from './migrations.ts';
import type { PostgresOptions } from './postgres/connections.ts';
import { openSqliteReader, openSqliteStore } from './sqlite/store.ts';
import type { Reader, Store } from './store.ts';
import { isPostgres, isSqlite } from './url.ts';

/** How to connect to a database. All but the number of connections applies to PostgreSQL only, and has a default. */
export type StoreOptions = ConnectionOptions & { migrations: Migrations };

export type ConnectionOptions = Pick<PostgresOptions, 'maxConnections'> & Partial<PostgresOptions>;

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
 * Opens the database that the setting TPG_DATABASE_URL names and brings it up to date. A missing SQLite file is created.
 * @throws {StoreUnavailableError | StoreBrokenError}
 */
export async function openStore(databaseUrl: string, options: StoreOptions): Promise<OpenedStore> {
  if (isSqlite(databaseUrl)) {
    const { maxConnections: maxReadConnections, noticeReplacement, migrations } = options;
    return openSqliteStore(databaseUrl, { maxReadConnections, noticeReplacement, migrations });
  }
  if (isPostgres(databaseUrl)) {
    // Loaded only when needed: it would slow down every start of taritools.
    const { openPostgresStore } = await import('./postgres/store.ts');
    return openPostgresStore(databaseUrl, { ...postgresOptions(options), migrations: options.migrations });
  }
  throw new StoreBrokenError(NO_SUCH_DATABASE);
}

export interface OpenedReader extends Reader {
  close(): Promise<void>;
}

/** Opens an existing database read-only, beside servers that may be running. Nothing is migrated. */
export async function openReader(databaseUrl: string, migrations: Migrations): Promise<OpenedReader> {
  if (isSqlite(databaseUrl)) return openSqliteReader(databaseUrl, migrations);
  if (isPostgres(databaseUrl)) {
    const { openPostgresReader } = await import('./postgres/store.ts');
    return openPostgresReader(databaseUrl, postgresOptions({ maxConnections: 1 }), migrations);
  }
  throw new StoreBrokenError(NO_SUCH_DATABASE);
}

const NO_SUCH_DATABASE = 'Only sqlite:// and postgres:// databases can be used; see TPG_DATABASE_URL';

/** Fills in the defaults. */
export function postgresOptions(options: ConnectionOptions): PostgresOptions {
  return { ...DEFAULTS, ...options };
}
