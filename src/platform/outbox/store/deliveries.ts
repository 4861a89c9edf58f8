import { type ExpressionBuilder, type Kysely, sql } from 'kysely';
import type { EventType } from '#engine/events.ts';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { type IdRange, idsBetween } from '#platform/database/list-order.ts';
import { perNames, preparedQuery } from '#platform/database/prepared-query.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import type { DeliveryState, OutboxTables } from './tables.ts';

/** One event on its way to one durable subscriber. */
export interface Delivery {
  event: StoredEvent;
  subscriber: string;
  /** How often it has been tried, this time included. */
  attempts: number;
}

/** A delivery that was given out. Whoever has it in hand knows its hold, which no other take of any delivery has. */
export interface HeldDelivery extends Delivery {
  hold: string;
  /** As far as whoever has it in hand knows. */
  heldUntil: Date;
}

export interface DeliveryBacklog {
  pending: number;
  dead: number;
  /** When the delivery that has waited longest was appended. */
  oldestPendingAt: Date | null;
}

/** A delivery that was given up, or that waits for a subscriber that is not loaded: a person must look at it. */
export interface DeadLetter extends Delivery {
  lastError: string | null;
  /** Whether it waits, and is told once its subscriber is loaded again. */
  isWaiting: boolean;
  /** When it was given up. */
  updatedAt: Date;
}

export type DeliveryRepository = ReturnType<typeof deliveryRepository>;

const PENDING = sql.lit<DeliveryState>('pending');

