import Big from 'big.js';
import * as z from 'zod';
import { type RefundInShop, ShopError, type ShopRefundOutcome } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { CREATE_REFUND, READ_REFUNDS } from './admin-api/operations.ts';
import { moneyBagSchema } from './due-now.ts';
import { orderLabel, readOrder } from './order-state.ts';
import { type OrderPayments, PAYMENT_METHOD_NAME, readPayments } from './order-transactions.ts';
import { refusalOf } from './user-errors.ts';

/** Records in the shop that money went back in Tari. Shopify moves none: the money came by a manual method. */

/** More refunds than an order has; the last one read says whether there may be more. */
const MAX_REFUNDS = 100;

const refundSchema = z.object({ id: z.string().min(1).max(255), note: z.string().nullable() });

const refundsSchema = z.object({
  order: z.object({ refunds: z.array(refundSchema).max(MAX_REFUNDS) }).nullable(),
});

const createdSchema = z.object({
  refundCreate: z
    .object({
      refund: z.object({ id: z.string().min(1).max(255), totalRefundedSet: moneyBagSchema }).nullable(),
      userErrors: z.array(z.object({ field: z.array(z.string().max(255)).nullable(), message: z.string() })),
    })
    .nullable(),
});

/**
 * Records a refund once, whatever was answered before: our refunds are found again by the id in their note, and the shop
 * itself refuses a second one under the same idempotency key.
 * @throws {ShopError}
 */
export async function recordRefund(
  client: AdminClient,
  refund: RefundInShop,
  signal: AbortSignal | undefined,
): Promise<ShopRefundOutcome> {
  const found = await readOrder(client, refund.order, signal);
  const before = await findRefund(client, found.id, refund.refundId, signal);
  const label = orderLabel(found);
  if (before !== undefined) {
    return { effect: 'already_done', detail: `${label}: the refund is in the shop already.`, shopRefundId: before };
  }
  const payments = await readPayments(client, found, signal);
  const parent = parentOf(payments, refund);
  const input = {
    orderId: found.id,
    note: noteOf(refund),
    notify: false,
    currency: refund.currency,
    transactions: [
      { amount: refund.amount, gateway: parent.gateway, kind: 'REFUND', orderId: found.id, parentId: parent.id },
    ],
  };
  const data = await client.request(CREATE_REFUND, { input, key: refund.key }, createdSchema, { signal });
  const [error] = data.refundCreate?.userErrors ?? [];
  const made = data.refundCreate?.refund ?? undefined;
  if (error === undefined && made !== undefined) {
    const detail = `${label}: a refund of ${refund.amount} ${refund.currency} is recorded in the shop.`;
    return { effect: 'done', detail, shopRefundId: made.id };
  }
  // A refusal may only mean that another call was faster.
  const after = await findRefund(client, found.id, refund.refundId, signal);
  if (after !== undefined) return { effect: 'done', detail: `${label}: the refund is recorded.`, shopRefundId: after };
  throw refusalOf(`the refund of ${label}`, { code: null, field: null, message: error?.message ?? 'no reason given' });
}

/** By it a refund is recognised as ours, here and in the shop's webhook. */
function noteOf({ refundId, reason }: RefundInShop): string {
  return `Paid back in Tari (${refundId}): ${reason}`.slice(0, MAX_NOTE_LENGTH);
}

const MAX_NOTE_LENGTH = 255;

async function findRefund(
  client: AdminClient,
  id: string,
  refundId: string,
  signal: AbortSignal | undefined,
): Promise<string | undefined> {
  const { order } = await client.request(READ_REFUNDS, { id }, refundsSchema, { signal });
  if (order === null) throw new ShopError(`The shop has no order ${id}.`, { retryable: false });
  if (order.refunds.length >= MAX_REFUNDS) {
    throw new ShopError(`Order ${id} has more refunds than the ${MAX_REFUNDS} that are read.`, { retryable: false });
  }
  return order.refunds.find(({ note }) => note?.includes(`(${refundId})`) === true)?.id;
}

/** The payment in Tari, which the refund gives back. @throws {ShopError} where a person has to decide. */
function parentOf(payments: OrderPayments, { amount, currency }: RefundInShop): { id: string; gateway: string } {
  const label = orderLabel(payments);
  const refuse = (why: string) =>
    new ShopError(`${label}: ${amount} ${currency} went back in Tari, and ${why}. A person has to record it there.`, {
      retryable: false,
    });
  const paid = payments.transactions.filter(
    ({ kind, status, manualPaymentGateway, gateway }) =>
      (kind === 'SALE' || kind === 'CAPTURE') &&
      status === 'SUCCESS' &&
      (manualPaymentGateway || gateway === PAYMENT_METHOD_NAME),
  );
  if (paid.length === 0) throw refuse('the shop shows no payment in Tari that it could be a refund of');
  const inCurrency = paid.filter(({ amountSet }) => amountSet.presentmentMoney.currencyCode === currency.toUpperCase());
  if (inCurrency.length === 0) throw refuse(`the shop took the payment in another currency`);
  const large = inCurrency.find((one) => leftOf(one.id, one.amountSet.presentmentMoney.amount, payments).gte(amount));
  if (large === undefined) throw refuse('the shop has refunded so much of it already that this does not fit');
  return { id: large.id, gateway: large.gateway ?? PAYMENT_METHOD_NAME };
}

function leftOf(id: string, amount: string, { transactions }: OrderPayments): Big {
  return transactions
    .filter(
      ({ kind, status, parentTransaction }) =>
        kind === 'REFUND' && status !== 'FAILURE' && parentTransaction?.id === id,
    )
    .reduce((left, { amountSet }) => left.minus(amountSet.presentmentMoney.amount), new Big(amount));
}
