import type pg from 'pg';
import type { Migrations } from '#platform/database/migrations.ts';
import { clientConfig, FOREVER, openPool, type PostgresOptions } from './connections.ts';
import { openPostgresStore } from './store.ts';

/** One long transaction that fills an empty database: a copy, or an import. */
export interface Filling {
  readonly client: pg.PoolClient;
  /** Ends the connection. What was not committed is not kept. */
  end(): Promise<void>;
}

/**
 * Brings the database up to date, and begins the transaction as its one writer, however long it will take.
 * @throws what the database says, as it says it.
 */
export async function beginFilling(
  databaseUrl: string,
  { migrations, ...options }: PostgresOptions & { migrations: Migrations },
): Promise<Filling> {
  const store = await openPostgresStore(databaseUrl, { ...options, migrations });
  await store.close();
  const pool = openPool({
    ...clientConfig(databaseUrl, options),
    max: 1,
    statement_timeout: FOREVER,
    idle_in_transaction_session_timeout: FOREVER,
  });
  let client: pg.PoolClient | undefined;
  const end = async () => {
    client?.release(true);
    await pool.end();
  };
  try {
    client = await pool.connect();
    await client.query('begin; lock table one_writer in exclusive mode');
    return { client, end };
  } catch (error) {
    await end();
    throw error;
  }
}
