import type { KeptBalances } from '#moving-over/compare.ts';
import type { Reader } from '#platform/database/store.ts';
import type { TableRows } from './table-rows.ts';

/** The database that is written to, in one transaction. */

export interface Target {
  /** Rows of a table. They are kept with the others at the end, or not at all. */
  write(part: TableRows): Promise<void>;
  /** What was written, for the audit. */
  readonly reader: Reader;
  readonly kept: KeptBalances;
  /** Before the first row, and after the last. */
  beginLoading(): Promise<void>;
  endLoading(): Promise<void>;
  commit(): Promise<void>;
  /** What was not committed is not kept. */
  close(): Promise<void>;
}

/**
 * The tables that are looked into: of a database that has been used, one of them has a row. Only what a server writes down
 * of itself when it starts may be there.
 */
export const MUST_BE_EMPTY = [
  'orders',
  'payments',
  'settlements',
  'customers',
  'accounts',
  'events',
  'exchange_rates',
  'webhooks',
  'early_confirmations',
  'early_news',
  'authorizations',
  'roles',
  'wallets',
  'nonces',
  'audit_log',
  'idempotency_keys',
  'price_updates',
  'chain_progress',
  'chain_blocks',
  'chain_outputs',
  'chain_refusals',
  'chain_departures',
  'chain_sightings',
  'customer_addresses',
  'order_claims',
  'payment_uses',
  'deliveries',
  'notes',
  'note_strikes',
  'pull_agreements',
  'pull_revisions',
  'pull_tallies',
  'pulls',
  'pull_packets',
  'pushes',
  'push_packets',
  'webhook_endpoints',
  'webhook_attempts',
  'staff',
  'passkeys',
  'sessions',
  'login_links',
  'used_challenges',
  'payout_entries',
  'refunds',
  'payouts',
  'payout_switch',
  'saved_views',
] as const;

export function notEmpty(shownUrl: string, table: string): string {
  return `${shownUrl} is not empty: its table ${table} has rows. An import needs a new database, so that nothing is mixed; name another with -d, or TPG_DATABASE_URL. It was not changed.`;
}
