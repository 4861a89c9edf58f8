import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { idsBetween } from '#platform/database/list-order.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { RepositoryConnection } from '#platform/database/store.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { EventType } from '#platform/outbox/events.ts';
import type { NewEvent, StoredEvent } from '#platform/outbox/stored-event.ts';
import type { OutboxTables } from './tables.ts';

function eventOf(row: Selectable<OutboxTables['events']>): StoredEvent {
  return {
    id: row.id,
    type: row.type,
    subject: row.subject,
    payload: row.payload,
    createdAt: timeOf(row.created_at),
  };
}

export type EventRepository = ReturnType<typeof eventRepository>;

export function eventRepository(
  database: Kysely<OutboxTables>,
  { afterCommit }: Pick<RepositoryConnection, 'afterCommit'>,
) {
  const insert = preparedQuery<{ type: EventType; subject: string; payload: string; time: string }, { id: bigint }>(
    database,
    (value) =>
      database
        .insertInto('events')
        .values({
          type: value('type'),
          subject: value('subject'),
          payload: value('payload'),
          created_at: value('time'),
        })
        .returning('id'),
  );

  const insertDelivery = preparedQuery<{ eventId: bigint; subscriber: string; subject: string; time: string }>(
    database,
    (value) =>
      database.insertInto('deliveries').values({
        event_id: value('eventId'),
        subscriber: value('subscriber'),
        subject: value('subject'),
        state: 'pending',
        attempts: 0n,
        hold: null,
        next_attempt_at: value('time'),
        last_error: null,
        updated_at: value('time'),
      }),
  );

  return {
    /** Appends an event and one pending delivery per durable subscriber. */
    async append(event: NewEvent, subscribers: readonly string[]): Promise<StoredEvent> {
      const time = timeText(event.createdAt);
      const { rows } = await insert({ type: event.type, subject: event.subject, payload: event.payload, time });
      const { id } = rows[0] as { id: bigint };
      for (const subscriber of subscribers) {
        await insertDelivery({ eventId: id, subscriber, subject: event.subject, time });
      }
      const stored = { id, ...event };
      afterCommit(stored);
      return stored;
    },

    /**
     * Up to `limit` events after the one with id `after`, oldest first by default. A caller who continues from the last
     * id misses none: units of work are serialised, so ids increase in the order of the commits.
     */
    async after(after: bigint, limit: number, range: IdRange = {}): Promise<StoredEvent[]> {
      const rows = await database
        .selectFrom('events')
        .selectAll()
        .where(idsBetween('id', after, range))
        .orderBy('id', range.order)
        .limit(limit)
        .execute();
      return rows.map(eventOf);
    },

    /** The events with ids above `from` up to `to` that are about one of the subjects, oldest first. */
    async about(subjects: readonly string[], from: bigint, to: bigint): Promise<StoredEvent[]> {
      const rows = await database
        .selectFrom('events')
        .selectAll()
        .where('id', '>', from)
        .where('id', '<=', to)
        .where('subject', 'in', subjects)
        .orderBy('id')
        .execute();
      return rows.map(eventOf);
    },

    /** Up to `limit` events of an order itself, oldest first. The condition is that of a partial index. */
    async ofOrder(orderId: string, limit: number): Promise<StoredEvent[]> {
      const rows = await database
        .selectFrom('events')
        .selectAll()
        .where('subject', '=', orderId)
        .where(sql<SqlBool>`type in ('NewOrder', 'OrderPaid', 'OrderAnnulled', 'OrderModified', 'OrderClaimed')`)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(eventOf);
    },

    /**
     * The id of the last event up to the id `last` that happened before the time; 0 if there is none. Times increase with
     * the ids, so a binary search finds it.
     */
    async lastIdBefore(time: Date, last: bigint): Promise<bigint> {
      let [before, notBefore] = [0n, last + 1n];
      while (notBefore - before > 1n) {
        const middle = (before + notBefore) / 2n;
        const next = await database
          .selectFrom('events')
          .select(['id', 'created_at'])
          .where('id', '>=', middle)
          .where('id', '<', notBefore)
          .orderBy('id')
          .limit(1)
          .executeTakeFirst();
        if (next === undefined || timeOf(next.created_at) >= time) notBefore = middle;
        else before = next.id;
      }
      return before;
    },

    /** The id of the last event; 0 if there is none. */
    async lastId(): Promise<bigint> {
      const { last } = await database
        .selectFrom('events')
        .select(({ fn }) => fn.max<bigint | null>('id').as('last'))
        .executeTakeFirstOrThrow();
      return last ?? 0n;
    },
  };
}
