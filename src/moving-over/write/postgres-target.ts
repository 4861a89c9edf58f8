import pg from 'pg';
import { allMigrations } from '#migrations.ts';
import type { Scratch } from '#moving-over/plan/scratch.ts';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { postgresOptions } from '#platform/database/open.ts';
import { clientConfig, openPool } from '#platform/database/postgres/connections.ts';
import { translate } from '#platform/database/postgres/errors.ts';
import { beginFilling, type Filling } from '#platform/database/postgres/filling.ts';
import { PostgresSession } from '#platform/database/postgres/session.ts';
import { shownDatabaseUrl } from '#platform/database/url.ts';
import type { Column, TableRows } from './table-rows.ts';
import { MUST_BE_EMPTY, notEmpty, type Target } from './target.ts';

const options = postgresOptions({ maxConnections: 1 });

/** Rows of one insert. Memos may be long, so that it is also bounded by its characters. */
const ROWS_A_BATCH = 1_000;
const CHARACTERS_A_BATCH = 4_000_000;

/** Rows that are read at once when what was written is compared. */
const ROWS_AT_ONCE = 5_000;

/** The tables whose ids count: they go on behind the last one that was given. */
const COUNTED = ['orders', 'settlements', 'payment_uses', 'exchange_rates', 'audit_log'];

/** @throws {StoreUnavailableError} where the database has rows, or can't be reached. */
export async function refuseFilledPostgres(databaseUrl: string): Promise<void> {
  const pool = openPool({ ...clientConfig(databaseUrl, options), max: 1 });
  try {
    for (const table of MUST_BE_EMPTY) {
      const { rows } = await pool.query('select to_regclass($1) is not null as is_there', [table]);
      if (rows[0]?.is_there) await refuseRows(pool, databaseUrl, table);
    }
  } catch (error) {
    throw error instanceof StoreUnavailableError ? error : translate(error);
  } finally {
    await pool.end();
  }
}

async function refuseRows(client: Pick<pg.Pool, 'query'>, databaseUrl: string, table: string): Promise<void> {
  const { rowCount } = await client.query(`select from "${table}" limit 1`);
  if (rowCount !== 0) throw new StoreUnavailableError(notEmpty(shownDatabaseUrl(databaseUrl), table));
}

export async function openPostgresTarget(scratch: Scratch, databaseUrl: string): Promise<Target> {
  await refuseFilledPostgres(databaseUrl);
  let filling: Filling | undefined;
  try {
    filling = await beginFilling(databaseUrl, { ...options, migrations: await allMigrations() });
    // Another process may have come first.
    for (const table of MUST_BE_EMPTY) await refuseRows(filling.client, databaseUrl, table);
    return targetOver(scratch, filling.client, filling.end);
  } catch (error) {
    await filling?.end();
    throw error instanceof pg.DatabaseError ? translate(error) : error;
  }
}

function targetOver(scratch: Scratch, client: pg.PoolClient, close: () => Promise<void>): Target {
  const { transaction } = new PostgresSession(client);
  const types = new Map<string, Map<string, string>>();
  const query = async (text: string, values: unknown[] = [], name?: string) => {
    try {
      return await client.query(name === undefined ? { text, values } : { name, text, values });
    } catch (error) {
      throw error instanceof pg.DatabaseError ? translate(error) : error;
    }
  };
  const typesOf = async (table: string) => {
    let known = types.get(table);
    if (known === undefined) {
      const { rows } = await query(
        `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
          where attrelid = $1::regclass and attnum > 0 and not attisdropped`,
        [table],
      );
      known = new Map(rows.map(({ name, type }) => [name as string, type as string]));
      types.set(table, known);
    }
    return known;
  };
  async function* paged<Row>(text: string, key: (row: Row) => unknown, first: unknown): AsyncGenerator<Row> {
    for (let after = first; ; ) {
      const { rows } = await query(`${text} limit ${ROWS_AT_ONCE}`, [after]);
      for (const row of rows as Row[]) yield row;
      const last = rows.at(-1) as Row | undefined;
      if (last === undefined || rows.length < ROWS_AT_ONCE) return;
      after = key(last);
    }
  }
  const insert = async (table: string, columns: readonly string[], rows: readonly (readonly Column[])[]) => {
    const typeOf = await typesOf(table);
    const arrays = columns.map((column, index) => `$${index + 1}::${typeOf.get(column)}[]`).join(', ');
    const names = columns.map((column) => `"${column}"`).join(', ');
    const values = columns.map((_, index) => rows.map((row) => row[index] ?? null));
    await query(`insert into "${table}" (${names}) select * from unnest(${arrays})`, values, `import ${table}`);
  };
  return {
    async write(part) {
      for (const batch of batches(rowsOf(scratch, part))) await insert(part.table, part.columns, batch);
    },
    reader: { read: (read) => read(transaction) },
    kept: {
      accounts: () =>
        paged<{ ordinal: bigint; balance: bigint }>(
          `select ordinal, total_confirmed - total_paid as balance from accounts where ordinal > $1 order by ordinal`,
          ({ ordinal }) => ordinal,
          0,
        ),
      async elsewhere() {
        const { rows } = await query(
          `select coalesce((select sum(amount) from payments where account is null and status = 'confirmed'), 0)
            - coalesce((select sum(amount) from settlements where account is null), 0) as sum`,
        );
        return rows[0]?.sum as bigint;
      },
      customers: () =>
        paged<{ customerId: string; current: bigint; paid: bigint; expired: bigint; cancelled: bigint }>(
          `select customer_id as "customerId", total_current as current, total_paid as paid, total_expired as expired,
            total_cancelled as cancelled from customers where customer_id > $1 order by customer_id`,
          ({ customerId }) => customerId,
          '',
        ),
    },
    beginLoading: async () => undefined,
    async endLoading() {
      for (const table of COUNTED) {
        await query(
          `select setval(pg_get_serial_sequence($1, 'id'), greatest(max(id), 1), max(id) is not null) from "${table}"`,
          [table],
        );
      }
      // The plans of what reads all of it next are made for tables with rows.
      await query('analyze');
    },
    commit: async () => void (await query('commit')),
    close,
  };
}

function* rowsOf(scratch: Scratch, part: TableRows): Generator<readonly Column[]> {
  if ('rows' in part) {
    yield* part.rows;
    return;
  }
  const { select, stage, columns } = part;
  type Row = Readonly<Record<string, Column>>;
  const rows =
    stage === undefined ? scratch.each<Row>(select) : scratch.eachShown<Row>(stage.words, stage.total, select);
  for (const row of rows) yield columns.map((column) => row[column] ?? null);
}

function* batches(rows: Iterable<readonly Column[]>): Generator<(readonly Column[])[]> {
  let batch: (readonly Column[])[] = [];
  let characters = 0;
  for (const row of rows) {
    batch.push(row);
    for (const value of row) if (typeof value === 'string') characters += value.length;
    if (batch.length < ROWS_A_BATCH && characters < CHARACTERS_A_BATCH) continue;
    yield batch;
    [batch, characters] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}
