import { type RawBuilder, sql } from 'kysely';

/**
 * The ordinal of an account as a part of a query, null where the account is not known. What is looked up by account is
 * indexed by it: an account's key is random, and an index by keys is written to all over.
 */
export function ordinalOf(account: string | null): RawBuilder<bigint> {
  return sql<bigint>`(select ordinal from accounts where account = ${account})`;
}
