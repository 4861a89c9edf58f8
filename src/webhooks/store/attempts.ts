import { type Kysely, type Selectable, type SqlBool, sql } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { beyond } from '#platform/database/list-order.ts';
import type { ListOrder } from '#platform/list-order.ts';
import type { WebhookTables } from './tables.ts';

/** One request to an endpoint, and what came of it. */
export interface NewAttempt {
  endpointId: bigint;
  /** Null for a test. */
  eventId: bigint | null;
  eventType: string;
  /** The same for each attempt with one event. */
  messageId: string;
  at: Date;
  durationMs: number;
  /** Null if no answer came. */
  status: number | null;
  /** The beginning of the answer. */
  answer: string;
  /** Why it does not count as delivered; null if it does. */
  error: string | null;
}

export interface Attempt extends NewAttempt {
  id: bigint;
}

export function attemptRepository(database: Kysely<WebhookTables>) {
  return {
    /** Answers its id. */
    async insert(attempt: NewAttempt): Promise<bigint> {
      const { id } = await database
        .insertInto('webhook_attempts')
        .values({
          endpoint_id: attempt.endpointId,
          event_id: attempt.eventId,
          event_type: attempt.eventType,
          message_id: attempt.messageId,
          attempted_at: timeText(attempt.at),
          duration_ms: BigInt(Math.round(attempt.durationMs)),
          status: attempt.status === null ? null : BigInt(attempt.status),
          answer: attempt.answer,
          error: attempt.error,
        })
        .returning('id')
        .executeTakeFirstOrThrow();
      return id;
    },

    /** Up to `limit` attempts of an endpoint, behind the one with id `after` in the order of the list. */
    async page(endpointId: bigint, after: bigint | undefined, limit: number, order: ListOrder): Promise<Attempt[]> {
      const rows = await database
        .selectFrom('webhook_attempts')
        .selectAll()
        .where('endpoint_id', '=', endpointId)
        .$if(after !== undefined, (query) => query.where(sql<SqlBool>`id ${beyond(order)} ${after}`))
        .orderBy('id', order)
        .limit(limit)
        .execute();
      return rows.map(attemptOf);
    },

    /** Deletes all but the newest attempts of an endpoint. */
    async keepNewest(endpointId: bigint, count: number): Promise<void> {
      await database
        .deleteFrom('webhook_attempts')
        .where('endpoint_id', '=', endpointId)
        .where('id', '<=', ({ selectFrom }) =>
          selectFrom('webhook_attempts as other')
            .select('other.id')
            .where('other.endpoint_id', '=', endpointId)
            .orderBy('other.id', 'desc')
            .limit(1)
            .offset(count),
        )
        .execute();
    },

    /** Deletes attempts before that time. Returns how many. */
    async forgetBefore(time: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('webhook_attempts')
        .where('attempted_at', '<', timeText(time))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}

function attemptOf(row: Selectable<WebhookTables['webhook_attempts']>): Attempt {
  return {
    id: row.id,
    endpointId: row.endpoint_id,
    eventId: row.event_id,
    eventType: row.event_type,
    messageId: row.message_id,
    at: timeOf(row.attempted_at),
    durationMs: Number(row.duration_ms),
    status: row.status === null ? null : Number(row.status),
    answer: row.answer,
    error: row.error,
  };
}
