import { type Kysely, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import type { EventType } from '#platform/outbox/events.ts';
import type { OutboxTables } from './tables.ts';

export interface WaitingDeliveries {
  /** All that are pending. */
  pending: number;
  /** Those that are not in a pause after a failed attempt. */
  due: number;
}

/** Deliveries that are queued later than their events, and what becomes of all those of a subscriber. */
export function queueingRepository(database: Kysely<OutboxTables>) {
  /** @param types all if it is left out. */
  const eventsOf = (types: readonly EventType[] | undefined, after: bigint) =>
    database
      .selectFrom('events')
      .where('id', '>', after)
      .$if(types !== undefined, (query) => query.where('type', 'in', types ?? []));

  /** Queues the events with ids above `after`, up to `last`. Returns how many were not queued before. */
  const queue = async (subscriber: string, types: readonly EventType[] | undefined, after: bigint, last?: bigint) => {
    const { numInsertedOrUpdatedRows = 0n } = await database
      .insertInto('deliveries')
      .columns(['event_id', 'subscriber', 'subject', 'state', 'attempts', 'next_attempt_at', 'updated_at'])
      .expression(
        eventsOf(types, after)
          .select([
            'id',
            sql.lit(subscriber).as('subscriber'),
            'subject',
            sql.lit('pending').as('state'),
            sql.lit(0).as('attempts'),
            'created_at as next_attempt_at',
            'created_at as updated_at',
          ])
          .$if(last !== undefined, (query) => query.where('id', '<=', last ?? 0n))
          .orderBy('id'),
      )
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return Number(numInsertedOrUpdatedRows);
  };

  return {
    /**
     * Queues for a subscriber the events of these types since its last delivery, which it missed while it was not loaded.
     * Returns how many. A subscriber without any delivery starts with future events.
     */
    async addMissed(subscriber: string, types: readonly EventType[]): Promise<number> {
      const { last } = await database
        .selectFrom('deliveries')
        .select(({ fn }) => fn.max<bigint | null>('event_id').as('last'))
        .where('subscriber', '=', subscriber)
        .executeTakeFirstOrThrow();
      return last === null || types.length === 0 ? 0 : queue(subscriber, types, last);
    },

    /**
     * Queues up to `limit` events behind the one with id `after` for a subscriber. Returns the id of the last of them;
     * undefined if there is none. Units of work are serialised, so none with a smaller id appears later.
     */
    async queueNext(
      subscriber: string,
      { types, after, limit }: { types: readonly EventType[] | undefined; after: bigint; limit: number },
    ): Promise<bigint | undefined> {
      const next = await eventsOf(types, after).select('id').orderBy('id').limit(limit).execute();
      const last = next.at(-1)?.id;
      if (last !== undefined) await queue(subscriber, types, after, last);
      return last;
    },

    /** The time of the first event behind the one with id `after`, if there is one. */
    async timeOfNext(types: readonly EventType[] | undefined, after: bigint): Promise<Date | undefined> {
      const next = await eventsOf(types, after).select('created_at').orderBy('id').limit(1).executeTakeFirst();
      return next && timeOf(next.created_at);
    },

    async waitingOf(subscriber: string, now: Date): Promise<WaitingDeliveries> {
      const { pending, due } = await database
        .selectFrom('deliveries')
        .select(({ fn }) => [
          fn.countAll<bigint | number>().as('pending'),
          fn.count<bigint | number>(sql`case when next_attempt_at <= ${timeText(now)} then 1 end`).as('due'),
        ])
        .where('subscriber', '=', subscriber)
        .where('state', '=', sql.lit('pending'))
        .executeTakeFirstOrThrow();
      return { pending: Number(pending), due: Number(due) };
    },

    /** Gives up all deliveries of a subscriber that are pending or, with `dead`, failed permanently. Returns how many. */
    async giveUp(subscriber: string, now: Date, { dead }: { dead: boolean }): Promise<number> {
      let count = 0n;
      for (const state of dead ? (['pending', 'dead'] as const) : (['pending'] as const)) {
        const { numUpdatedRows } = await database
          .updateTable('deliveries')
          .set({ state: 'done', hold: null, updated_at: timeText(now) })
          .where('subscriber', '=', subscriber)
          .where('state', '=', sql.lit(state))
          .executeTakeFirstOrThrow();
        count += numUpdatedRows;
      }
      return Number(count);
    },

    /** The subject of a delivery of the event to the subscriber, in any state; undefined if there is none. */
    async subjectOf(eventId: bigint, subscriber: string): Promise<string | undefined> {
      const row = await database
        .selectFrom('deliveries')
        .select('subject')
        .where('event_id', '=', eventId)
        .where('subscriber', '=', subscriber)
        .executeTakeFirst();
      return row?.subject;
    },
  };
}
