import Big from 'big.js';
import { type PaidOrder, ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { readDueNow } from './due-now.ts';
import { type OrderState, orderLabel } from './order-state.ts';
import { lacksNothing, PAYMENT_METHOD_NAME, readPayments } from './order-transactions.ts';
import { WebhookContentError } from './webhooks/fields.ts';
import type { OrderWebhookOptions } from './webhooks/order.ts';

/**
 * The amount recorded in the shop must equal the amount paid here. The shop records everything that is outstanding, so the
 * amount due there now, by the price field, is compared first: if the order was edited after it was paid, or others paid a
 * part of it, the two differ.
 * @throws {ShopError} not retryable, with both amounts, if they differ or can't be compared.
 */
export async function refuseOtherSum(
  { client, fields }: { client: AdminClient; fields: OrderWebhookOptions },
  state: OrderState,
  order: PaidOrder,
  signal: AbortSignal | undefined,
): Promise<void> {
  const due = await dueNow(client, state, fields, signal);
  const { price } = order;
  if (price !== undefined && isSame(due.currency, price.currency) && new Big(due.price).eq(price.amount)) return;
  if (lacksNothing(state)) await refuseWhileRecorded(client, state, signal);
  const { amount, currencyCode } = state.totalOutstandingSet.presentmentMoney;
  const outstanding =
    isSame(currencyCode, due.currency) && new Big(amount).eq(due.price)
      ? ''
      : ` (${figure(amount, currencyCode)} is outstanding)`;
  const paid =
    price === undefined ? 'and its price in the shop is not known here' : `for ${figure(price.amount, price.currency)}`;
  throw new ShopError(
    `${orderLabel(state)} was paid in Tari ${paid}, but ${figure(due.price, due.currency)} is due for it in the shop now${outstanding}. Nothing is recorded there: a person has to decide.`,
    { retryable: false },
  );
}

async function dueNow(
  client: AdminClient,
  state: OrderState,
  { priceField }: OrderWebhookOptions,
  signal: AbortSignal | undefined,
): Promise<{ price: string; currency: string }> {
  try {
    return await readDueNow(client, state, priceField, signal);
  } catch (error) {
    if (!(error instanceof WebhookContentError)) throw error;
    throw new ShopError(
      `${orderLabel(state)} was paid in Tari, but what is due for it in the shop can't be told: ${error.message} A person has to decide.`,
      { retryable: false },
    );
  }
}

/**
 * The shop updates its status asynchronously: if nothing is outstanding and our payment is there, the order will soon show
 * as paid.
 * @throws {ShopError} retryable, in that case.
 */
async function refuseWhileRecorded(
  client: AdminClient,
  state: OrderState,
  signal: AbortSignal | undefined,
): Promise<void> {
  const { transactions } = await readPayments(client, state, signal);
  const isRecorded = transactions.some(
    ({ kind, status, gateway }) => kind === 'SALE' && status === 'SUCCESS' && gateway === PAYMENT_METHOD_NAME,
  );
  if (!isRecorded) return;
  throw new ShopError(`${orderLabel(state)} does not show as paid yet, though the payment is recorded.`, {
    retryable: true,
  });
}

/**
 * The order may have been edited between our read and the shop's recording, and Shopify has no "record if this much is
 * outstanding". So the recorded amount is checked afterwards.
 * @throws {ShopError} not retryable, if it differs from what was outstanding.
 */
export function refuseOtherRecord(before: OrderState, after: OrderState): void {
  const expected = before.totalOutstandingSet.presentmentMoney;
  const recorded = new Big(after.totalReceivedSet.presentmentMoney.amount).minus(
    before.totalReceivedSet.presentmentMoney.amount,
  );
  // A response that does not show our payment yet is inconclusive.
  if (recorded.eq(expected.amount) || recorded.lte(0)) return;
  throw new ShopError(
    `${orderLabel(after)} was edited while it was recorded as paid: the shop has recorded ${figure(recorded.toFixed(), expected.currencyCode)} in place of ${figure(expected.amount, expected.currencyCode)}. A person has to correct it.`,
    { retryable: false },
  );
}

function isSame(currency: string, other: string): boolean {
  return currency.toUpperCase() === other.toUpperCase();
}

/** With at least two decimals: the shop writes `25.8`. */
function figure(amount: string, currency: string): string {
  const value = new Big(amount);
  const plain = value.toFixed();
  return `${(plain.split('.')[1]?.length ?? 0) < 2 ? value.toFixed(2) : plain} ${currency}`;
}
