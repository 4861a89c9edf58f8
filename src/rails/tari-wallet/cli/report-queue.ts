import type SqliteDatabase from 'better-sqlite3';
import { openOwnFile, takeLock } from './own-file.ts';

/**
 * What a hot wallet still has to tell its server, on the hot wallet's own machine. It is no part of the server's
 * database: a small SQLite file beside the profiles, because a hundred processes may write to it at once, the power may
 * fail, and no line of it may be lost or doubled.
 */

export type ReportKind = 'payment' | 'confirmation';
export type ReportState = 'waiting' | 'sent' | 'refused';

/** What is to be told, once for each kind and transaction of a profile. */
export interface NewReport {
  kind: ReportKind;
  txid: string;
  /** JSON: the payment or the confirmation as it is sent. */
  content: string;
}

export interface QueuedReport extends NewReport {
  /** They are sent by this, rising. */
  id: bigint;
  profile: string;
  state: ReportState;
  /** What the server, or the attempt to reach it, said last. */
  reason: string | null;
  attempts: bigint;
  queuedAt: string;
  updatedAt: string;
}

/** More than a person looks through. */
export const MAX_LISTED = 1000;

/** What a wallet passed to its notification script and this version does not understand. Nothing of it is lost. */
export interface UnreadNotification {
  id: bigint;
  profile: string;
  /** The script's arguments, as they were passed. */
  arguments: readonly string[];
  /** How deep a payment was to be to count as confirmed. */
  confirmations: number;
  /** What is not understood. */
  reason: string;
  /** How often it was passed. */
  calls: bigint;
  queuedAt: string;
  updatedAt: string;
}

export interface ReportQueue {
  /**
   * Keeps reports durably before it returns. One that waits or was sent is left as it is; one that was refused is
   * replaced where it differs, since it may have been corrected, and with `again` in any case.
   * @returns how many are new.
   */
  add(profile: string, reports: readonly NewReport[], now: Date, options?: { again?: boolean }): number;
  /**
   * Keeps what is not understood durably before it returns; what is passed again is counted.
   * @returns false where so many are kept that no more are, and nothing was done.
   */
  keepUnread(
    profile: string,
    notification: Pick<UnreadNotification, 'arguments' | 'confirmations' | 'reason'>,
    now: Date,
  ): boolean;
  /** Those with an id above `after`, in the order they came; of all profiles where none is named. */
  unread(profile: string | undefined, after: bigint, limit: number): UnreadNotification[];
  /** What was not understood is understood now: takes it away and keeps its reports, both or neither. */
  replaceUnread(notification: UnreadNotification, reports: readonly NewReport[], now: Date): void;
  /** The next one that waits with an id above `after`. */
  next(profile: string, after: bigint): QueuedReport | undefined;
  find(profile: string, kind: ReportKind, txid: string): QueuedReport | undefined;
  /** Those that wait or were refused, and with `all` those that were sent too. */
  list(all: boolean, limit: number): QueuedReport[];
  settle(id: bigint, state: ReportState, reason: string | null, now: Date): void;
  /** Lets refused ones wait again. @returns how many. */
  takeUpRefused(profile: string, now: Date): number;
  /** A nonce above all that this returned for the wallet, and at least `least`: it is used up. */
  nextNonce(wallet: string, least: bigint): bigint;
  forgetSent(before: Date): void;
  close(): void;
}

/** A month of a wallet whose every call is not understood. More of them need a person before anything else. */
const MAX_UNREAD = 10_000;
/** A hundred processes may write one after another. */
const BUSY_TIMEOUT_MS = 60_000;

const COLUMNS =
  'id, profile, kind, txid, content, state, reason, attempts, queued_at as queuedAt, updated_at as updatedAt';

/** Opens the queue in a folder, which is made where there is none, for its owner alone. */
export function openReportQueue(folder: string): ReportQueue {
  const database = openOwnFile(folder, 'queue.db', BUSY_TIMEOUT_MS);
  database.defaultSafeIntegers(true);
  database.pragma('synchronous = extra');
  database
    .transaction(() => {
      database.exec(
        `create table if not exists reports (
          id integer primary key autoincrement, profile text not null,
          kind text not null check (kind in ('payment', 'confirmation')), txid text not null, content text not null,
          state text not null check (state in ('waiting', 'sent', 'refused')), reason text,
          attempts integer not null default 0, queued_at text not null, updated_at text not null,
          unique (profile, kind, txid)) strict;
        create index if not exists reports_by_state on reports (profile, state, id);
        create table if not exists unread_notifications (
          id integer primary key autoincrement, profile text not null, arguments text not null,
          confirmations integer not null, reason text not null, calls integer not null default 1,
          queued_at text not null, updated_at text not null, unique (profile, arguments)) strict;
        create table if not exists nonces (wallet text primary key, last integer not null) strict`,
      );
    })
    .immediate();
  return queueOver(database);
}

type Add = ReportQueue['add'];

