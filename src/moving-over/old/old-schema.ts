import type SqliteDatabase from 'better-sqlite3';
import { OldDatabaseError } from './old-file.ts';

/** What a database of tari_payment_server 1.10 holds, and whether a file is one. */

/** Tables without which nothing can be imported, with all their columns: what is not known may be money. */
const TABLES: Readonly<Record<string, readonly string[]>> = {
  orders: [
    'id',
    'order_id',
    'alt_id',
    'customer_id',
    'memo',
    'total_price',
    'original_price',
    'currency',
    'created_at',
    'updated_at',
    'status',
    'amount_outstanding',
  ],
  payments: [
    'txid',
    'created_at',
    'updated_at',
    'sender',
    'amount',
    'memo',
    'order_id',
    'alt_order_id',
    'payment_type',
    'status',
  ],
  settlement_journal: ['id', 'created_at', 'order_id', 'payment_address', 'settlement_type', 'amount'],
  address_customer_id_link: ['id', 'address', 'customer_id', 'created_at'],
  role_assignments: ['address', 'role_id'],
  auth_log: ['address', 'last_nonce'],
  wallet_auth: ['address', 'ip_address', 'last_nonce'],
  exchange_rates: ['id', 'base_currency', 'rate', 'updated_at'],
};

/** Tables that are read where they are there. */
const OTHER_TABLES: Readonly<Record<string, readonly string[]>> = {
  shopify_transactions: ['id', 'order_id', 'amount', 'currency', 'captured', 'created_at'],
  orders_log: ['id', 'oid', 'updated_at'],
  payments_log: ['id', 'txid', 'updated_at'],
  wallet_auth_log: ['id', 'changed', 'address', 'ip_address', 'updated_at'],
};

/** What tells the kind of a file that is none of these. */
const OURS = 'kysely_migration';

const WHAT_CAN_BE_IMPORTED = 'Only the database of tari_payment_server 1.10 can be imported';

/** What else the file has: tables by name, with their columns. */
export type OldSchema = ReadonlyMap<string, ReadonlySet<string>>;

/**
 * Looks whether the file is of the version that can be read.
 * @returns the tables and views, with their columns.
 * @throws {OldDatabaseError}
 */
export function readOldSchema(connection: SqliteDatabase.Database, file: string): OldSchema {
  const objects = connection
    .prepare(`select name, type from old.sqlite_master where type in ('table', 'view')`)
    .all() as { name: string; type: string }[];
  const types = new Map(objects.map(({ name, type }) => [name, type]));
  if (types.has(OURS)) {
    throw new OldDatabaseError(`${file} is a database of this server, and needs no import. ${WHAT_CAN_BE_IMPORTED}.`);
  }
  if (types.size === 0) throw new OldDatabaseError(`${file} holds no tables. ${WHAT_CAN_BE_IMPORTED}.`);
  const required = Object.keys(TABLES);
  const isThere = (table: string) => types.get(table) === 'table';
  if (!required.some(isThere)) {
    throw new OldDatabaseError(
      `${file} is the database of another program: it has none of the tables ${required.join(', ')}. ${WHAT_CAN_BE_IMPORTED}.`,
    );
  }
  const columns = new Map(objects.map(({ name }) => [name, columnsOf(connection, name)]));
  const problems = [
    ...required.filter((table) => !isThere(table)).map((table) => `it has no table ${table}`),
    ...required.filter(isThere).flatMap((table) => differences(table, TABLES[table] ?? [], columns.get(table), true)),
    ...(hasRowNumbers(connection, 'payments')
      ? []
      : ['the rows of its table payments have no numbers (WITHOUT ROWID)']),
    ...Object.entries(OTHER_TABLES)
      .filter(([table]) => isThere(table))
      .flatMap(([table, names]) => differences(table, names, columns.get(table), false)),
  ];
  if (problems.length === 0) return columns;
  throw new OldDatabaseError(
    `${file} is of another version of tari_payment_server: ${problems.join('; ')}. ${WHAT_CAN_BE_IMPORTED}. An older one is brought up to date by starting tari_payment_server 1.10 with it once.`,
  );
}

/** Rows are found again by the numbers that SQLite gives them. */
function hasRowNumbers(connection: SqliteDatabase.Database, table: string): boolean {
  const withoutNumbers = connection
    .prepare(`select 1 from pragma_table_list where schema = 'old' and name = ? and wr = 1`)
    .get(table);
  return withoutNumbers === undefined;
}

/** The empty set for a view that can't be compiled. */
function columnsOf(connection: SqliteDatabase.Database, table: string): ReadonlySet<string> {
  try {
    const names = connection.prepare(`select name from pragma_table_info(?, 'old')`).pluck().all(table) as string[];
    return new Set(names);
  } catch {
    return new Set();
  }
}

function differences(
  table: string,
  wanted: readonly string[],
  found: ReadonlySet<string> = new Set(),
  isWhole: boolean,
): string[] {
  const missing = wanted.filter((name) => !found.has(name));
  const unknown = isWhole ? [...found].filter((name) => !wanted.includes(name)) : [];
  return [
    ...(missing.length > 0 ? [`its table ${table} has no ${missing.join(', ')}`] : []),
    ...(unknown.length > 0 ? [`its table ${table} has ${unknown.join(', ')}, which 1.10 has not`] : []),
  ];
}
