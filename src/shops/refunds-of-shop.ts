import { createHash } from 'node:crypto';
import type { Ledger } from '#engine/money/ledger.ts';
import { orderById } from '#engine/records.ts';
import type { PayoutsService } from '#payouts/service.ts';
import type { RefundView } from '#payouts/views.ts';
import type { Store } from '#platform/database/store.ts';
import { DomainError } from '#platform/errors.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { DeliveryError } from '#platform/outbox/delivery-error.ts';
import type { EventRegistry } from '#platform/outbox/event-bus.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';
import './events.ts';
import type { ShopRefundView } from './events.ts';
import type { ShopConnector, ShopRefund } from './shop-connector.ts';
import type { WebhookAnswer } from './store/webhooks.ts';
import { answer } from './webhook-answer.ts';

/** Refunds that the shop's staff makes are opened here, and those that are paid here are recorded in the shop. */

/** Our own id of a refund, as `record-refund.ts` writes it into the note of the shop's. */
const OUR_REFUND = /\((refund-\d{1,19}-[0-9a-f]{16})\)/;
/** What the shop asks for is nobody's wish here: somebody else approves it. */
const SHOP_ACTOR = 'shop';
const NO_REASON = 'Refunded in the shop.';
const MAX_REASON_LENGTH = 1_000;

/**
 * Takes in a refund of the shop's staff: what it comes to is done by the outbox, in order with the order's other
 * deliveries. One that we have recorded there ourselves is only noted.
 */
export async function receiveShopRefund(
  { tx, now }: Ledger,
  subscriptions: Subscriptions,
  { shopRefundId, orderId, amount, currency, note }: ShopRefund,
): Promise<WebhookAnswer> {
  const order = await orderById(tx, orderId);
  if (order === undefined) return answer('ignored', true, `Order ${orderId} is none of ours.`);
  const refund: ShopRefundView = {
    shop_refund_id: shopRefundId,
    order_id: orderId,
    amount,
    currency: (currency ?? order.currency).toUpperCase(),
    note: note === null ? null : note.slice(0, MAX_REASON_LENGTH),
  };
  await appendEvent(tx, subscriptions, { type: 'ShopRefunded', subject: orderId, payload: { refund }, at: now });
  return answer('accepted', true, `The refund ${shopRefundId} of ${amount} ${refund.currency} is taken in.`);
}

export interface RefundPorts {
  shop: ShopConnector;
  refunds: Pick<PayoutsService['refunds'], 'request' | 'ofOrder' | 'noteShopRefund'>;
  store: Store;
  log: Logger;
}

/** The default handlers of PayoutConfirmed and ShopRefunded. */
export function subscribeRefunds(events: EventRegistry, ports: RefundPorts): void {
  const { shop } = ports;
  events.onDurable(shop.name, 'PayoutConfirmed', async ({ payload: { refund } }, signal) => {
    if (refund === null || !refund.record_in_shop || refund.shop_refund_id !== null) return;
    await recordInShop(ports, refund, signal);
  });
  events.onDurable(shop.name, 'ShopRefunded', async ({ payload: { refund } }) => openRefund(ports, refund));
}

/** @throws {DeliveryError} */
async function recordInShop({ shop, refunds, store, log }: RefundPorts, refund: RefundView, signal?: AbortSignal) {
  const { id, order_id: orderId, shop_amount: amount, currency, reason } = refund;
  if (shop.recordRefund === undefined || amount === null || currency === null) return;
  const order = await store.read((tx) => orderById(tx, orderId));
  const outcome = await shop.recordRefund(
    {
      order: { orderId, altId: order?.altId ?? null },
      ...{ refundId: id, key: keyOf(id), amount, currency, reason },
    },
    signal,
  );
  await refunds.noteShopRefund(id, idOf(outcome.shopRefundId));
  log.info({ orderId, refund: id, effect: outcome.effect, shop: shop.name }, outcome.detail);
}

/** A shop's id, whether it came as the Admin API writes it or as a webhook does. */
function idOf(shopRefundId: string): string {
  return shopRefundId.replace(/^gid:\/\/shopify\/Refund\//, '');
}

/** A UUID that is the same for every attempt at this refund (RFC 9562, version 8: our own hash). */
function keyOf(refundId: string): string {
  const hash = createHash('sha256').update(`refund in shop:${refundId}`).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

/** @throws {DeliveryError} for one that cannot be given back here: a person decides. */
async function openRefund({ refunds, store, log }: RefundPorts, shopRefund: ShopRefundView): Promise<void> {
  const { shop_refund_id: shopRefundId, order_id: orderId, currency, amount, note } = shopRefund;
  const ofOrder = await refunds.ofOrder(orderId);
  const ownId = OUR_REFUND.exec(note ?? '')?.[1];
  const own = ofOrder.find(({ id }) => id === ownId);
  if (own !== undefined) {
    // The webhook may be faster than the answer to our own call.
    await refunds.noteShopRefund(own.id, shopRefundId);
    return log.info({ orderId, refund: own.id }, `The shop tells of the refund ${own.id}, which we recorded there.`);
  }
  if (ofOrder.some((one) => one.shopRefundId === shopRefundId)) return;
  const order = await store.read((tx) => orderById(tx, orderId));
  if (order !== undefined && order.currency.toUpperCase() !== currency) {
    const sentence = `The shop has refunded ${amount} ${currency} of order ${orderId}, whose price is in ${order.currency}: a person has to give it back.`;
    throw new DeliveryError(sentence, { retryable: false });
  }
  const ask = {
    ...{ orderId, kind: 'part' as const, shopAmount: amount, shopRefundId, origin: 'shop' as const },
    reason: note === null || note.trim() === '' ? NO_REASON : note,
  };
  try {
    const opened = await requestFor(refunds, ask);
    log.info(
      { orderId, refund: opened.id },
      `The shop refunds ${amount} ${currency}: the refund ${opened.id} is open.`,
    );
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DeliveryError(
      `The shop has refunded ${amount} ${currency} of order ${orderId}, which cannot be given back here: ${error.message}`,
      { retryable: false },
    );
  }
}

type Ask = Parameters<PayoutsService['refunds']['request']>[1];

/** To the wallet that paid, if there is one that is this customer's alone; otherwise the customer says where. */
async function requestFor(
  refunds: Pick<PayoutsService['refunds'], 'request'>,
  ask: Omit<Ask, 'to'>,
): Promise<RefundView> {
  const request = (to: Ask['to']) => refunds.request({ actor: SHOP_ACTOR }, { ...ask, to });
  try {
    return await request('payer');
  } catch (error) {
    if (!(error instanceof DomainError) || error.code !== 'refund_no_payer') throw error;
    return request('customer');
  }
}
