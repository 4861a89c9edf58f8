import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { idsBetween } from '#platform/database/list-order.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { DeadLetterFilter } from '#platform/outbox/bulk-dismissal.ts';
import type { Delivery, DueRow } from './deliveries.ts';
import type { OutboxTables } from './tables.ts';

/** A delivery that failed permanently, or that waits for a subscriber that is not loaded: an operator must look at it. */
export interface DeadLetter extends Delivery {
  lastError: string | null;
  /** Whether it is pending, and will be delivered once its subscriber is loaded again. */
  isWaiting: boolean;
  /** When it failed permanently. */
  updatedAt: Date;
}

/** Deliveries that failed permanently, for operators: the dispatcher does not look at them. */
export function deadLetterRepository(database: Kysely<OutboxTables>) {
  const deadLetters = (loaded: readonly string[]) =>
    database
      .selectFrom('deliveries')
      .innerJoin('events', 'events.id', 'deliveries.event_id')
      .select([
        'deliveries.subscriber',
        'deliveries.attempts',
        'deliveries.last_error',
        'deliveries.updated_at',
        'deliveries.state',
        'events.id',
        'events.type',
        'events.subject',
        'events.payload',
        'events.created_at',
      ])
      .where(isDeadLetter(loaded))
      .orderBy('deliveries.event_id')
      .orderBy('deliveries.subscriber');

  /** Failed permanently, or pending for a subscriber that is not loaded. */
  const isDeadLetter = (loaded: readonly string[]) => (eb: ExpressionBuilder<OutboxTables, 'deliveries'>) => {
    const isUnloaded = loaded.length === 0 ? [] : [eb('deliveries.subscriber', 'not in', loaded)];
    return eb.or([
      eb('deliveries.state', '=', 'dead'),
      eb.and([eb('deliveries.state', '=', 'pending'), ...isUnloaded]),
    ]);
  };

  return {
    /**
     * The dead letters of up to `limit` events after the one with id `after`, by event and subscriber: a page never
     * ends in the middle of an event.
     * @param loaded the subscribers that can be called; a delivery pending for any other is a dead letter, too.
     */
    async deadAfter(
      after: bigint,
      limit: number,
      loaded: readonly string[],
      range: IdRange = {},
    ): Promise<DeadLetter[]> {
      const rows = await deadLetters(loaded)
        .where('deliveries.event_id', 'in', (page) =>
          page
            .selectFrom('deliveries')
            .select('event_id')
            .distinct()
            .where(isDeadLetter(loaded))
            .where(idsBetween('event_id', after, range))
            .orderBy('event_id', range.order)
            .limit(limit),
        )
        .execute();
      const letters = rows.map(deadLetterOf);
      return range.order === 'desc' ? letters.reverse() : letters;
    },

    /** How many deliveries failed permanently, up to a limit. */
    async count(limit: number): Promise<number> {
      const { count } = await database
        .selectFrom(
          database
            .selectFrom('deliveries')
            .select('event_id')
            .where('state', '=', sql.lit('dead'))
            .limit(limit)
            .as('dead'),
        )
        .select(({ fn }) => fn.countAll<bigint>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** The dead letters of one event, by subscriber. */
    async deadOf(eventId: bigint, loaded: readonly string[]): Promise<DeadLetter[]> {
      const rows = await deadLetters(loaded).where('deliveries.event_id', '=', eventId).execute();
      return rows.map(deadLetterOf);
    },

    /** The first `limit` dead letters that match, by event and subscriber. */
    async deadMatching(
      { subscriber, type, upToEvent, upToTime }: DeadLetterFilter,
      limit: number,
      loaded: readonly string[],
    ): Promise<DeadLetter[]> {
      let matching = deadLetters(loaded).limit(limit);
      if (subscriber !== undefined) matching = matching.where('deliveries.subscriber', '=', subscriber);
      if (type !== undefined) matching = matching.where('events.type', '=', type);
      if (upToEvent !== undefined) matching = matching.where('deliveries.event_id', '<=', upToEvent);
      if (upToTime !== undefined) matching = matching.where('deliveries.updated_at', '<=', timeText(upToTime));
      return (await matching.execute()).map(deadLetterOf);
    },

    /** Requeues a dead letter to be delivered immediately, as if it had never been tried. */
    async requeue({ event, subscriber }: DeadLetter, now: Date): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('deliveries')
        .set({ state: 'pending', attempts: 0n, next_attempt_at: timeText(now), updated_at: timeText(now) })
        .where('event_id', '=', event.id)
        .where('subscriber', '=', subscriber)
        .where('state', '=', 'dead')
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`The delivery of ${event.id} to ${subscriber} was not dead`);
    },

    /** Dismisses a dead letter: it is not delivered any more. */
    async dismiss({ event, subscriber }: DeadLetter, now: Date): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('deliveries')
        .set({ state: 'done', hold: null, updated_at: timeText(now) })
        .where('event_id', '=', event.id)
        .where('subscriber', '=', subscriber)
        .where('state', 'in', ['dead', 'pending'])
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`The delivery of ${event.id} to ${subscriber} was not dead`);
    },
  };
}

function deadLetterOf(row: DueRow & { last_error: string | null; updated_at: string; state: string }): DeadLetter {
  const { id, type, subject, payload } = row;
  const isWaiting = row.state === 'pending';
  return {
    isWaiting,
    event: { id, type, subject, payload, createdAt: timeOf(row.created_at) },
    subscriber: row.subscriber,
    attempts: Number(row.attempts),
    lastError: isWaiting
      ? `The subscriber ${row.subscriber} is not loaded; the event is delivered once it is.`
      : row.last_error,
    updatedAt: timeOf(row.updated_at),
  };
}