/** Adds within the transaction of its caller. */
function adding(database: SqliteDatabase.Database): Add {
  return (profile, reports, now, { again = false } = {}) => {
    const insert = database.prepare(
      `insert into reports (profile, kind, txid, content, state, queued_at, updated_at)
       values (?, ?, ?, ?, 'waiting', ?, ?) on conflict do nothing`,
    );
    const forget = database.prepare(
      `delete from reports
       where profile = ? and kind = ? and txid = ? and state = 'refused' and (? or content <> ?)`,
    );
    const time = now.toISOString();
    const addOne = ({ kind, txid, content }: NewReport): number => {
      forget.run(profile, kind, txid, again ? 1 : 0, content);
      return insert.run(profile, kind, txid, content, time, time).changes;
    };
    return reports.reduce((count, report) => count + addOne(report), 0);
  };
}

const UNREAD_COLUMNS =
  'id, profile, arguments, confirmations, reason, calls, queued_at as queuedAt, updated_at as updatedAt';

type UnreadRow = Omit<UnreadNotification, 'arguments' | 'confirmations'> & { arguments: string; confirmations: bigint };

function unreadOver(
  database: SqliteDatabase.Database,
  add: Add,
): Pick<ReportQueue, 'keepUnread' | 'unread' | 'replaceUnread'> {
  return {
    keepUnread(profile, notification, now) {
      const insert = database.prepare(
        `insert into unread_notifications (profile, arguments, confirmations, reason, queued_at, updated_at)
         values (?, ?, ?, ?, ?, ?)
         on conflict (profile, arguments) do update set calls = calls + 1, updated_at = excluded.updated_at`,
      );
      const find = database.prepare('select 1 from unread_notifications where profile = ? and arguments = ?');
      const count = database.prepare('select count(*) as n from unread_notifications');
      const text = JSON.stringify(notification.arguments);
      const time = now.toISOString();
      return database
        .transaction(() => {
          const isFull = (count.get() as { n: bigint }).n >= MAX_UNREAD;
          if (isFull && find.get(profile, text) === undefined) return false;
          insert.run(profile, text, notification.confirmations, notification.reason, time, time);
          return true;
        })
        .immediate();
    },
    unread(profile, after, limit) {
      const sql = `select ${UNREAD_COLUMNS} from unread_notifications
        where id > ? and (? is null or profile = ?) order by id limit ?`;
      const rows = database.prepare(sql).all(after, profile ?? null, profile ?? null, limit) as UnreadRow[];
      return rows.map((row) => ({
        ...row,
        arguments: JSON.parse(row.arguments) as string[],
        confirmations: Number(row.confirmations),
      }));
    },
    replaceUnread({ id, profile }, reports, now) {
      database
        .transaction(() => {
          add(profile, reports, now);
          database.prepare('delete from unread_notifications where id = ?').run(id);
        })
        .immediate();
    },
  };
}

function queueOver(database: SqliteDatabase.Database): ReportQueue {
  const add = adding(database);
  return {
    ...unreadOver(database, add),
    add: (...given) => database.transaction(() => add(...given)).immediate(),
    next(profile, after) {
      const sql = `select ${COLUMNS} from reports where profile = ? and state = 'waiting' and id > ? order by id limit 1`;
      return database.prepare(sql).get(profile, after) as QueuedReport | undefined;
    },
    find(profile, kind, txid) {
      const sql = `select ${COLUMNS} from reports where profile = ? and kind = ? and txid = ?`;
      return database.prepare(sql).get(profile, kind, txid) as QueuedReport | undefined;
    },
    list(all, limit) {
      const sql = `select ${COLUMNS} from reports where ? or state <> 'sent' order by id desc limit ?`;
      return (database.prepare(sql).all(all ? 1 : 0, limit) as QueuedReport[]).reverse();
    },
    settle(id, state, reason, now) {
      database
        .prepare('update reports set state = ?, reason = ?, attempts = attempts + 1, updated_at = ? where id = ?')
        .run(state, reason, now.toISOString(), id);
    },
    takeUpRefused(profile, now) {
      return database
        .prepare(`update reports set state = 'waiting', updated_at = ? where profile = ? and state = 'refused'`)
        .run(now.toISOString(), profile).changes;
    },
    nextNonce(wallet, least) {
      const raise = database.prepare(
        `insert into nonces (wallet, last) values (?, ?)
         on conflict (wallet) do update set last = max(excluded.last, nonces.last + 1) returning last`,
      );
      return database.transaction(() => (raise.get(wallet, least) as { last: bigint }).last).immediate();
    },
    forgetSent(before) {
      database.prepare(`delete from reports where state = 'sent' and updated_at < ?`).run(before.toISOString());
    },
    close: () => void database.close(),
  };
}

/** Makes this process the one that sends for a profile. @returns as `takeLock`. */
export function takeSendingLock(folder: string, profile: string): (() => void) | undefined {
  return takeLock(folder, 'sending', profile);
}
