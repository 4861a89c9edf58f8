import type { EngineContext } from '#engine/context.ts';
import { Ledger, ledgerActions } from '#engine/money/ledger.ts';
import type { ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import { StoreContentError } from '#platform/database/errors.ts';
import { DomainError } from '#platform/errors.ts';
import type { IdRange } from '#platform/list-order.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';
import { storableText } from '#platform/storable-text.ts';
import { receiveAuthorization } from './authorizations.ts';
import type { OrderIntake } from './order-intake.ts';
import { applyNewOrder, applyOrderDeletion, applyOrderUpdate } from './order-updates.ts';
import type { PriceUpdateRequests } from './prices/price-updates.ts';
import { receiveShopRefund } from './refunds-of-shop.ts';
import { authorizationRepository } from './store/authorizations.ts';
import { earlyNewsRepository } from './store/out-of-order-updates.ts';
import { type SetAsideWebhook, type WebhookAnswer, type WebhookDelivery, webhookRepository } from './store/webhooks.ts';
import { answer } from './webhook-answer.ts';
import { type CheckedContent, checkedContent, type ReadContent } from './webhook-content.ts';

const UNSTORABLE = 'It holds a text, a time or a sum that the database cannot keep.';

export type Webhooks = ReturnType<typeof webhooks>;

/** How long used deliveries are remembered. The shop repeats for 4 hours; this leaves time for manual retries. */
export const MEMORY_DAYS = 30;

/** The shop's side of its deliveries. */
export interface WebhookShop {
  /** Its name among the subscribers; undefined if no shop is notified. */
  name: string | undefined;
  /** Signals that a delivery to it was requeued. */
  wakeOutbox: () => void;
  readContent: ReadContent;
  subscriptions: Subscriptions;
  makePageCode: () => string;
}

export function webhooks(
  context: EngineContext,
  orders: OrderIntake,
  actions: OperatorActions,
  shop: WebhookShop,
  priceUpdates: Pick<PriceUpdateRequests, 'requestProduct' | 'wake'>,
) {
  const { store, clock, log } = context;
  const { perform } = ledgerActions(actions, context);

  const process = async (ledger: Ledger, content: CheckedContent, triggeredAt: string | null, pageCode: string) => {
    if (content.kind === 'ignored') return answer('ignored', true, content.reason);
    if (content.kind === 'unusable') return answer('set_aside', false, content.reason);
    if (content.kind === 'product_updated') {
      const isRequested = await priceUpdates.requestProduct(ledger.tx, content.productId, ledger.now);
      if (!isRequested) return answer('ignored', true, 'No shop is configured whose prices could be set.');
      return answer('accepted', true, `The Tari prices of the product ${content.productId} will be looked at.`);
    }
    try {
      if (content.kind === 'authorization') {
        return await receiveAuthorization(ledger, content.authorization, shop.name);
      }
      if (content.kind === 'refund') return await receiveShopRefund(ledger, shop.subscriptions, content.refund);
      if (content.kind === 'order_deleted') return await applyOrderDeletion(ledger, content.orderId);
      const confirmationNumber = content.order.confirmationNumber ?? pageCode;
      const order = { ...content.order, triggeredAt, confirmationNumber };
      if (content.kind === 'order_updated') return await applyOrderUpdate(ledger, order);
      return await applyNewOrder(ledger, orders, order, content.claimant);
    } catch (error) {
      // Errors that time or an operator can fix (a missing rate, an unreadable price) are kept for a retry.
      if (error instanceof DomainError) return answer('set_aside', false, error.message);
      throw error;
    }
  };

  const enter = async (
    delivery: WebhookDelivery,
    content: CheckedContent,
    body: string | Uint8Array,
  ): Promise<WebhookAnswer> => {
    const now = clock.now();
    const at = { now, pageCode: shop.makePageCode() };
    const { received, isRepeat } = await enterOnce(delivery, content, body, at).catch((error: unknown) => {
      if (!(error instanceof StoreContentError)) throw error;
      // Otherwise the shop would repeat it and finally remove the subscription.
      log.error({ err: error, topic: delivery.topic, webhookId: delivery.webhookId }, UNSTORABLE);
      return enterOnce(delivery, { kind: 'unusable', reason: UNSTORABLE }, body, at);
    });
    if (content.kind === 'authorization') shop.wakeOutbox();
    if (content.kind === 'product_updated') priceUpdates.wake();
    const fields = { topic: delivery.topic, webhookId: delivery.webhookId, isRepeat };
    if (received.state === 'set_aside') log.warn(fields, `A webhook was rejected: ${received.message}`);
    else if (!received.success && !isRepeat) log.warn(fields, `Webhook ${delivery.topic}: ${received.message}`);
    else log.info(fields, `Webhook ${delivery.topic}: ${received.message}${isRepeat ? ' (sent again)' : ''}`);
    return received;
  };

  const enterOnce = (
    delivery: WebhookDelivery,
    content: CheckedContent,
    body: string | Uint8Array,
    { now, pageCode }: { now: Date; pageCode: string },
  ) =>
    store.run(async (tx) => {
      const before =
        delivery.webhookId === null ? undefined : await tx.use(webhookRepository).answerOf(delivery.webhookId);
      if (before !== undefined) return { received: before, isRepeat: true };
      const received = await process(new Ledger(tx, now, context), content, delivery.triggeredAt, pageCode);
      await tx
        .use(webhookRepository)
        .insert(delivery, received, received.state === 'set_aside' ? storableText(textOf(body)) : null, now);
      return { received, isRepeat: false };
    });

  return {
    /** The second half of `receive`, once the signatures are verified. */
    enter,

    /** Up to `limit` rejected deliveries after the one with id `after`, oldest first by default. */
    setAside: (after: bigint, limit: number, range: IdRange = {}): Promise<SetAsideWebhook[]> =>
      store.read((tx) => tx.use(webhookRepository).setAsideAfter(after, limit, range)),

    /** The number of rejected deliveries, up to a limit. */
    countSetAside: (limit: number): Promise<number> =>
      store.read((tx) => tx.use(webhookRepository).countSetAsideUpTo(limit)),

    /**
     * Retries a rejected delivery as if it had just arrived, after its problem was fixed. If it still can't be used, it
     * stays rejected with its current reason.
     * @throws {DomainError} `webhook_not_set_aside`
     */
    async retry(request: ChangeRequest, id: bigint): Promise<WebhookAnswer> {
      // Parsing a body and verifying a claim in it is too slow for a unit of work. While a delivery is rejected, neither
      // its topic nor its body changes.
      const found = await store.read((tx) => tx.use(webhookRepository).findSetAside(id));
      const content = found && checkedContent(shop.readContent(found.topic, found.body), context);
      const pageCode = shop.makePageCode();
      const retried = await perform(request, async (ledger) => {
        const kept = await ledger.tx.use(webhookRepository).findSetAside(id);
        if (kept === undefined || content === undefined) throw new DomainError('webhook_not_set_aside', String(id));
        const received = await process(ledger, content, kept.triggeredAt, pageCode);
        await ledger.tx.use(webhookRepository).answerAgain(kept, received);
        const before = { state: 'set_aside', message: kept.reason };
        return {
          answer: received,
          record: { action: 'retry webhook', subject: `webhook ${id}`, before, after: received },
        };
      });
      if (content?.kind === 'authorization') shop.wakeOutbox();
      if (content?.kind === 'product_updated') priceUpdates.wake();
      return retried;
    },

    /**
     * Dismisses a rejected delivery that will not be needed.
     * @throws {DomainError} `webhook_not_set_aside`
     */
    dismiss(request: ChangeRequest, id: bigint, reason: string): Promise<WebhookAnswer> {
      return perform(request, async ({ tx }) => {
        const kept = await tx.use(webhookRepository).findSetAside(id);
        if (kept === undefined) throw new DomainError('webhook_not_set_aside', String(id));
        const dismissed = answer('ignored', true, `Webhook ${id} is dismissed: ${reason}`);
        await tx.use(webhookRepository).dismiss(kept, dismissed.message);
        const before = { state: 'set_aside', topic: kept.topic, message: kept.reason };
        return {
          answer: dismissed,
          record: { action: 'dismiss webhook', subject: `webhook ${id}`, reason, before, after: dismissed },
        };
      });
    },

    /** Deletes used deliveries that are too old to be repeated, and updates and authorizations of orders that never arrived. */
    async forgetOld(): Promise<number> {
      const before = new Date(clock.now().getTime() - MEMORY_DAYS * 24 * 3_600_000);
      return store.run(async (tx) => {
        await tx.use(earlyNewsRepository).forgetBefore(before);
        await tx.use(authorizationRepository).forgetUnknownBefore(before);
        return tx.use(webhookRepository).forgetUsedBefore(before);
      });
    },
  };
}

function textOf(body: string | Uint8Array): string {
  return typeof body === 'string' ? body : new TextDecoder().decode(body);
}
