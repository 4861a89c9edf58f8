import * as z from 'zod';
import type { Clock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { type PaidOrder, ShopError, type ShopOutcome } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { AdminApiError } from './admin-api/errors.ts';
import { CREATE_MANUAL_PAYMENT, MARK_ORDER_AS_PAID } from './admin-api/operations.ts';
import { captureAuthorizations } from './capture.ts';
import { type OrderState, orderLabel, orderStateSchema, readOrder, readOrderById } from './order-state.ts';
import { authorizationsIn, lacksNothing, type OrderPayments, PAYMENT_METHOD_NAME } from './order-transactions.ts';
import { refuseOtherRecord, refuseOtherSum } from './paid-sum.ts';
import type { OrderWebhookOptions } from './webhooks/order.ts';

export interface MarkPaidPorts {
  client: AdminClient;
  clock: Clock;
  log: Logger;
  /** How the order's price was read, and whether other gateways' payments are captured. */
  fields: OrderWebhookOptions;
}

/**
 * Records in the shop that the order has been paid in full. Neither of Shopify's mutations for this supports idempotency
 * keys, so the order's state is read first: a repeat after a lost response finds PAID and does nothing.
 * @throws {ShopError}
 */
export async function markPaid(
  ports: MarkPaidPorts,
  order: PaidOrder,
  paidAt: Date,
  signal: AbortSignal | undefined,
): Promise<ShopOutcome> {
  const found = await readOrder(ports.client, order, signal);
  if (ports.fields.capturePayments) return captureAndRecord(ports, found, order, paidAt, signal);
  if (isPaid(found)) return alreadyPaid(found);
  refuseUnpayable(found);
  return recordInFull(ports, found, order, paidAt, signal);
}

/**
 * Money held by other gateways is captured before the Tari part is recorded: partial payments cannot be recorded
 * (`amount` is only for Shopify Plus), but once the rest is there, the whole balance is the Tari part. A paid order is
 * checked as well, because an authorization may have arrived later.
 */
async function captureAndRecord(
  ports: MarkPaidPorts,
  found: OrderState,
  order: PaidOrder,
  paidAt: Date,
  signal: AbortSignal | undefined,
): Promise<ShopOutcome> {
  refuseUnpayable(found.displayFinancialStatus === 'AUTHORIZED' ? { ...found, displayFinancialStatus: null } : found);
  const { payments, captured } = await captureAuthorizations(ports, found.id, order, signal);
  if (isPaid(payments) || lacksNothing(payments)) return captured > 0 ? capturedNow(payments) : alreadyPaid(payments);
  refuseWhileAuthorized(payments);
  refuseUnpayable(payments);
  return recordInFull(ports, payments, order, paidAt, signal);
}

/**
 * The shop updates its status asynchronously, and an order that is authorized there must not be recorded as paid.
 * @throws {ShopError}
 */
function refuseWhileAuthorized(payments: OrderPayments): void {
  const isCaptured = authorizationsIn(payments).some(({ fate }) => fate.startsWith('captured'));
  if (payments.displayFinancialStatus !== 'AUTHORIZED' || !isCaptured) return;
  throw new ShopError(`${orderLabel(payments)} does not show yet that what was held for it is captured.`, {
    retryable: true,
  });
}

/** Both of Shopify's mutations record everything that is outstanding, so that must equal what was paid. */
async function recordInFull(
  ports: MarkPaidPorts,
  before: OrderState,
  order: PaidOrder,
  paidAt: Date,
  signal: AbortSignal | undefined,
): Promise<ShopOutcome> {
  await refuseOtherSum(ports, before, order, signal);
  const { order: answered, refusal } = await recordPayment(ports, before, paidAt, signal);
  if (refusal === undefined && answered !== null && isPaid(answered)) return recorded(before, answered);
  // A refusal may only mean that another call was faster, which the order's state shows better than the message.
  const after = await readOrderById(ports.client, before.id, signal);
  if (isPaid(after)) return refusal === undefined ? recorded(before, after) : alreadyPaid(after);
  refuseUnpayable(after);
  throw new ShopError(
    `${orderLabel(after)} is not paid in the shop: ${refusal ?? 'the payment was taken but does not show yet'}.`,
    { retryable: true },
  );
}

function recorded(before: OrderState, after: OrderState): ShopOutcome {
  refuseOtherRecord(before, after);
  return paidNow(after);
}

/** The response of a mutation. */
interface PaymentAnswer {
  /** The order after the mutation; null if it was refused altogether. */
  order: OrderState | null;
  /** The shop's sentence when it refused, undefined when it took the payment. */
  refusal: string | undefined;
}

/** Records the payment by whichever mutation the shop lets us use. */
async function recordPayment(
  ports: MarkPaidPorts,
  state: OrderState,
  paidAt: Date,
  signal: AbortSignal | undefined,
): Promise<PaymentAnswer> {
  const first = await createManualPayment(ports, state, paidAt, signal);
  if (!first.tryOtherWay) return first;
  ports.log.warn({ order: state.id, reason: first.refusal }, 'No manual payment possible; marking the order as paid.');
  return markOrderAsPaid(ports.client, state, signal);
}

const manualPaymentSchema = z.object({
  orderCreateManualPayment: z
    .object({
      order: orderStateSchema.nullable(),
      userErrors: z.array(z.object({ code: z.string().nullable(), message: z.string() })),
    })
    .nullable(),
});

/** Codes of refusals that concern the label or the time of the payment, which orderMarkAsPaid doesn't have. */
const CODES_FOR_OTHER_WAY: ReadonlySet<string> = new Set(['GATEWAY_NOT_FOUND', 'PROCESSED_AT_INVALID']);

/** The result's `tryOtherWay` says whether orderMarkAsPaid may succeed although this was refused. */
async function createManualPayment(
  ports: MarkPaidPorts,
  state: OrderState,
  paidAt: Date,
  signal: AbortSignal | undefined,
): Promise<PaymentAnswer & { tryOtherWay: boolean }> {
  // A time in the future is refused, and the payment's time may come from a clock that runs ahead of the shop's.
  const processedAt = new Date(Math.min(paidAt.getTime(), ports.clock.now().getTime())).toISOString();
  const variables = { id: state.id, paymentMethodName: PAYMENT_METHOD_NAME, processedAt };
  try {
    const data = await ports.client.request(CREATE_MANUAL_PAYMENT, variables, manualPaymentSchema, { signal });
    const answer = readPaymentAnswer(data.orderCreateManualPayment);
    const code = data.orderCreateManualPayment?.userErrors[0]?.code ?? '';
    return { ...answer, tryOtherWay: CODES_FOR_OTHER_WAY.has(code) };
  } catch (error) {
    const denied = error instanceof AdminApiError && error.code === 'ACCESS_DENIED';
    if (!denied) throw error;
    return { order: null, refusal: withoutFullStop(error.message), tryOtherWay: true };
  }
}

const markAsPaidSchema = z.object({
  orderMarkAsPaid: z
    .object({ order: orderStateSchema.nullable(), userErrors: z.array(z.object({ message: z.string() })) })
    .nullable(),
});

async function markOrderAsPaid(
  client: AdminClient,
  state: OrderState,
  signal: AbortSignal | undefined,
): Promise<PaymentAnswer> {
  const data = await client.request(MARK_ORDER_AS_PAID, { id: state.id }, markAsPaidSchema, { signal });
  return readPaymentAnswer(data.orderMarkAsPaid);
}

function readPaymentAnswer(
  payload: { order: OrderState | null; userErrors: readonly { message: string }[] } | null,
): PaymentAnswer {
  const refusal = payload?.userErrors[0]?.message;
  return { order: payload?.order ?? null, refusal: refusal === undefined ? undefined : withoutFullStop(refusal) };
}

function isPaid(state: OrderState): boolean {
  return state.displayFinancialStatus === 'PAID';
}

/**
 * The states in which the payment in Tari conflicts with the shop's own records, so that the staff has to decide.
 *
 * An authorized order is among them because marking it as paid captures the authorization: the customer, who has paid
 * in Tari, would be charged on the card as well.
 */
const UNPAYABLE_STATUSES: ReadonlyMap<string, string> = new Map([
  ['AUTHORIZED', 'has a card payment authorized that would be charged on top'],
  ['PARTIALLY_REFUNDED', 'has been paid and partly refunded by other means'],
  ['REFUNDED', 'has been paid and refunded by other means'],
]);

function refuseUnpayable(state: OrderState): void {
  const obstacle =
    state.cancelledAt === null
      ? UNPAYABLE_STATUSES.get(state.displayFinancialStatus ?? '')
      : 'has been cancelled in the shop';
  if (obstacle === undefined) return;
  throw new ShopError(
    `${orderLabel(state)} was paid in Tari but ${obstacle}: a person has to decide what becomes of the customer's money.`,
    { retryable: false },
  );
}

function paidNow(state: OrderState): ShopOutcome {
  return { effect: 'done', detail: `${orderLabel(state)} was recorded as paid in the shop.` };
}

function capturedNow(state: OrderState): ShopOutcome {
  return { effect: 'done', detail: `${orderLabel(state)}: what other gateways held for it was captured.` };
}

function alreadyPaid(state: OrderState): ShopOutcome {
  return { effect: 'already_done', detail: `${orderLabel(state)} was already paid in the shop.` };
}

function withoutFullStop(sentence: string): string {
  return sentence.slice(0, 300).replace(/\.$/, '');
}