export function deliveryRepository(database: Kysely<OutboxTables>) {
  /**
   * The deliveries that may be given out, those that are due first: of each subscriber and subject the earliest that
   * waits. None, where a later one is in somebody's hands at the time `now`: a dead letter that was sent again waits for it.
   */
  const firstInLine = (subscribers: readonly string[], now: string) =>
    database
      .selectFrom('deliveries as delivery')
      // Not a bound value: there is an index for this one, for which SQLite would plan the query again each time.
      .where('delivery.state', '=', PENDING)
      // An expression, so that SQLite walks the deliveries in the order in which they are due and stops at the first:
      // by the index on the subscriber it would sort all that wait, each time, while a shop is out of reach.
      .where(sql<string>`delivery.subscriber || ''`, 'in', subscribers)
      .where(({ not, exists, selectFrom }) =>
        not(
          exists(
            selectFrom('deliveries as other')
              .select('other.event_id')
              .whereRef('other.subscriber', '=', 'delivery.subscriber')
              .whereRef('other.subject', '=', 'delivery.subject')
              .where('other.state', '=', PENDING)
              .where(({ or, and, eb, ref }) =>
                or([
                  eb('other.event_id', '<', ref('delivery.event_id')),
                  and([
                    eb('other.event_id', '>', ref('delivery.event_id')),
                    eb('other.hold', 'is not', null),
                    eb('other.next_attempt_at', '>', now),
                  ]),
                ]),
              )
              // Looked up for each, in the order of the index for that. PostgreSQL would make a join of it, which an
              // offset keeps it from, or take any index where it thinks that few wait: all that wait would be compared
              // with each other, for seconds, until it has counted them.
              .orderBy('other.event_id')
              .limit(1)
              .offset(0),
          ),
        ),
      )
      .orderBy('delivery.next_attempt_at')
      .orderBy('delivery.event_id')
      .limit(1);

  const selectDue = perNames((subscribers) =>
    preparedQuery<{ now: string }, DueRow>(database, (value) =>
      firstInLine(subscribers, value('now'))
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
        .where('delivery.next_attempt_at', '<=', value('now')),
    ),
  );
  const selectNextDue = perNames((subscribers) =>
    preparedQuery<{ now: string }, { next_attempt_at: string }>(database, (value) =>
      firstInLine(subscribers, value('now')).select('delivery.next_attempt_at'),
    ),
  );
  const updateHeld = preparedQuery<{
    id: bigint;
    subscriber: string;
    attempts: bigint;
    hold: string;
    until: string;
    now: string;
  }>(database, (value) =>
    database
      .updateTable('deliveries')
      .set({
        attempts: value('attempts'),
        hold: value('hold'),
        next_attempt_at: value('until'),
        updated_at: value('now'),
      })
      .where('event_id', '=', value('id'))
      .where('subscriber', '=', value('subscriber')),
  );
  const updateSettled = preparedQuery<{
    id: bigint;
    subscriber: string;
    hold: string;
    state: DeliveryState;
    next: string;
    lastError: string | null;
    attempts: bigint;
    now: string;
  }>(database, (value) =>
    database
      .updateTable('deliveries')
      .set({
        state: value('state'),
        hold: null,
        next_attempt_at: value('next'),
        last_error: value('lastError'),
        updated_at: value('now'),
      })
      .where('event_id', '=', value('id'))
      .where('subscriber', '=', value('subscriber'))
      .where('hold', '=', value('hold'))
      // `tellAgain` sets the attempts of what is in hand back.
      .where('attempts', '>=', value('attempts')),
  );
  /** The rows that a take still holds. */
  const held = ({ event, subscriber, hold }: HeldDelivery) =>
    database
      .updateTable('deliveries')
      .where('event_id', '=', event.id)
      .where('subscriber', '=', subscriber)
      .where('hold', '=', hold);

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
      .where(isLost(loaded))
      .orderBy('deliveries.event_id')
      .orderBy('deliveries.subscriber');

  /** Given up, or waiting for a subscriber that is not among those that are loaded. */
  const isLost = (loaded: readonly string[]) => (eb: ExpressionBuilder<OutboxTables, 'deliveries'>) => {
    const isUnloaded = loaded.length === 0 ? [] : [eb('deliveries.subscriber', 'not in', loaded)];
    return eb.or([
      eb('deliveries.state', '=', 'dead'),
      eb.and([eb('deliveries.state', '=', 'pending'), ...isUnloaded]),
    ]);
  };

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
     * @param hold tells this take from all others.
     */
    async takeNext(
      subscribers: readonly string[],
      now: Date,
      { hold, heldUntil }: { hold: string; heldUntil: Date },
    ): Promise<HeldDelivery | undefined> {
      const [row] = (await selectDue(subscribers)({ now: timeText(now) })).rows;
      if (row === undefined) return undefined;
      const { id, subscriber, type, subject, payload } = row;
      const attempts = row.attempts + 1n;
      await updateHeld({ id, subscriber, attempts, hold, until: timeText(heldUntil), now: timeText(now) });
      const event = { id, type, subject, payload, createdAt: timeOf(row.created_at) };
      return { event, subscriber, attempts: Number(attempts), hold, heldUntil };
    },

    /** Holds a delivery for longer. Answers false where it was lost: somebody else may have it in hand. */
    async holdOn(delivery: HeldDelivery, heldUntil: Date): Promise<boolean> {
      const { numUpdatedRows } = await held(delivery)
        .set({ next_attempt_at: timeText(heldUntil) })
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** Notes how a delivery ended, or when it is tried again. Changes nothing where somebody else has taken it since. */
    async settle(
      delivery: HeldDelivery,
      outcome: { state: DeliveryState; nextAttemptAt: Date; lastError: string | null },
      now: Date,
    ): Promise<void> {
      const { state, nextAttemptAt, lastError } = outcome;
      const { event, subscriber, hold } = delivery;
      const times = { next: timeText(nextAttemptAt), now: timeText(now) };
      const attempts = BigInt(delivery.attempts);
      const settled = await updateSettled({ id: event.id, subscriber, hold, state, lastError, attempts, ...times });
      if (settled.numAffectedRows === 1n) return;
      // It is to be told again since it was taken: it waits on.
      await held(delivery)
        .set({ hold: null, next_attempt_at: timeText(now), updated_at: timeText(now) })
        .execute();
    },

    /**
     * Has what waits tried at once: for a process that starts.
     * @param isAlone whether whoever holds a delivery can only be a process that is gone.
     */
    async release(now: Date, isAlone: boolean): Promise<void> {
      const waiting = database
        .updateTable('deliveries')
        .set({ hold: null, next_attempt_at: timeText(now) })
        .where('state', '=', 'pending')
        .where('next_attempt_at', '>', timeText(now));
      await (isAlone ? waiting : waiting.where('hold', 'is', null)).execute();
    },

    /** When the next delivery that may be given out becomes due, if any waits. */
    async nextDueAt(subscribers: readonly string[], now: Date): Promise<Date | undefined> {
      const [row] = (await selectNextDue(subscribers)({ now: timeText(now) })).rows;
      return row && timeOf(row.next_attempt_at);
    },

    /**
     * The dead letters of up to `limit` events after the one with id `after`, by event and subscriber: a page never
     * ends in the middle of an event.
     * @param loaded the subscribers that can be called; what waits for another is a dead letter, too.
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
            .where(isLost(loaded))
            .where(idsBetween('event_id', after, range))
            .orderBy('event_id', range.order)
            .limit(limit),
        )
        .execute();
      const letters = rows.map(deadLetterOf);
      return range.order === 'desc' ? letters.reverse() : letters;
    },

    /** The dead letters of one event, by subscriber. */
    async deadOf(eventId: bigint, loaded: readonly string[]): Promise<DeadLetter[]> {
      const rows = await deadLetters(loaded).where('deliveries.event_id', '=', eventId).execute();
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

    /** Lets a dead letter rest: whoever it was for is not told any more. */
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

    /**
     * Has a subscriber told of the events of these types that came since the last one that it was to be told of: it was
     * not loaded meanwhile. Answers how many. Who was never to be told of anything begins with what comes.
     */
    async addMissed(subscriber: string, types: readonly EventType[]): Promise<number> {
      const { last } = await database
        .selectFrom('deliveries')
        .select(({ fn }) => fn.max<bigint | null>('event_id').as('last'))
        .where('subscriber', '=', subscriber)
        .executeTakeFirstOrThrow();
      if (last === null || types.length === 0) return 0;
      const { numInsertedOrUpdatedRows = 0n } = await database
        .insertInto('deliveries')
        .columns(['event_id', 'subscriber', 'subject', 'state', 'attempts', 'next_attempt_at', 'updated_at'])
        .expression(({ selectFrom }) =>
          selectFrom('events')
            .select([
              'id',
              sql.lit(subscriber).as('subscriber'),
              'subject',
              sql.lit('pending').as('state'),
              sql.lit(0).as('attempts'),
              'created_at as next_attempt_at',
              'created_at as updated_at',
            ])
            .where('id', '>', last)
            .where('type', 'in', types)
            .orderBy('id'),
        )
        .onConflict((conflict) => conflict.doNothing())
        .executeTakeFirstOrThrow();
      return Number(numInsertedOrUpdatedRows);
    },

    /**
     * Has the event of that type about the subject, of which there is one at most, told to the subscriber once more and
     * at once, whatever became of it before. One that is in hand at this moment is told again after that.
     */
    async tellAgain(type: EventType, subject: string, subscriber: string, now: Date): Promise<void> {
      const event = await database
        .selectFrom('events')
        .select('id')
        .where(sql.ref('type'), '=', sql.lit(type))
        .where('subject', '=', subject)
        .executeTakeFirst();
      if (event === undefined) return;
      const times = { next_attempt_at: timeText(now), updated_at: timeText(now) };
      await database
        .insertInto('deliveries')
        .values({
          event_id: event.id,
          subscriber,
          subject,
          state: 'pending',
          attempts: 0n,
          hold: null,
          last_error: null,
          ...times,
        })
        .onConflict((conflict) =>
          conflict.columns(['event_id', 'subscriber']).doUpdateSet({
            state: 'pending',
            // By this `settle` sees that whoever has it in hand took it before.
            attempts: 0n,
            updated_at: times.updated_at,
            // Nobody else may take it as long as somebody has it in hand.
            next_attempt_at: ({ ref }) =>
              sql<string>`case when ${ref('deliveries.hold')} is null then ${ref('excluded.next_attempt_at')} else ${ref('deliveries.next_attempt_at')} end`,
          }),
        )
        .execute();
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

/** A delivery with its event. */
interface DueRow {
  subscriber: string;
  attempts: bigint;
  id: bigint;
  type: EventType;
  subject: string;
  payload: string;
  created_at: string;
}

function deadLetterOf(row: DueRow & { last_error: string | null; updated_at: string; state: string }): DeadLetter {
  const { id, type, subject, payload } = row;
  const isWaiting = row.state === 'pending';
  return {
    isWaiting,
    event: { id, type, subject, payload, createdAt: timeOf(row.created_at) },
    subscriber: row.subscriber,
    attempts: Number(row.attempts),
    lastError: isWaiting ? `The subscriber ${row.subscriber} is not loaded; it is told when it is.` : row.last_error,
    updatedAt: timeOf(row.updated_at),
  };
}
