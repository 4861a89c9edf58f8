import type { WebhookAnswer, WebhookDelivery } from '../store/webhooks.ts';
import type { EngineContext } from './context.ts';
import { EngineError } from './errors.ts';
import { Ledger } from './ledger.ts';
import type { Orders } from './orders.ts';
import type { ShopOrder } from './storefront.ts';

/** How the shop's adapter read a delivery. */
export type WebhookContent =
  | { kind: 'new_order'; order: ShopOrder }
  /** Nothing in it concerns us. */
  | { kind: 'ignored'; reason: string }
  /** It should have concerned us, but cannot be used as it is. */
  | { kind: 'unusable'; reason: string };

export type Webhooks = ReturnType<typeof webhooks>;

/** How long used deliveries are remembered. The shop sends again for 4 hours; this leaves room for a person's retry. */
const MEMORY_DAYS = 30;

export function webhooks(context: EngineContext, orders: Orders) {
  const { store, clock, log, subscriptions } = context;

  const process = async (ledger: Ledger, content: WebhookContent, claimant: ReturnType<Orders['claimantIn']>) => {
    if (content.kind === 'ignored') return answer('ignored', true, content.reason);
    if (content.kind === 'unusable') return answer('set_aside', false, content.reason);
    if (content.order.isPaidInShop) return answer('ignored', true, 'The order is paid in the shop by other means.');
    try {
      const { order, isNew } = await orders.enter(ledger, content.order, claimant);
      return isNew
        ? answer('accepted', true, `Order processed successfully. It is ${order.status}.`)
        : answer('accepted', true, 'Order already processed.');
    } catch (error) {
      // What waiting or a person can mend (a rate that is not set yet, a price that cannot be read) is kept for them.
      if (error instanceof EngineError) return answer('set_aside', false, error.message);
      throw error;
    }
  };

  return {
    /**
     * Takes in a delivery of the shop, in one unit of work with all that follows from it. A delivery that came before
     * is answered as it was then. What can't be used is set aside with its reason.
     * @param body the raw text, kept where the delivery is set aside.
     */
    async receive(delivery: WebhookDelivery, content: WebhookContent, body: string): Promise<WebhookAnswer> {
      const claimant = content.kind === 'new_order' ? orders.claimantIn(content.order) : undefined;
      const now = clock.now();
      const { received, isRepeat } = await store.run(async (tx) => {
        const before = delivery.webhookId === null ? undefined : await tx.webhooks.answerOf(delivery.webhookId);
        if (before !== undefined) return { received: before, isRepeat: true };
        const received = await process(new Ledger(tx, now, subscriptions), content, claimant);
        await tx.webhooks.insert(delivery, received, received.state === 'set_aside' ? body : null, now);
        return { received, isRepeat: false };
      });
      const fields = { topic: delivery.topic, webhookId: delivery.webhookId, isRepeat };
      if (received.state === 'set_aside') log.warn(fields, `A webhook is set aside: ${received.message}`);
      else log.info(fields, `Webhook ${delivery.topic}: ${received.message}${isRepeat ? ' (sent again)' : ''}`);
      return received;
    },

    /** Forgets used deliveries that are too old to come again. */
    async forgetOld(): Promise<number> {
      const before = new Date(clock.now().getTime() - MEMORY_DAYS * 24 * 3_600_000);
      return store.run((tx) => tx.webhooks.forgetUsedBefore(before));
    },
  };
}

function answer(state: WebhookAnswer['state'], success: boolean, message: string): WebhookAnswer {
  return { state, success, message };
}
