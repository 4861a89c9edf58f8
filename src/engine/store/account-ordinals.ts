import { type RawBuilder, sql } from 'kysely';

/**
 * The ordinal of an account as an expression, null if the account is not known. Lookups by account use indexes on it:
 * account ids are random, so inserts into an index on them would touch pages all over it.
 */
export function ordinalOf(account: string | null): RawBuilder<bigint> {
  return sql<bigint>`(select ordinal from accounts where account = ${account})`;
}
