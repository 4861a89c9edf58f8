import * as z from 'zod';
import type { Logger } from '#platform/logging/logger.ts';
import { type OrderInShop, ShopError, type ShopOutcome } from '#shops/shop-connector.ts';
import type { AdminClient } from './admin-api/client.ts';
import { CANCEL_ORDER, READ_JOB } from './admin-api/operations.ts';
import { pause, type Sleep } from './admin-api/sleep.ts';
import { type OrderState, orderLabel, readOrder, readOrderById } from './order-state.ts';
import { lacksTariPart, readPayments } from './order-transactions.ts';
import { reasonOfOtherMethod } from './payment-methods.ts';
import type { OrderWebhookOptions } from './webhooks/order.ts';

export interface CancelPorts {
  client: AdminClient;
  sleep: Sleep;
  log: Logger;
  /** How the order's price was read, and whether other gateways may hold a part of it. */
  fields: OrderWebhookOptions;
}

/** Shopify's limit for the note of the staff, in characters. */
const MAXIMUM_STAFF_NOTE_LENGTH = 255;
/** The pauses between polls of the cancellation job: about ten seconds in total. */
const JOB_POLL_PAUSES_MS = [250, 500, 1000, 1500, 2000, 2000, 2000] as const;
const RETRY_WHILE_JOB_RUNS_MS = 10_000;

/**
 * Cancels the order in the shop, unless money was paid there or is to be paid by another method than ours. Shopify cancels
 * in an asynchronous job, and can't undo it. A repeat reads the order first and does nothing if an earlier call succeeded.
 * @throws {ShopError}
 */
export async function cancelOrder(
  ports: CancelPorts,
  order: OrderInShop,
  reason: string,
  signal: AbortSignal | undefined,
): Promise<ShopOutcome> {
  const before = await readOrder(ports.client, order, signal);
  if (before.cancelledAt !== null) return alreadyCancelled(before);
  const notOurs = reasonOfOtherMethod(before.paymentGatewayNames, ports.fields.paymentMethods);
  if (notOurs !== undefined) {
    return { effect: 'left_alone', detail: `${orderLabel(before)} was not cancelled: ${notOurs}` };
  }
  const paid = PAID_BY_OTHER_MEANS.get(before.displayFinancialStatus ?? '');
  if (paid !== undefined && !(await isOnlyPartAuthorized(ports, before, order, signal))) {
    return { effect: 'left_alone', detail: `${orderLabel(before)} was not cancelled: ${paid} by other means.` };
  }
  const answer = await startCancelling(ports.client, before, reason, signal);
  if (answer.refusal !== undefined) return resolveRefusal(ports.client, before, answer.refusal, signal);
  if (answer.runningJobId !== undefined) await waitForJob(ports, before, answer.runningJobId, signal);
  return confirmCancelled(ports, before, signal);
}

/** States in which the shop holds, held or may take the customer's money, so that cancelling would leave it stranded. */
const PAID_BY_OTHER_MEANS: ReadonlyMap<string, string> = new Map([
  ['PAID', 'it has been paid'],
  ['PARTIALLY_PAID', 'it has been paid in part'],
  ['AUTHORIZED', 'a payment is authorized'],
  ['PARTIALLY_REFUNDED', 'it has been paid, and refunded in part'],
  ['REFUNDED', 'it has been paid, and refunded'],
]);

/**
 * Whether no more is authorized than the part that other gateways were to take. Without its Tari part the order must not
 * be delivered, so it is cancelled, and the shop thereby releases the authorized money.
 */
async function isOnlyPartAuthorized(
  { client, fields }: CancelPorts,
  state: OrderState,
  order: OrderInShop,
  signal: AbortSignal | undefined,
): Promise<boolean> {
  if (!fields.capturePayments || state.displayFinancialStatus !== 'AUTHORIZED') return false;
  return lacksTariPart(await readPayments(client, state, signal), order, fields);
}

