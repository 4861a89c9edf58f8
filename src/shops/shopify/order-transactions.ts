import Big from 'big.js';
import * as z from 'zod';
import { type OrderInShop, ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { READ_ORDER_PAYMENTS } from './admin-api/operations.ts';
import { type MoneyBag, moneyBagSchema, moneySchema } from './due-now.ts';
import { type OrderState, orderLabel, orderStateSchema } from './order-state.ts';
import type { OrderWebhookOptions } from './webhooks/order.ts';

/** The label of a payment in Tari in the shop's admin. */
export const PAYMENT_METHOD_NAME = 'Tari';

/** As many as `READ_ORDER_PAYMENTS` requests. */
const MAX_TRANSACTIONS = 60;

const transactionSchema = z.object({
  id: z.string().min(1).max(255),
  kind: z.string().max(64),
  status: z.string().max(64),
  gateway: z.string().max(255).nullable(),
  manualPaymentGateway: z.boolean(),
  amountSet: moneyBagSchema,
  totalUnsettledSet: z.object({ presentmentMoney: moneySchema }).nullable(),
  parentTransaction: z.object({ id: z.string().max(255) }).nullable(),
});
type Transaction = z.infer<typeof transactionSchema>;

const paymentsSchema = orderStateSchema.extend({
  transactions: z.array(transactionSchema).max(MAX_TRANSACTIONS),
});

/** The current state of an order in the shop, with all money paid and held for it. */
export type OrderPayments = z.infer<typeof paymentsSchema>;

const readPaymentsSchema = z.object({ order: paymentsSchema.nullable() });

/** @throws {ShopError} also for an order with more transactions than are read: the others might be money. */
export async function readPayments(
  client: AdminClient,
  { id }: Pick<OrderState, 'id'>,
  signal: AbortSignal | undefined,
): Promise<OrderPayments> {
  const { order } = await client.request(READ_ORDER_PAYMENTS, { id }, readPaymentsSchema, { signal });
  if (order === null) throw new ShopError(`The shop has no order ${id}.`, { retryable: false });
  if (order.transactions.length < MAX_TRANSACTIONS) return order;
  throw new ShopError(`${orderLabel(order)} has more transactions than the ${MAX_TRANSACTIONS} that are read.`, {
    retryable: false,
  });
}

/**
 * The state of an authorization:
 * - `open`: its money is held and can be captured.
 * - `capturing`: the shop is capturing it and does not know the result yet.
 * - `captured`: it was captured, by us or by the shop's staff.
 * - `captured_in_part`: the shop's staff has captured a part of it.
 * - `released`: it was voided, or holds no money any more.
 */
export type AuthorizationFate = 'open' | 'capturing' | 'captured' | 'captured_in_part' | 'released';

export interface AuthorizationInShop {
  /** The transaction's id as the Admin API has it. */
  id: string;
  gateway: string;
  /** The amount that can be captured, in the buyer's currency. */
  amount: string;
  currency: string;
  /** False if the shop reports nothing to capture; the capture is requested anyway and permanently refused. */
  isCapturable: boolean;
  fate: AuthorizationFate;
}

const KINDS_OF_AUTHORIZATIONS: ReadonlySet<string> = new Set(['AUTHORIZATION', 'EMV_AUTHORIZATION']);

/** The authorizations of other gateways. Those of a manual gateway are promises without money to capture. */
export function authorizationsIn({ transactions }: OrderPayments): AuthorizationInShop[] {
  return transactions
    .filter(
      ({ kind, status, manualPaymentGateway }) =>
        KINDS_OF_AUTHORIZATIONS.has(kind) && status === 'SUCCESS' && !manualPaymentGateway,
    )
    .map((authorization) => {
      const unsettled = authorization.totalUnsettledSet?.presentmentMoney;
      const left = unsettled ?? authorization.amountSet.presentmentMoney;
      return {
        id: authorization.id,
        gateway: authorization.gateway ?? 'another gateway',
        amount: left.amount,
        currency: left.currencyCode,
        isCapturable: unsettled !== undefined,
        fate: fateOf(authorization, left.amount, transactions),
      };
    });
}

function fateOf(authorization: Transaction, left: string, transactions: readonly Transaction[]): AuthorizationFate {
  const children = transactions.filter(({ parentTransaction }) => parentTransaction?.id === authorization.id);
  const captures = children.filter(({ kind }) => kind === 'CAPTURE');
  const taken = captures
    .filter(({ status }) => status === 'SUCCESS')
    .map(({ amountSet }) => amountSet.presentmentMoney.amount);
  if (taken.length > 0) {
    const sum = taken.reduce((total, amount) => total.plus(amount), new Big(0));
    return sum.gte(authorization.amountSet.presentmentMoney.amount) ? 'captured' : 'captured_in_part';
  }
  if (captures.some(({ status }) => !ENDED_WITHOUT_SUCCESS.has(status))) return 'capturing';
  const isVoid = children.some(({ kind, status }) => kind === 'VOID' && status === 'SUCCESS');
  return isVoid || new Big(left).lte(0) ? 'released' : 'open';
}

/** Any other status may still become SUCCESS. */
const ENDED_WITHOUT_SUCCESS: ReadonlySet<string> = new Set(['FAILURE', 'ERROR']);

/**
 * Whether the shop still lacks the part that was to be paid in Tari, or received it as a manual payment, which is how Tari
 * is recorded there. If not, another gateway holds or has money for the same part, and taking both would charge the
 * customer twice. Line items were priced before discounts, as in `parseOrderWebhook`.
 */
export function lacksTariPart(
  payments: OrderPayments,
  { price }: OrderInShop,
  { priceField }: OrderWebhookOptions,
): boolean {
  if (price === undefined) return false;
  const inCurrency = (bag: MoneyBag): string | undefined =>
    [bag.presentmentMoney, bag.shopMoney].find(({ currencyCode }) => currencyCode === price.currency.toUpperCase())
      ?.amount;
  const manual = payments.transactions
    .filter(({ kind, status }) => kind === 'SALE' && status === 'SUCCESS')
    .filter(({ manualPaymentGateway, gateway }) => manualPaymentGateway || gateway === PAYMENT_METHOD_NAME)
    .map(({ amountSet }) => amountSet);
  const discounts = priceField === 'line_items' ? [payments.currentTotalDiscountsSet] : [];
  const amounts = [payments.totalOutstandingSet, ...manual, ...discounts].map(inCurrency);
  const lacking = amounts.reduce<Big | undefined>(
    (sum, amount) => (sum === undefined || amount === undefined ? undefined : sum.plus(amount)),
    new Big(0),
  );
  // In different currencies the two can't be compared.
  return lacking?.gte(price.amount) ?? false;
}

/** Whether the shop has or holds the whole of what it asks for. */
export function lacksNothing({ totalOutstandingSet }: OrderState): boolean {
  return new Big(totalOutstandingSet.presentmentMoney.amount).lte(0);
}
