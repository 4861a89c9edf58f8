import type { Kysely } from 'kysely';
import type { Tables, WebhookState } from './database.ts';
import { timeText } from './values.ts';

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

export type WebhookRepository = ReturnType<typeof webhookRepository>;

export function webhookRepository(database: Kysely<Tables>) {
  return {
    /** The answer that a delivery had when it came before. */
    async answerOf(webhookId: string): Promise<WebhookAnswer | undefined> {
      const row = await database
        .selectFrom('webhooks')
        .select(['state', 'success', 'message'])
        .where('webhook_id', '=', webhookId)
        .executeTakeFirst();
      return row && { state: row.state, success: row.success === 1n, message: row.message };
    },

    /** @param body the raw text, kept only where the delivery is set aside. */
    async insert(delivery: WebhookDelivery, answer: WebhookAnswer, body: string | null, now: Date): Promise<void> {
      await database
        .insertInto('webhooks')
        .values({
          webhook_id: delivery.webhookId,
          topic: delivery.topic,
          event_id: delivery.eventId,
          triggered_at: delivery.triggeredAt,
          received_at: timeText(now),
          state: answer.state,
          success: answer.success ? 1n : 0n,
          message: answer.message,
          body,
        })
        .execute();
    },

    /** Forgets deliveries that were used and are too old to come again. Answers how many. */
    async forgetUsedBefore(time: Date): Promise<number> {
      const { numDeletedRows } = await database
        .deleteFrom('webhooks')
        .where('state', 'in', ['accepted', 'ignored'])
        .where('received_at', '<', timeText(time))
        .executeTakeFirstOrThrow();
      return Number(numDeletedRows);
    },
  };
}