const cancelSchema = z.object({
  orderCancel: z
    .object({
      job: z.object({ id: z.string().max(255), done: z.boolean() }).nullable(),
      orderCancelUserErrors: z.array(z.object({ code: z.string().nullable(), message: z.string() })),
    })
    .nullable(),
});

interface CancelRefusal {
  code: string | null;
  message: string;
}

async function startCancelling(
  client: AdminClient,
  state: OrderState,
  reason: string,
  signal: AbortSignal | undefined,
): Promise<{ refusal: CancelRefusal | undefined; runningJobId: string | undefined }> {
  const variables = { id: state.id, staffNote: cutToCharacters(reason, MAXIMUM_STAFF_NOTE_LENGTH) };
  const data = await client.request(CANCEL_ORDER, variables, cancelSchema, { signal });
  const job = data.orderCancel?.job;
  return {
    refusal: data.orderCancel?.orderCancelUserErrors[0],
    runningJobId: job === null || job === undefined || job.done ? undefined : job.id,
  };
}

/** Truncates between characters, never within a surrogate pair. */
function cutToCharacters(text: string, maximum: number): string {
  return Array.from(text).slice(0, maximum).join('');
}

/** A refusal may only mean that another call was faster, which the order's state shows better than the message. */
async function resolveRefusal(
  client: AdminClient,
  before: OrderState,
  refusal: CancelRefusal,
  signal: AbortSignal | undefined,
): Promise<ShopOutcome> {
  const after = await readOrderById(client, before.id, signal);
  if (after.cancelledAt !== null) return alreadyCancelled(after);
  const code = refusal.code ?? 'no code';
  throw new ShopError(
    `The shop does not cancel ${orderLabel(after)} (${code}: ${refusal.message.slice(0, 300)})`,
    // INVALID and similar codes mean an obstacle in the order itself, such as a fulfilment in progress, that only staff can clear.
    { retryable: refusal.code === 'INTERNAL_ERROR' || refusal.code === null },
  );
}

const jobSchema = z.object({ job: z.object({ done: z.boolean() }).nullable() });

async function waitForJob(
  ports: CancelPorts,
  state: OrderState,
  jobId: string,
  signal: AbortSignal | undefined,
): Promise<void> {
  for (const pauseMs of JOB_POLL_PAUSES_MS) {
    await pause(ports.sleep, pauseMs, signal);
    const data = await ports.client.request(READ_JOB, { id: jobId }, jobSchema, { signal });
    // The shop deletes jobs after a while; the order shows whether this one succeeded.
    if (data.job === null || data.job.done) return;
  }
  throw new ShopError(`The shop is still cancelling ${orderLabel(state)}.`, {
    retryable: true,
    retryAfterMs: RETRY_WHILE_JOB_RUNS_MS,
  });
}

async function confirmCancelled(
  ports: CancelPorts,
  before: OrderState,
  signal: AbortSignal | undefined,
): Promise<ShopOutcome> {
  const after = await readOrderById(ports.client, before.id, signal);
  if (after.cancelledAt === null) {
    throw new ShopError(`${orderLabel(after)} is not cancelled although the shop's job came to its end.`, {
      retryable: true,
    });
  }
  const paid = PAID_BY_OTHER_MEANS.get(after.displayFinancialStatus ?? '');
  // The shop releases authorized money asynchronously.
  const isReleased = before.displayFinancialStatus === 'AUTHORIZED' && after.displayFinancialStatus === 'AUTHORIZED';
  if (paid !== undefined && !isReleased) {
    // Shopify has no "cancel if unpaid": money that arrived between our two reads must be refunded by the staff.
    ports.log.error({ order: after.id }, `A cancelled order needs a person: ${paid} while it was being cancelled.`);
  }
  return { effect: 'done', detail: `${orderLabel(after)} was cancelled in the shop.` };
}

function alreadyCancelled(state: OrderState): ShopOutcome {
  return { effect: 'already_done', detail: `${orderLabel(state)} was already cancelled in the shop.` };
}
