import type { Kysely, Selectable } from 'kysely';
import { timeOf, timeText } from '#platform/database/columns.ts';
import { idsBetween } from '#platform/database/list-order.ts';
import { columnsOf, preparedQuery } from '#platform/database/prepared-query.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { ShopTables, WebhookState } from './tables.ts';

/** A delivery of the shop, as its headers name it. */
export interface WebhookDelivery {
  /** Stays the same when the shop sends the delivery again; null from senders that do not name theirs. */
  webhookId: string | null;
  topic: string;
  eventId: string | null;
  triggeredAt: string | null;
}

/** What was answered to a delivery, so that its repeat is answered the same. */
export interface WebhookAnswer {
  state: WebhookState;
  success: boolean;
  message: string;
}

/** A delivery that could not be used, with what is needed to take it up again. */
export interface SetAsideWebhook {
  /** Counts from 1 in the order in which deliveries came. */
  id: bigint;
  webhookId: string | null;
  topic: string;
  /** When the shop sent it, as text; null where it did not say. */
  triggeredAt: string | null;
  receivedAt: Date;
  /** Why it could not be used: the message that it was answered with. */
  reason: string;
  /** The raw text. */
  body: string;
}

/** The topic of what `taritools shopify doctor` sends: signed as by the shop, and no sign of life of it. */
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

  /** By id and not by time: a clock that was once ahead would hide for long that nothing comes any more. */
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
    /** The answer that a delivery had when it came before. */
    async answerOf(webhookId: string): Promise<WebhookAnswer | undefined> {
      const [row] = (await selectAnswer({ webhookId })).rows;
      return row && { state: row.state, success: row.success === 1n, message: row.message };
    },

    /** @param body the raw text, kept only where the delivery is set aside. */
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

    /** Up to `limit` deliveries that are set aside, after the one with id `after`, oldest first unless told. */
    async setAsideAfter(after: bigint, limit: number, range: IdRange = {}): Promise<SetAsideWebhook[]> {
      const rows = await setAside()
        // The ids alone are sorted first: sorting whole rows would carry all their bodies along.
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

    /** Notes what came of a delivery that was set aside and has been tried again. The body of a used one is let go. */
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

    /** Takes a delivery off the list of those that are set aside, unused. Its body is kept as long as used ones are. */
    async dismiss({ id }: SetAsideWebhook, message: string): Promise<void> {
      const { numUpdatedRows } = await database
        .updateTable('webhooks')
        .set({ state: 'ignored', success: 1n, message })
        .where('id', '=', id)
        .where('state', '=', 'set_aside')
        .executeTakeFirstOrThrow();
      if (numUpdatedRows !== 1n) throw new Error(`The webhook ${id} was not set aside when it was dismissed`);
    },

    /** How many are set aside. */
    async countSetAside(): Promise<number> {
      const { count } = await database
        .selectFrom('webhooks')
        .select((select) => select.fn.countAll<bigint>().as('count'))
        .where('state', '=', 'set_aside')
        .executeTakeFirstOrThrow();
      return Number(count);
    },

    /** When the last delivery came, other than what our own tool sends to try the connection; undefined where none has. */
    async lastReceivedAt(): Promise<Date | undefined> {
      const row = await lastOfShop().select('received_at').executeTakeFirst();
      return row && timeOf(row.received_at);
    },

    /**
     * Forgets deliveries that were used and are too old to come again. Answers how many. The last one stays, so that a
     * shop that has been silent for long is not taken for one that never spoke.
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
