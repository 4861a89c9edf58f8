import Big from 'big.js';
import * as z from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import { type PaidOrder, ShopError } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { CAPTURE_AUTHORIZATION } from './admin-api/operations.ts';
import { orderLabel } from './order-state.ts';
import {
  type AuthorizationInShop,
  authorizationsIn,
  lacksNothing,
  lacksTariPart,
  type OrderPayments,
  readPayments,
} from './order-transactions.ts';
import type { OrderWebhookOptions } from './webhooks/order.ts';

export interface CapturePorts {
  client: AdminClient;
  log: Logger;
  /** With `capturePayments`; without it nothing is captured. */
  fields: OrderWebhookOptions;
}

/** The pause while the shop waits for a gateway, or does not yet show an authorization that it has reported. */
const RETRY_WHILE_SHOP_WORKS_MS = 30_000;

/**
 * Captures the money that other gateways hold for an order that was paid in Tari, each authorization once. Shopify has no
 * idempotency keys for this, so the order's transactions are read first: an authorization with a capture is left alone,
 * no matter who requested it, and a repeat after a lost response finds our own.
 * @returns the order after that, and how many authorizations this call captured.
 * @throws {ShopError} unless none is left to capture; not retryable if the staff has to decide.
 */
export async function captureAuthorizations(
  { client, log, fields }: CapturePorts,
  gid: string,
  order: PaidOrder,
  signal: AbortSignal | undefined,
): Promise<{ payments: OrderPayments; captured: number }> {
  const before = await readPayments(client, { id: gid }, signal);
  refuseDoubleCharge(before, order, fields);
  const open = authorizationsIn(before).filter(({ fate }) => fate === 'open');
  const refusals = new Map<string, CaptureRefusal>();
  for (const authorization of open) {
    const refusal = await capture(client, before, authorization, signal);
    if (refusal !== undefined) refusals.set(authorization.id, refusal);
    else
      log.info({ order: gid, authorization: authorization.id }, `A payment of ${authorization.gateway} was captured.`);
  }
  // A refusal may only mean that another call was faster, which the transactions show better than the message.
  const payments = open.length === 0 ? before : await readPayments(client, { id: gid }, signal);
  refuseUnsettled(payments, refusals);
  refuseMissing(payments, order);
  refuseReleased(payments, order, fields);
  return { payments, captured: open.length - refusals.size };
}

interface CaptureRefusal {
  message: string;
  retryable: boolean;
}

const captureSchema = z.object({
  orderCapture: z
    .object({
      transaction: z.object({ id: z.string().max(255), status: z.string().max(64) }).nullable(),
      userErrors: z.array(z.object({ message: z.string() })),
    })
    .nullable(),
});

/** Statuses of a capture that the gateway has permanently refused. */
const FAILED: ReadonlySet<string> = new Set(['FAILURE', 'ERROR']);

async function capture(
  client: AdminClient,
  { id }: OrderPayments,
  authorization: AuthorizationInShop,
  signal: AbortSignal | undefined,
): Promise<CaptureRefusal | undefined> {
  const { id: parentTransactionId, amount, currency, isCapturable } = authorization;
  const variables = { id, parentTransactionId, amount, currency };
  const { orderCapture } = await client.request(CAPTURE_AUTHORIZATION, variables, captureSchema, { signal });
  const refusal = orderCapture?.userErrors[0]?.message;
  if (refusal !== undefined) {
    // These errors have no code. An authorization that has expired never comes back; a shop that is busy does.
    return { message: refusal.slice(0, 300).replace(/\.$/, ''), retryable: isCapturable && !/expired/i.test(refusal) };
  }
  const status = orderCapture?.transaction?.status ?? '';
  return FAILED.has(status) ? { message: 'The gateway refused the capture', retryable: false } : undefined;
}

/** @throws {ShopError} for a capture that is not complete. */
function refuseUnsettled(payments: OrderPayments, refusals: ReadonlyMap<string, CaptureRefusal>): void {
  const unsettled = authorizationsIn(payments).filter(({ fate }) => fate === 'open' || fate === 'capturing');
  const hopeless = unsettled.find(({ id }) => refusals.get(id)?.retryable === false);
  const worst = hopeless ?? unsettled[0];
  if (worst === undefined) return;
  const what = `${worst.amount} ${worst.currency} that ${worst.gateway} holds (${worst.id})`;
  if (hopeless !== undefined) {
    throw new ShopError(
      `${orderLabel(payments)} was paid in Tari, but ${what} cannot be captured: ${refusals.get(worst.id)?.message}. A person has to decide.`,
      { retryable: false },
    );
  }
  const why = refusals.get(worst.id)?.message ?? 'the shop waits for the gateway';
  throw new ShopError(`${orderLabel(payments)}: ${what} are not captured yet: ${why}.`, {
    retryable: true,
    retryAfterMs: RETRY_WHILE_SHOP_WORKS_MS,
  });
}

/** @throws {ShopError} if the shop has reported an authorization that it does not show. */
function refuseMissing(payments: OrderPayments, { authorizationIds = [] }: PaidOrder): void {
  const shown = new Set(payments.transactions.map(({ id }) => id));
  const missing = authorizationIds.find((id) => !shown.has(`gid://shopify/OrderTransaction/${id}`));
  if (missing === undefined) return;
  throw new ShopError(
    `${orderLabel(payments)}: the shop does not show the authorization ${missing} yet, of which it has told us.`,
    { retryable: true, retryAfterMs: RETRY_WHILE_SHOP_WORKS_MS },
  );
}

/** @throws {ShopError} if other gateways hold or have money for the part that was paid in Tari: no more is captured then. */
function refuseDoubleCharge(payments: OrderPayments, order: PaidOrder, fields: OrderWebhookOptions): void {
  if (lacksTariPart(payments, order, fields)) return;
  throw new ShopError(
    `${orderLabel(payments)} was paid in Tari, but other gateways hold or have money for the same part of it: that charges the customer twice. A person has to decide what becomes of the customer's money.`,
    { retryable: false },
  );
}

/**
 * If an authorization was released or only partly captured, the shop may lack its money, and recording everything that it
 * lacks as paid in Tari would be wrong. It is fine if the shop lacks only the Tari part: then another authorization took
 * its place.
 * @throws {ShopError}
 */
function refuseReleased(payments: OrderPayments, order: PaidOrder, fields: OrderWebhookOptions): void {
  const released = authorizationsIn(payments).find(({ fate }) => fate === 'released' || fate === 'captured_in_part');
  if (released === undefined || lacksNothing(payments) || lacksTariPartAlone(payments, order, fields)) return;
  throw new ShopError(
    `${orderLabel(payments)} was paid in Tari, but the payment that ${released.gateway} held (${released.id}) was let go, in whole or in part, and is missing in the shop. A person has to decide.`,
    { retryable: false },
  );
}

/** False for line items, whose sum may differ from what the shop asks for. */
function lacksTariPartAlone(
  payments: OrderPayments,
  { price }: PaidOrder,
  { priceField }: OrderWebhookOptions,
): boolean {
  if (price === undefined || priceField === 'line_items') return false;
  const { presentmentMoney, shopMoney } = payments.totalOutstandingSet;
  const lacking = [presentmentMoney, shopMoney].find((money) => money.currencyCode === price.currency.toUpperCase());
  return lacking !== undefined && new Big(lacking.amount).lte(price.amount);
}
