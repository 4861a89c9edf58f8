import type { Kysely, Selectable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { preparedQuery } from '#platform/database/prepared-query.ts';
import type { EventType, Tables } from '#platform/database/tables.ts';

export interface NewEvent {
  type: EventType;
  /** What the event is about, an order's or a payment's id. */
  subject: string;
  /** JSON text. */
  payload: string;
  createdAt: Date;
}

export interface StoredEvent extends NewEvent {
  /** Counts from 1 in the order in which things happened. */
  id: bigint;
}

function eventOf(row: Selectable<Tables['events']>): StoredEvent {
  return {
    id: row.id,
    type: row.type,
    subject: row.subject,
    payload: row.payload,
    createdAt: timeOf(row.created_at),
  };
}

export type EventRepository = ReturnType<typeof eventRepository>;

/** @param onAppend hears of each event in the unit of work that appends it, so that it can be told after the commit. */
export function eventRepository(database: Kysely<Tables>, onAppend: (event: StoredEvent) => void) {
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
    /** Appends an event and, in the same breath, what each durable subscriber still has to do about it. */
    async append(event: NewEvent, subscribers: readonly string[]): Promise<StoredEvent> {
      const time = timeText(event.createdAt);
      const { rows } = await insert({ type: event.type, subject: event.subject, payload: event.payload, time });
      const { id } = rows[0] as { id: bigint };
      for (const subscriber of subscribers) {
        await insertDelivery({ eventId: id, subscriber, subject: event.subject, time });
      }
      const stored = { id, ...event };
      onAppend(stored);
      return stored;
    },

    /**
     * Up to `limit` events after the one with id `after`, oldest first. Whoever goes on from the last of them misses none:
     * units of work take turns, so that ids rise with the commits.
     */
    async after(after: bigint, limit: number): Promise<StoredEvent[]> {
      const rows = await database
        .selectFrom('events')
        .selectAll()
        .where('id', '>', after)
        .orderBy('id')
        .limit(limit)
        .execute();
      return rows.map(eventOf);
    },

    /** The id of the last event; 0 where there is none. */
    async lastId(): Promise<bigint> {
      const { last } = await database
        .selectFrom('events')
        .select(({ fn }) => fn.max<bigint | null>('id').as('last'))
        .executeTakeFirstOrThrow();
      return last ?? 0n;
    },
  };
}
