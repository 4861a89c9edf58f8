import { type Insertable, type Kysely, type Selectable, sql, type Updateable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import type { PriceUpdateState, ShopTables } from './tables.ts';

/** The target of an update: all variants of the shop at a rate, or the variants of one product at the current rate. */
export type PriceUpdateTarget =
  | { kind: 'shop'; currency: string; rate: bigint }
  | { kind: 'product'; productId: string };

/** The progress of an update. */
export interface PriceUpdateProgress {
  globalRateIsSet: boolean;
  /** Why the global rate cannot be set, until that is fixed. */
  globalRateError: string | null;
  variantsAreDone: boolean;
  /** Where in the shop's order of variants the update started; null at its first variant. */
  startPosition: string | null;
  /** The last processed variant; null before the first. */
  position: string | null;
  /** Whether the update has reached the last variant and continued with those before `startPosition`. */
  hasWrapped: boolean;
  /** How many variants there are; null if that is not known yet. */
  variantsTotal: number | null;
  variantsSeen: number;
  variantsChanged: number;
  variantsLeftOut: number;
  /** A sentence about something that was left out without a failure. */
  remark: string | null;
}

/** The result of the last step, and the schedule of the next. */
export interface PriceUpdateOutcome {
  state: PriceUpdateState;
  /** Failures in a row. */
  attempts: number;
  nextAttemptAt: Date;
  lastError: string | null;
  /** Null while there is more to do. */
  finishedAt: Date | null;
}

export interface PriceUpdate extends PriceUpdateProgress, PriceUpdateOutcome {
  /** Counts from 1. */
  id: bigint;
  target: PriceUpdateTarget;
  revision: bigint;
  createdAt: Date;
  updatedAt: Date;
}

export interface PriceUpdateFilter {
  kind?: PriceUpdateTarget['kind'] | undefined;
  state?: PriceUpdateState | undefined;
}

export interface PriceUpdateBacklog {
  /** Unfinished updates. */
  waiting: number;
  /** Permanently failed updates: an operator must look at them. */
  failed: number;
}

export const NO_PROGRESS: PriceUpdateProgress = {
  globalRateIsSet: false,
  globalRateError: null,
  variantsAreDone: false,
  startPosition: null,
  position: null,
  hasWrapped: false,
  variantsTotal: null,
  variantsSeen: 0,
  variantsChanged: 0,
  variantsLeftOut: 0,
  remark: null,
};

export type PriceUpdateRepository = ReturnType<typeof priceUpdateRepository>;

export function priceUpdateRepository(database: Kysely<ShopTables>) {
  const unfinished = () => database.selectFrom('price_updates').where('finished_at', 'is', null);

  /** A literal, so that SQLite can use the partial index of failed updates. */
  const failed = () => database.selectFrom('price_updates').where('state', '=', sql.lit('failed' as const));

  /** Changes an update from outside, so that a step in progress will not be saved. */
  const change = async (id: bigint, columns: Updateable<ShopTables['price_updates']>, now: Date): Promise<void> => {
    const { numUpdatedRows } = await database
      .updateTable('price_updates')
      .set({ ...columns, revision: sql<bigint>`revision + 1`, updated_at: timeText(now) })
      .where('id', '=', id)
      .executeTakeFirstOrThrow();
    if (numUpdatedRows !== 1n) throw new Error(`There is no price update ${id} to change`);
  };

  return {
    /** Returns the new update's id. */
    async insert(target: PriceUpdateTarget, startPosition: string | null, now: Date): Promise<bigint> {
      const columns: Insertable<ShopTables['price_updates']> = {
        ...targetColumns(target),
        ...progressColumns({ ...NO_PROGRESS, startPosition, position: startPosition }),
        ...outcomeColumns(waitingUntil(now)),
        revision: 0n,
        created_at: timeText(now),
        updated_at: timeText(now),
      };
      const { id } = await database
        .insertInto('price_updates')
        .values(columns)
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    async find(id: bigint): Promise<PriceUpdate | undefined> {
      const row = await database.selectFrom('price_updates').selectAll().where('id', '=', id).executeTakeFirst();
      return row && priceUpdateOf(row);
    },

    async findOfProduct(productId: string): Promise<PriceUpdate | undefined> {
      const row = await database
        .selectFrom('price_updates')
        .selectAll()
        .where('product_id', '=', productId)
        .executeTakeFirst();
      return row && priceUpdateOf(row);
    },

    /** Up to `limit` matching updates, newest first, before the one with id `before`. */
    async page(filter: PriceUpdateFilter, before: bigint | undefined, limit: number): Promise<PriceUpdate[]> {
      const { kind, state } = filter;
      const rows = await database
        .selectFrom('price_updates')
        .selectAll()
        .$if(before !== undefined, (query) => query.where('id', '<', before ?? 0n))
        .$if(kind === 'shop', (query) => query.where('product_id', 'is', null))
        .$if(kind === 'product', (query) => query.where('product_id', 'is not', null))
        .$if(state !== undefined, (query) => query.where('state', '=', sql.lit(state ?? 'done')))
        .orderBy('id', 'desc')
        .limit(limit)
        .execute();
      return rows.map(priceUpdateOf);
    },

    /** The unfinished and failed updates to a rate of this currency, newest first. */
    async unfinishedOrFailed(currency: string): Promise<PriceUpdate[]> {
      const atRate = (rows: ReturnType<typeof unfinished>) =>
        rows.selectAll().where('currency', '=', currency).execute();
      const rows = [...(await atRate(unfinished())), ...(await atRate(failed()))];
      return rows.map(priceUpdateOf).sort((a, b) => Number(b.id - a.id));
    },

    /** The update that has been due longest, if there is one. It is marked as running. */
    async leaseNext(now: Date): Promise<PriceUpdate | undefined> {
      const row = await unfinished()
        .selectAll()
        .where('next_attempt_at', '<=', timeText(now))
        .orderBy('next_attempt_at')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      if (row === undefined) return undefined;
      if (row.state === 'running') return priceUpdateOf(row);
      const running = { state: 'running' as const, updated_at: timeText(now) };
      await database.updateTable('price_updates').set(running).where('id', '=', row.id).execute();
      return priceUpdateOf({ ...row, ...running });
    },

    /** When the next unfinished update becomes due, if there is one. */
    async nextDueAt(): Promise<Date | undefined> {
      const row = await unfinished()
        .select('next_attempt_at')
        .orderBy('next_attempt_at')
        .orderBy('id')
        .limit(1)
        .executeTakeFirst();
      return row && timeOf(row.next_attempt_at);
    },

    /**
     * Saves the result of a step. Returns false, without saving, if the update was changed from outside during the step.
     */
    async note(
      { id, revision }: PriceUpdate,
      progress: PriceUpdateProgress,
      outcome: PriceUpdateOutcome,
      now: Date,
    ): Promise<boolean> {
      const { numUpdatedRows } = await database
        .updateTable('price_updates')
        .set({ ...progressColumns(progress), ...outcomeColumns(outcome), updated_at: timeText(now) })
        .where('id', '=', id)
        .where('revision', '=', revision)
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** Ends an update because a newer one supersedes it. */
    supersede: (id: bigint, now: Date): Promise<void> =>
      change(id, { state: 'superseded', finished_at: timeText(now) }, now),

    /** Restarts an update from `progress` at the given time. */
    restart: (id: bigint, progress: PriceUpdateProgress, attempts: number, at: Date, now: Date): Promise<void> =>
      change(id, { ...progressColumns(progress), ...outcomeColumns({ ...waitingUntil(at), attempts }) }, now),

    /** Deletes a product's finished update, unless it was requested again meanwhile. Returns whether it was deleted. */
    async forget({ id, revision }: PriceUpdate): Promise<boolean> {
      const { numDeletedRows } = await database
        .deleteFrom('price_updates')
        .where('id', '=', id)
        .where('revision', '=', revision)
        .where('product_id', 'is not', null)
        .executeTakeFirstOrThrow();
      return numDeletedRows === 1n;
    },

    /** Deletes updates of products that finished before the time, successfully or not. Returns how many. */
    async forgetProductsBefore(time: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('price_updates')
        .where('product_id', 'is not', null)
        .where('finished_at', '<=', timeText(time))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },

    async backlog(): Promise<PriceUpdateBacklog> {
      const count = sql<bigint>`count(*)`.as('count');
      const waiting = await unfinished().select(count).executeTakeFirstOrThrow();
      const givenUp = await failed().select(count).executeTakeFirstOrThrow();
      return { waiting: Number(waiting.count), failed: Number(givenUp.count) };
    },
  };
}

function waitingUntil(time: Date): PriceUpdateOutcome {
  return { state: 'pending', attempts: 0, nextAttemptAt: time, lastError: null, finishedAt: null };
}

function targetColumns(target: PriceUpdateTarget) {
  return target.kind === 'shop'
    ? { product_id: null, currency: target.currency, rate: target.rate }
    : { product_id: target.productId, currency: null, rate: null };
}

function progressColumns(progress: PriceUpdateProgress) {
  return {
    global_rate_is_set: progress.globalRateIsSet ? 1n : 0n,
    global_rate_error: progress.globalRateError,
    variants_are_done: progress.variantsAreDone ? 1n : 0n,
    start_position: progress.startPosition,
    position: progress.position,
    has_wrapped: progress.hasWrapped ? 1n : 0n,
    variants_total: progress.variantsTotal === null ? null : BigInt(progress.variantsTotal),
    variants_seen: BigInt(progress.variantsSeen),
    variants_changed: BigInt(progress.variantsChanged),
    variants_left_out: BigInt(progress.variantsLeftOut),
    remark: progress.remark,
  };
}

function outcomeColumns(outcome: PriceUpdateOutcome) {
  return {
    state: outcome.state,
    attempts: BigInt(outcome.attempts),
    next_attempt_at: timeText(outcome.nextAttemptAt),
    last_error: outcome.lastError,
    finished_at: outcome.finishedAt === null ? null : timeText(outcome.finishedAt),
  };
}

function targetOf({ id, product_id, currency, rate }: Selectable<ShopTables['price_updates']>): PriceUpdateTarget {
  if (product_id !== null) return { kind: 'product', productId: product_id };
  if (currency === null || rate === null) throw new Error(`The price update ${id} has neither product nor rate`);
  return { kind: 'shop', currency, rate };
}

function priceUpdateOf(row: Selectable<ShopTables['price_updates']>): PriceUpdate {
  return {
    id: row.id,
    target: targetOf(row),
    globalRateIsSet: row.global_rate_is_set === 1n,
    globalRateError: row.global_rate_error,
    variantsAreDone: row.variants_are_done === 1n,
    startPosition: row.start_position,
    position: row.position,
    hasWrapped: row.has_wrapped === 1n,
    variantsTotal: row.variants_total === null ? null : Number(row.variants_total),
    variantsSeen: Number(row.variants_seen),
    variantsChanged: Number(row.variants_changed),
    variantsLeftOut: Number(row.variants_left_out),
    remark: row.remark,
    state: row.state,
    attempts: Number(row.attempts),
    nextAttemptAt: timeOf(row.next_attempt_at),
    lastError: row.last_error,
    finishedAt: row.finished_at === null ? null : timeOf(row.finished_at),
    revision: row.revision,
    createdAt: timeOf(row.created_at),
    updatedAt: timeOf(row.updated_at),
  };
}
