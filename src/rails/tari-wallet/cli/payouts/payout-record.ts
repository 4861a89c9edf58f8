import { join } from 'node:path';
import type SqliteDatabase from 'better-sqlite3';
import type { CommandPorts } from '#platform/cli/ports.ts';
import { openOwnFile } from '#rails/tari-wallet/cli/own-file.ts';
import type { AccountId } from '#tari/address.ts';

/**
 * What this machine knows of the payouts that its wallet was given: written down durably before a payment is asked for, so
 * that whatever ends the tool, the next run knows what may have been paid. It is no part of the server's database.
 */

/**
 * ```
 * leased ─▶ starting ─▶ started ─▶ paying ─▶ sent ─▶ confirmed
 *                         │  ▲       │         │
 *                         │  └───────┤         │   the wallet said that it did not pay, and may later
 *                         │          ├─▶ failed│   it said that it never will
 *                         └─▶ by_hand│         │
 *                                    └─▶ unknown ◀── a person says what became of it
 * ```
 * From `started` on the server gives it to no other wallet. From `paying` on it is never paid again by itself, unless the
 * wallet said that it did not pay.
 */
export type RecordState = (typeof RECORD_STATES)[number];

export const RECORD_STATES = [
  'leased',
  'starting',
  'started',
  'paying',
  'by_hand',
  'unknown',
  'sent',
  'confirmed',
  'failed',
] as const;

/** Those that the server is told of. */
const REPORTED_STATES: readonly RecordState[] = ['unknown', 'sent', 'confirmed', 'failed'];

/** Those in which the money may be gone. */
const MAY_BE_PAID: readonly RecordState[] = ['paying', 'by_hand', 'unknown', 'sent', 'confirmed'];

/** What the server gave: it never changes. */
export interface GivenPayout {
  id: string;
  kind: string;
  /** In base58. */
  address: string;
  /** µT. */
  amount: bigint;
}

export interface RecordedPayout extends GivenPayout {
  state: RecordState;
  /** What the server has to be shown; a new one with each lease. */
  lease: string;
  /** The wallet's own number of the transaction. */
  txid: string | null;
  /** The payment reference, in hex, once it is confirmed. */
  reference: string | null;
  /** Why it waits, failed, or is unknown: a sentence. */
  note: string | null;
  /** The last state that the server took. */
  reported: string | null;
  /** When a payment was first asked for. */
  payingSince: string | null;
  updatedAt: string;
}

export type PayoutChange = Partial<
  Pick<RecordedPayout, 'state' | 'lease' | 'txid' | 'reference' | 'note' | 'reported' | 'payingSince'>
>;

export interface PayoutRecord {
  /** Keeps a payout that is new. @returns what is known of it. */
  enter(given: GivenPayout, lease: string, now: Date): RecordedPayout;
  find(id: string): RecordedPayout | undefined;
  /** Durable when it returns. */
  change(id: string, change: PayoutChange, now: Date): RecordedPayout;
  /** In the order in which they came. */
  inStates(states: readonly RecordState[]): RecordedPayout[];
  /** The newest, newest first. */
  newest(limit: number): RecordedPayout[];
  /** Those whose state the server has not taken yet. */
  unreported(): RecordedPayout[];
  /** µT that may have been paid since then. */
  askedSince(since: Date): bigint;
  /** Whether a payout of this record has this transaction. */
  hasTransaction(txid: string): boolean;
  close(): void;
}

const BUSY_TIMEOUT_MS = 10_000;

export function payoutFolder({ toolFolder }: Pick<CommandPorts, 'toolFolder'>): string {
  return join(toolFolder, 'payouts');
}

const COLUMNS = `id, kind, address, amount, state, lease, txid, reference, note, reported,
  paying_since as payingSince, updated_at as updatedAt`;

/** Opens the record of one wallet. */
export function openPayoutRecord(folder: string, wallet: AccountId): PayoutRecord {
  const database = openOwnFile(folder, 'payouts.db', BUSY_TIMEOUT_MS);
  database.defaultSafeIntegers(true);
  // Each change is on the disk when it returns, and so is the file’s name.
  database.pragma('synchronous = extra');
  database.exec(
    `create table if not exists payouts (
      number integer primary key autoincrement, wallet text not null, id text not null, kind text not null,
      address text not null, amount integer not null check (amount > 0),
      state text not null check (state in (${listed(RECORD_STATES)})),
      lease text not null, txid text, reference text, note text,
      reported text check (reported in (${listed(REPORTED_STATES)})),
      paying_since text, updated_at text not null, unique (wallet, id),
      check (txid is not null or state not in ('sent', 'confirmed'))) strict;
    create index if not exists payouts_by_state on payouts (wallet, state)`,
  );
  return recordOver(database, wallet);
}

function listed(states: readonly RecordState[]): string {
  return states.map((state) => `'${state}'`).join(', ');
}

function recordOver(database: SqliteDatabase.Database, wallet: AccountId): PayoutRecord {
  const select = `select ${COLUMNS} from payouts where wallet = ?`;
  const find = (id: string) => database.prepare(`${select} and id = ?`).get(wallet, id) as RecordedPayout | undefined;
  const known = (id: string): RecordedPayout => {
    const found = find(id);
    if (found === undefined) throw new Error(`There is no payout ${id} in the record.`);
    return found;
  };
  return {
    find,
    enter({ id, kind, address, amount }, lease, now) {
      database
        .prepare(
          `insert into payouts (wallet, id, kind, address, amount, state, lease, updated_at)
           values (?, ?, ?, ?, ?, 'leased', ?, ?) on conflict do nothing`,
        )
        .run(wallet, id, kind, address, amount, lease, now.toISOString());
      return known(id);
    },
    change(id, change, now) {
      const next = { ...known(id), ...change };
      const { state, lease, txid, reference, note, reported, payingSince } = next;
      database
        .prepare(
          `update payouts set state = ?, lease = ?, txid = ?, reference = ?, note = ?, reported = ?, paying_since = ?,
           updated_at = ? where wallet = ? and id = ?`,
        )
        .run(state, lease, txid, reference, note, reported, payingSince, now.toISOString(), wallet, id);
      return known(id);
    },
    inStates(states) {
      const places = states.map(() => '?').join(', ');
      return database
        .prepare(`${select} and state in (${places}) order by number`)
        .all(wallet, ...states) as RecordedPayout[];
    },
    newest(limit) {
      return database.prepare(`${select} order by number desc limit ?`).all(wallet, limit) as RecordedPayout[];
    },
    unreported() {
      const sql = `${select} and state in (${listed(REPORTED_STATES)}) and reported is not state order by number`;
      return database.prepare(sql).all(wallet) as RecordedPayout[];
    },
    askedSince(since) {
      const sql = `select coalesce(sum(amount), 0) as sum from payouts
        where wallet = ? and paying_since >= ? and state in (${listed(MAY_BE_PAID)})`;
      return (database.prepare(sql).get(wallet, since.toISOString()) as { sum: bigint }).sum;
    },
    hasTransaction(txid) {
      return database.prepare('select 1 from payouts where wallet = ? and txid = ?').get(wallet, txid) !== undefined;
    },
    close: () => void database.close(),
  };
}
