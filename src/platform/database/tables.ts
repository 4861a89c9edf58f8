/**
 * These types, and those in the `store/tables.ts` of each context, are the same for both databases. Integers are `bigint`
 * everywhere, so that no amount is ever rounded. Times are RFC 3339 texts in UTC with milliseconds, which sort
 * chronologically. JSON columns hold JSON text. The dialects make both databases return values in this form.
 */
export interface DatabaseTables {
  heartbeat: HeartbeatTable;
  database_identity: DatabaseIdentityTable;
}

/** One row, written to prove that the database can be written. */
interface HeartbeatTable {
  id: bigint;
  written_at: string;
}

/** One row, by which a running server recognises its database. */
interface DatabaseIdentityTable {
  id: bigint;
  stamp: string;
  /** 20 digits. */
  commits: string;
}
