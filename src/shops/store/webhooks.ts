import type { Kysely, Selectable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { idsBetween } from '#platform/database/list-order.ts';
import { columnsOf, preparedQuery } from '#platform/database/prepared-query.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { ShopTables, WebhookState } from './tables.ts';

/** A delivery of the shop, as identified by its headers. */
export interface WebhookDelivery {
  /** Stays the same when the shop repeats the delivery; null if the sender gives none. */
  webhookId: string | null;
  topic: string;
  eventId: string | null;
  triggeredAt: string | null;
}

/** The answer to a delivery, kept so that a repeat gets the same one. */
export interface WebhookAnswer {
  state: WebhookState;
  success: boolean;
  message: string;
}

/** A rejected delivery, with everything needed to retry it. */
export interface SetAsideWebhook {
  /** Counts from 1 in the order of arrival. */
  id: bigint;
  webhookId: string | null;
  topic: string;
  /** When the shop sent it, as text; null if unknown. */
  triggeredAt: string | null;
  receivedAt: Date;
  /** Why it was rejected: the message of its answer. */
  reason: string;
  /** The raw text. */
  body: string;
}

/** The topic of the probe of `taritools shopify doctor`: signed like the shop's webhooks, but no sign of life of the shop. */
export const PROBE_TOPIC = 'app/doctor';

type WebhookRow = Selectable<ShopTables['webhooks']>;

function setAsideOf(row: WebhookRow): SetAsideWebhook {
  if (row.body === null) throw new Error(`The webhook ${row.id} was set aside without its body`);
  return {
    id: row.id,
    webhookId: row.webhook_id,
    topic: row.topic,
    triggeredAt: row.triggered_at,
    receivedAt: timeOf(row.received_at),
    reason: row.message,
    body: row.body,
  };
}

const COLUMNS = [
  'webhook_id',
  'topic',
  'event_id',
  'triggered_at',
  'received_at',
  'state',
  'success',
  'message',
  'body',
] as const;

export type WebhookRepository = ReturnType<typeof webhookRepository>;

export function webhookRepository(database: Kysely<ShopTables>) {
  const setAside = () => database.selectFrom('webhooks').selectAll().where('state', '=', 'set_aside');

  /** By id rather than time: if a clock was once ahead, it would hide for a long time that webhooks have stopped. */
  const lastOfShop = () =>
    database.selectFrom('webhooks').where('topic', '<>', PROBE_TOPIC).orderBy('id', 'desc').limit(1);

  const selectAnswer = preparedQuery<{ webhookId: string }, Pick<WebhookRow, 'state' | 'success' | 'message'>>(
    database,
    (value) =>
      database
        .selectFrom('webhooks')
        .select(['state', 'success', 'message'])
        .where('webhook_id', '=', value('webhookId')),
  );
  const insert = preparedQuery<Omit<WebhookRow, 'id'>>(database, (value) =>
    database.insertInto('webhooks').values(columnsOf(value, COLUMNS)),
  );

  return {
    /** The answer to an earlier arrival of a delivery. */
    async answerOf(webhookId: string): Promise<WebhookAnswer | undefined> {
      const [row] = (await selectAnswer({ webhookId })).rows;
      return row && { state: row.state, success: row.success === 1n, message: row.message };
    },

    /** @param body the raw text, stored only if the delivery is rejected. */
    async insert(delivery: WebhookDelivery, answer: WebhookAnswer, body: string | null, now: Date): Promise<void> {
      await insert({
        webhook_id: delivery.webhookId,
        topic: delivery.topic,
        event_id: delivery.eventId,
        triggered_at: delivery.triggeredAt,
        received_at: timeText(now),
        state: answer.state,
        success: answer.success ? 1n : 0n,
        message: answer.message,
        body,
      });
    },

    /** Up to `limit` rejected deliveries after the one with id `after`, oldest first by default. */
    async setAsideAfter(after: bigint, limit: number, range: IdRange = {}): Promise<SetAsideWebhook[]> {
      const rows = await setAside()
        // Only the ids are sorted first: sorting whole rows would include all their bodies.
        .where('id', 'in', (page) =>
          page
            .selectFrom('webhooks')
            .select('id')
            .where('state', '=', 'set_aside')
            .where(idsBetween('id', after, range))
            .orderBy('id', range.order)
            .limit(limit),
        )
        .orderBy('id', range.order)
        .execute();
      return rows.map(setAsideOf);
    },

    async findSetAside(id: bigint): Promise<SetAsideWebhook | undefined> {
      const row = await setAside().where('id', '=', id).executeTakeFirst();
      return row && setAsideOf(row);
    },

    /** Saves the result of retrying a rejected delivery. The body of a used one is deleted. */
    async answerAgain({ id, body }: SetAsideWebhook, answer: WebhookAnswer): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('webhooks')
        .set({
          state: answer.state,
          success: answer.success ? 1n : 0n,
          message: answer.message,
          body: answer.state === 'set_aside' ? body : null,
        })
        .where('id', '=', id)
        .where('state', '=', 'set_aside')
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`The webhook ${id} was not set aside when it was tried again`);
    },

    /** Dismisses a rejected delivery. Its body is kept as long as used deliveries are. */
    async dismiss({ id }: SetAsideWebhook, message: string): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('webhooks')
        .set({ state: 'ignored', success: 1n, message })
        .where('id', '=', id)
        .where('state', '=', 'set_aside')
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`The webhook ${id} was not set aside when it was dismissed`);
    },

    /** The number of rejected deliveries, up to a limit. */
    async countSetAsideUpTo(limit: number): Promise<number> {
      const { count } = await database
        .selectFrom(
          database.selectFrom('webhooks').select('id').where('state', '=', 'set_aside').limit(limit).as('counted'),
        )
        .select((select) => select.fn.countAll<bigint>().as('count'))
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** The number of rejected deliveries. */
    async countSetAside(): Promise<number> {
      const { count } = await database
        .selectFrom('webhooks')
        .select((select) => select.fn.countAll<bigint>().as('count'))
        .where('state', '=', 'set_aside')
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** When the last delivery arrived, not counting our own tool's probes; undefined if none has. */
    async lastReceivedAt(): Promise<Date | undefined> {
      const row = await lastOfShop().select('received_at').executeTakeFirst();
      return row && timeOf(row.received_at);
    },

    /**
     * Deletes used deliveries that are too old to be repeated. Returns how many. The last one stays, so that a shop that has
     * been silent for a long time is distinguished from one that never sent anything.
     */
    async forgetUsedBefore(time: Date): Promise<number> {
      const last = await lastOfShop().select('id').executeTakeFirst();
      const { numDeletedRows } = await database
        .deleteFrom('webhooks')
        .where('state', 'in', ['accepted', 'ignored'])
        .where('received_at', '<', timeText(time))
        .where('id', '<>', last?.id ?? 0n)
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
