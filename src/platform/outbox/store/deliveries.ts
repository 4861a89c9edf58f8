import { type Kysely, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { memoizeByNames, preparedQuery } from '#platform/database/prepared-query.ts';
import type { EventType } from '#platform/outbox/events.ts';
import type { StoredEvent } from '#platform/outbox/stored-event.ts';
import type { DeliveryState, OutboxTables } from './tables.ts';

/** One event on its way to one durable subscriber. */
export interface Delivery {
  event: StoredEvent;
  subscriber: string;
  /** How often it has been tried, this time included. */
  attempts: number;
}

/** A leased delivery. Its lease token is unique, so a worker whose lease has expired cannot settle it. */
export interface LeasedDelivery extends Delivery {
  leaseToken: string;
  /** As far as this process knows. */
  leasedUntil: Date;
}

export interface Lease {
  leaseToken: string;
  leasedUntil: Date;
}

export interface DeliveryBacklog {
  pending: number;
  dead: number;
  /** When the delivery that has waited longest was appended. */
  oldestPendingAt: Date | null;
}

/** What has become of an event at one subscriber. */
export interface DeliveryOfEvent {
  eventId: bigint;
  subscriber: string;
  state: DeliveryState;
  attempts: number;
  lastError: string | null;
  /** When that last changed. */
  updatedAt: Date;
}

export type DeliveryRepository = ReturnType<typeof deliveryRepository>;

const PENDING = sql.lit<DeliveryState>('pending');

/** When a delivery is due, as an expression that no index is on. */
const nextAttemptAt = () => sql<string>`coalesce(delivery.next_attempt_at, delivery.next_attempt_at)`;

export function deliveryRepository(database: Kysely<OutboxTables>) {
  /**
   * The deliveries that may be leased, in the order in which they are due: for each subscriber and subject the earliest
   * pending one, or none while a later one is leased at the time `now`: a requeued dead letter waits for that one.
   */
  const inLine = (now: string) =>
    database
      .selectFrom('deliveries as delivery')
      // A literal rather than a bound value: with the partial index on it, SQLite would prepare the query again each time.
      .where('delivery.state', '=', PENDING)
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
              // Looked up for each row by the index made for it. The offset keeps PostgreSQL from turning this into a
              // join, and the order keeps it from choosing another index while its statistics are old: it would then
              // compare all pending deliveries with each other, which takes seconds.
              .orderBy('other.event_id')
              .limit(1)
              .offset(0),
          ),
        ),
      );
  const nextInLine = (subscribers: readonly string[], now: string) =>
    inLine(now)
      // An expression, so that SQLite walks the deliveries in the order in which they are due and stops at the first.
      // With the index on the subscriber it would sort all pending ones each time while a shop is unreachable.
      .where(sql<string>`delivery.subscriber || ''`, 'in', subscribers)
      .orderBy('delivery.next_attempt_at')
      .orderBy('delivery.event_id')
      .limit(1);
  const withEvent = (next: ReturnType<typeof inLine>) =>
    next
      .innerJoin('events', 'events.id', 'delivery.event_id')
      .select([
        'delivery.subscriber',
        'delivery.attempts',
        'events.id',
        'events.type',
        'events.subject',
        'events.payload',
        'events.created_at',
      ]);

  const selectDue = memoizeByNames((subscribers) =>
    preparedQuery<{ now: string }, DueRow>(database, (value) =>
      withEvent(nextInLine(subscribers, value('now'))).where('delivery.next_attempt_at', '<=', value('now')),
    ),
  );
  const selectNextDue = memoizeByNames((subscribers) =>
    preparedQuery<{ now: string }, { next_attempt_at: string }>(database, (value) =>
      nextInLine(subscribers, value('now')).select('delivery.next_attempt_at'),
    ),
  );
  /** The same for one subscriber, found by the index on it and sorted: the functions keep the other index from being used. */
  const nextInLineOf = (subscriber: string, now: string) =>
    inLine(now)
      .where('delivery.subscriber', '=', subscriber)
      .orderBy(nextAttemptAt())
      .orderBy('delivery.event_id')
      .limit(1);
  const selectDueOf = preparedQuery<{ subscriber: string; now: string }, DueRow>(database, (value) =>
    withEvent(nextInLineOf(value('subscriber'), value('now'))).where(nextAttemptAt(), '<=', value('now')),
  );
  const selectNextDueOf = preparedQuery<{ subscriber: string; now: string }, { next_attempt_at: string }>(
    database,
    (value) => nextInLineOf(value('subscriber'), value('now')).select('delivery.next_attempt_at'),
  );
  const leaseOf = async (row: DueRow, now: Date, { leaseToken, leasedUntil }: Lease): Promise<LeasedDelivery> => {
    const { id, subscriber, type, subject, payload } = row;
    const attempts = row.attempts + 1n;
    await updateLeased({
      id,
      subscriber,
      attempts,
      hold: leaseToken,
      until: timeText(leasedUntil),
      now: timeText(now),
    });
    const event = { id, type, subject, payload, createdAt: timeOf(row.created_at) };
    return { event, subscriber, attempts: Number(attempts), leaseToken, leasedUntil };
  };
  const updateLeased = preparedQuery<{
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
      // `redeliver` resets the attempts of a delivery in flight.
      .where('attempts', '>=', value('attempts')),
  );
  /** The row, if the lease is still valid. */
  const leased = ({ event, subscriber, leaseToken }: LeasedDelivery) =>
    database
      .updateTable('deliveries')
      .where('event_id', '=', event.id)
      .where('subscriber', '=', subscriber)
      .where('hold', '=', leaseToken);

  /** As `redeliver`, of the event with that id. */
  const redeliverEvent = async (eventId: bigint, subject: string, subscriber: string, now: Date): Promise<void> => {
    const times = { next_attempt_at: timeText(now), updated_at: timeText(now) };
    await database
      .insertInto('deliveries')
      .values({
        event_id: eventId,
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
          // This tells `settle` that the lease is older than this call.
          attempts: 0n,
          updated_at: times.updated_at,
          // No other worker may lease it while it is in flight.
          next_attempt_at: ({ ref }) =>
            sql<string>`case when ${ref('deliveries.hold')} is null then ${ref('excluded.next_attempt_at')} else ${ref('deliveries.next_attempt_at')} end`,
        }),
      )
      .execute();
  };

  /** One count per state, so that SQLite reads the small index of that state rather than every delivery ever made. */
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
     * Leases the next delivery that is due until `leasedUntil`; if the worker crashes, it is available again after that.
     * A delivery waits while an earlier one with the same subject is pending for the same subscriber, so that each
     * order's events arrive in order without delaying other orders.
     * @param subscribers those that can be called now.
     * @param lease its token distinguishes it from all others.
     */
    async leaseNext(subscribers: readonly string[], now: Date, lease: Lease): Promise<LeasedDelivery | undefined> {
      const [row] = (await selectDue(subscribers)({ now: timeText(now) })).rows;
      return row && leaseOf(row, now, lease);
    },

    /**
     * The same for subscribers that come and go and have few pending deliveries each: the next one of the first of them
     * that has one. Only the deliveries of that subscriber are read, however many wait for others.
     */
    async leaseNextOfEach(
      subscribers: readonly string[],
      now: Date,
      lease: Lease,
    ): Promise<LeasedDelivery | undefined> {
      for (const subscriber of subscribers) {
        const [row] = (await selectDueOf({ subscriber, now: timeText(now) })).rows;
        if (row !== undefined) return leaseOf(row, now, lease);
      }
      return undefined;
    },

    /** Extends a lease. Returns false if it was lost: another worker may have leased the delivery. */
    async renewLease(delivery: LeasedDelivery, leasedUntil: Date): Promise<boolean> {
      const { numUpdatedRows } = await leased(delivery)
        .set({ next_attempt_at: timeText(leasedUntil) })
        .executeTakeFirstOrThrow();
      return numUpdatedRows === 1n;
    },

    /** Saves how a delivery ended, or when it is retried. Changes nothing if another worker has leased it since. */
    async settle(
      delivery: LeasedDelivery,
      outcome: { state: DeliveryState; nextAttemptAt: Date; lastError: string | null },
      now: Date,
    ): Promise<void> {
      const { state, nextAttemptAt, lastError } = outcome;
      const { event, subscriber, leaseToken } = delivery;
      const times = { next: timeText(nextAttemptAt), now: timeText(now) };
      const attempts = BigInt(delivery.attempts);
      const settled = await updateSettled({
        id: event.id,
        subscriber,
        hold: leaseToken,
        state,
        lastError,
        attempts,
        ...times,
      });
      if (settled.numAffectedRows === 1n) return;
      // `redeliver` was called during the delivery: it stays pending.
      await leased(delivery)
        .set({ hold: null, next_attempt_at: timeText(now), updated_at: timeText(now) })
        .execute();
    },

    /**
     * Makes pending deliveries due immediately, when a process starts.
     * @param isAlone whether any lease can only belong to a process that has ended.
     */
    async release(now: Date, isAlone: boolean): Promise<void> {
      const waiting = database
        .updateTable('deliveries')
        .set({ hold: null, next_attempt_at: timeText(now) })
        .where('state', '=', 'pending')
        .where('next_attempt_at', '>', timeText(now));
      await (isAlone ? waiting : waiting.where('hold', 'is', null)).execute();
    },

    /** When the next delivery that may be leased becomes due, if any is pending. */
    async nextDueAt(subscribers: readonly string[], now: Date): Promise<Date | undefined> {
      const [row] = (await selectNextDue(subscribers)({ now: timeText(now) })).rows;
      return row && timeOf(row.next_attempt_at);
    },

    /** The same for subscribers that come and go. */
    async nextDueAtOfEach(subscribers: readonly string[], now: Date): Promise<Date | undefined> {
      let first: Date | undefined;
      for (const subscriber of subscribers) {
        const [row] = (await selectNextDueOf({ subscriber, now: timeText(now) })).rows;
        const dueAt = row && timeOf(row.next_attempt_at);
        if (dueAt !== undefined && (first === undefined || dueAt < first)) first = dueAt;
      }
      return first;
    },

    /**
     * Delivers the event of that type about the subject, of which there is at most one, to the subscriber again and
     * immediately, whatever became of it before. If it is in flight, it is delivered again afterwards.
     */
    async redeliver(type: EventType, subject: string, subscriber: string, now: Date): Promise<void> {
      const event = await database
        .selectFrom('events')
        .select('id')
        .where(sql.ref('type'), '=', sql.lit(type))
        .where('subject', '=', subject)
        .executeTakeFirst();
      if (event !== undefined) await redeliverEvent(event.id, subject, subscriber, now);
    },

    redeliverEvent,

    /** What has become of these events at each durable subscriber. */
    async ofEvents(ids: readonly bigint[]): Promise<DeliveryOfEvent[]> {
      if (ids.length === 0) return [];
      const rows = await database
        .selectFrom('deliveries')
        .select(['event_id', 'subscriber', 'state', 'attempts', 'last_error', 'updated_at'])
        .where('event_id', 'in', [...ids])
        .orderBy('event_id')
        .orderBy('subscriber')
        .execute();
      return rows.map((row) => ({
        eventId: row.event_id,
        subscriber: row.subscriber,
        state: row.state,
        attempts: Number(row.attempts),
        lastError: row.last_error,
        updatedAt: timeOf(row.updated_at),
      }));
    },

    /**
     * How many deliveries are pending or dead for the given subscribers, and since when.
     * @param withDead whose dead ones are counted, if not those of the same.
     */
    async backlog(subscribers: readonly string[], withDead = subscribers): Promise<DeliveryBacklog> {
      const dead = withDead.length === 0 ? 0 : await countOf('dead', withDead);
      if (subscribers.length === 0) return { pending: 0, dead, oldestPendingAt: null };
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
        dead,
        oldestPendingAt: oldest ? timeOf(oldest.created_at) : null,
      };
    },
  };
}

/** A delivery with its event. */
export interface DueRow {
  subscriber: string;
  attempts: bigint;
  id: bigint;
  type: EventType;
  subject: string;
  payload: string;
  created_at: string;
}
