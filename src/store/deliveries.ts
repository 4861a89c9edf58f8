import { type Kysely, sql } from 'kysely';
import type { DeliveryState, EventType, Tables } from './database.ts';
import type { StoredEvent } from './events.ts';
import { timeOf, timeText } from './values.ts';

/** One event on its way to one durable subscriber. */
export interface Delivery {
  event: StoredEvent;
  subscriber: string;
  /** How often it has been tried, this time included. */
  attempts: number;
}

export interface DeliveryBacklog {
  pending: number;
  dead: number;
  /** When the delivery that has waited longest was appended. */
  oldestPendingAt: Date | null;
}

/** A delivery that was given up: somebody must look at it. */
export interface DeadLetter extends Delivery {
  lastError: string | null;
  /** When it was given up. */
  updatedAt: Date;
}

export type DeliveryRepository = ReturnType<typeof deliveryRepository>;

export function deliveryRepository(database: Kysely<Tables>) {
  /**
   * The deliveries that may be given out, those that are due first: of each subscriber and subject the earliest that
   * waits.
   */
  const firstInLine = (subscribers: readonly string[]) =>
    database
      .selectFrom('deliveries as delivery')
      .where('delivery.state', '=', 'pending')
      // An expression, so that SQLite walks the deliveries in the order in which they are due and stops at the first:
      // by the index on the subscriber it would sort all that wait, each time, while a shop is out of reach.
      .where(sql<string>`delivery.subscriber || ''`, 'in', subscribers)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('deliveries as earlier')
              .select('earlier.event_id')
              .whereRef('earlier.subscriber', '=', 'delivery.subscriber')
              .whereRef('earlier.subject', '=', 'delivery.subject')
              .whereRef('earlier.event_id', '<', 'delivery.event_id')
              .where('earlier.state', '=', 'pending'),
          ),
        ),
      )
      .orderBy('delivery.next_attempt_at')
      .orderBy('delivery.event_id')
      .limit(1);

  const deadLetters = () =>
    database
      .selectFrom('deliveries')
      .innerJoin('events', 'events.id', 'deliveries.event_id')
      .select([
        'deliveries.subscriber',
        'deliveries.attempts',
        'deliveries.last_error',
        'deliveries.updated_at',
        'events.id',
        'events.type',
        'events.subject',
        'events.payload',
        'events.created_at',
      ])
      .where('deliveries.state', '=', 'dead')
      .orderBy('deliveries.event_id')
      .orderBy('deliveries.subscriber');

  /** A count for each state, so that SQLite reads the small index of that state and not every delivery ever made. */
  const countOf = async (state: 'pending' | 'dead', subscribers: readonly string[]): Promise<number> => {
    const { count } = await database
      .selectFrom('deliveries')
      .select((select) => select.fn.countAll<bigint>().as('count'))
      .where('state', '=', state)
      .where('subscriber', 'in', subscribers)
      .executeTakeFirstOrThrow();
    return Number(count);
  };

  return {
    /**
     * Takes the next delivery that is due, and keeps it from being taken again until `heldUntil`: whoever dies with it
     * in hand holds it no longer than that. A delivery waits while an earlier one with the same subject waits for the
     * same subscriber, so that each order's events arrive in their order without holding up other orders.
     * @param subscribers those that can be called now.
     */
    async takeNext(subscribers: readonly string[], now: Date, heldUntil: Date): Promise<Delivery | undefined> {
      const row = await firstInLine(subscribers)
        .innerJoin('events', 'events.id', 'delivery.event_id')
        .select([
          'delivery.subscriber',
          'delivery.attempts',
          'events.id',
          'events.type',
          'events.subject',
          'events.payload',
          'events.created_at',
        ])
        .where('delivery.next_attempt_at', '<=', timeText(now))
        .executeTakeFirst();
      if (row === undefined) return undefined;
      await database
        .updateTable('deliveries')
        .set({ attempts: row.attempts + 1n, next_attempt_at: timeText(heldUntil), updated_at: timeText(now) })
        .where('event_id', '=', row.id)
        .where('subscriber', '=', row.subscriber)
        .execute();
      return {
        event: {
          id: row.id,
          type: row.type,
          subject: row.subject,
          payload: row.payload,
          createdAt: timeOf(row.created_at),
        },
        subscriber: row.subscriber,
        attempts: Number(row.attempts) + 1,
      };
    },

    /** Notes how a delivery ended, or when it is tried again. */
    async settle(
      delivery: Delivery,
      outcome: { state: DeliveryState; nextAttemptAt: Date; lastError: string | null },
      now: Date,
    ): Promise<void> {
      await database
        .updateTable('deliveries')
        .set({
          state: outcome.state,
          next_attempt_at: timeText(outcome.nextAttemptAt),
          last_error: outcome.lastError,
          updated_at: timeText(now),
        })
        .where('event_id', '=', delivery.event.id)
        .where('subscriber', '=', delivery.subscriber)
        .where('state', '=', 'pending')
        .execute();
    },

    /** Lets go of what a process held that is gone: for the only process of a database, when it starts. */
    async releaseHeld(now: Date): Promise<void> {
      await database
        .updateTable('deliveries')
        .set({ next_attempt_at: timeText(now) })
        .where('state', '=', 'pending')
        .where('next_attempt_at', '>', timeText(now))
        .execute();
    },

    /** When the next delivery that may be given out becomes due, if any waits. */
    async nextDueAt(subscribers: readonly string[]): Promise<Date | undefined> {
      const row = await firstInLine(subscribers).select('delivery.next_attempt_at').executeTakeFirst();
      return row && timeOf(row.next_attempt_at);
    },

    /**
     * The dead letters of up to `limit` events after the one with id `after`, by event and subscriber: a page never
     * ends in the middle of an event.
     */
    async deadAfter(after: bigint, limit: number): Promise<DeadLetter[]> {
      const rows = await deadLetters()
        .where('deliveries.event_id', 'in', (page) =>
          page
            .selectFrom('deliveries')
            .select('event_id')
            .distinct()
            .where('state', '=', 'dead')
            .where('event_id', '>', after)
            .orderBy('event_id')
            .limit(limit),
        )
        .execute();
      return rows.map(deadLetterOf);
    },

    /** The dead letters of one event, by subscriber. */
    async deadOf(eventId: bigint): Promise<DeadLetter[]> {
      const rows = await deadLetters().where('deliveries.event_id', '=', eventId).execute();
      return rows.map(deadLetterOf);
    },

    /** Lets a dead letter be delivered again, at once and as if it had never been tried. */
    async revive({ event, subscriber }: DeadLetter, now: Date): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('deliveries')
        .set({ state: 'pending', attempts: 0n, next_attempt_at: timeText(now), updated_at: timeText(now) })
        .where('event_id', '=', event.id)
        .where('subscriber', '=', subscriber)
        .where('state', '=', 'dead')
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`The delivery of ${event.id} to ${subscriber} was not dead`);
    },

    /** What waits for the given subscribers, and what nobody could be told. */
    async backlog(subscribers: readonly string[]): Promise<DeliveryBacklog> {
      if (subscribers.length === 0) return { pending: 0, dead: 0, oldestPendingAt: null };
      const oldest = await database
        .selectFrom('deliveries')
        .innerJoin('events', 'events.id', 'deliveries.event_id')
        .select('events.created_at')
        .where('state', '=', 'pending')
        .where('subscriber', 'in', subscribers)
        .orderBy('event_id')
        .limit(1)
        .executeTakeFirst();
      return {
        pending: await countOf('pending', subscribers),
        dead: await countOf('dead', subscribers),
        oldestPendingAt: oldest ? timeOf(oldest.created_at) : null,
      };
    },
  };
}

function deadLetterOf(row: {
  subscriber: string;
  attempts: bigint;
  last_error: string | null;
  updated_at: string;
  id: bigint;
  type: EventType;
  subject: string;
  payload: string;
  created_at: string;
}): DeadLetter {
  const { id, type, subject, payload } = row;
  return {
    event: { id, type, subject, payload, createdAt: timeOf(row.created_at) },
    subscriber: row.subscriber,
    attempts: Number(row.attempts),
    lastError: row.last_error,
    updatedAt: timeOf(row.updated_at),
  };
}
