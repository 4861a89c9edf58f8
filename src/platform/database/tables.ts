/**
 * Of all tables, here and in the `store/tables.ts` of each context: they are written as both databases hold them. Integers
 * are `bigint` everywhere, so that no amount is ever rounded. Times are RFC 3339 texts in UTC with milliseconds, which
 * sort as they run. JSON columns hold JSON text. The dialects see to it that both databases hand them over in this form.
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
