import * as z from 'zod';

/**
 * What the server answers (`http-api.md` 2). Whole numbers are bigint, whatever their size. Fields that a newer server
 * adds are kept, so that `--json` shows all there is.
 */

const whole = z.union([z.int(), z.bigint()]).transform((value) => BigInt(value));
const nullableText = z.string().nullable();

export const text = z.string();

export const order = z.looseObject({
  id: whole,
  order_id: z.string(),
  alt_id: nullableText,
  customer_id: z.string(),
  memo: nullableText,
  total_price: whole,
  original_price: nullableText,
  currency: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  status: z.string(),
  /** What the shop says is still due, in its currency. */
  amount_outstanding: nullableText,
  amount_missing: whole.nullish(),
  amount_seen: whole.optional(),
  /** Its own payment address; null while the shop has none that can hold it, left out by servers that do not say. */
  pay_to: nullableText.optional(),
});
/** An order as operators see it. */
export const orderDetails = order.extend({
  claimed_by: nullableText.optional(),
  claim_kind: nullableText.optional(),
  claims: z.array(z.looseObject({ address: z.string(), created_at: z.string() })).optional(),
  due_at: nullableText.optional(),
  paid_by: z.array(z.looseObject({ txid: z.string(), sender: z.string(), amount: whole })).optional(),
});
export const orderLink = z.looseObject({ order_id: z.string(), url: z.string() });
export const heldMoney = z.looseObject({
  txid: z.string(),
  amount: whole,
  reason: z.string(),
  sender: nullableText,
  order_id: nullableText,
  customer_id: nullableText,
  since: z.string(),
  advice: z.string(),
});
export const payment = z.looseObject({
  txid: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  sender: z.string(),
  amount: whole,
  memo: nullableText,
  payment_type: z.string(),
  status: z.string(),
  order_id: nullableText,
  payment_reference: nullableText.optional(),
  block_height: whole.nullish(),
});
export const settlementEntry = z.looseObject({
  id: whole,
  created_at: z.string(),
  order_id: z.string(),
  payment_address: z.string(),
  settlement_type: z.string(),
  amount: whole,
});
export const settlement = z.looseObject({ orders_paid: z.array(order), settlements: z.array(settlementEntry) });
export const orderChanged = z.looseObject({ old_order: order, new_order: order });
export const orderMoved = z.looseObject({ orders: orderChanged, settlements: z.array(settlementEntry) });
export const ordersResult = z.looseObject({ address: z.string(), total_orders: whole, orders: z.array(order) });
export const paymentsResult = z.looseObject({ address: z.string(), total_payments: whole, payments: z.array(payment) });
export const claimedOrder = z.looseObject({
  order_id: z.string(),
  total_price: whole,
  expires_at: z.string(),
  status: z.string(),
  /** What is still to be paid; null where nothing can be any more, left out by servers that do not say. */
  amount_missing: whole.nullish(),
  /** Null where there is nothing to pay any more. */
  send_to: nullableText,
  pay_to: nullableText.optional(),
});
export const addressBalance = z.looseObject({
  address: z.string(),
  total_confirmed: whole,
  total_paid: whole,
  current_balance: whole,
  last_update: z.string(),
});
export const addressHistory = z.looseObject({
  address: z.string(),
  balance: addressBalance,
  orders: z.array(order),
  payments: z.array(payment),
  settlements: z.array(settlementEntry),
});
export const customerHistory = z.looseObject({
  customer_id: z.string(),
  balance: z.looseObject({
    total_confirmed: whole,
    total_paid: whole,
    current_balance: whole,
    addresses: z.array(addressBalance),
  }),
  order_balance: z.looseObject({
    customer_id: z.string(),
    total_current: whole,
    total_paid: whole,
    total_expired: whole,
    total_cancelled: whole,
  }),
  orders: z.array(order),
  settlements: z.array(settlementEntry),
});
export const creditor = z.looseObject({ customer_id: z.string(), status: z.string(), total_orders: whole });
export const exchangeRate = z.looseObject({ currency: z.string(), rate: whole, updated_at: z.string() });
export const setRate = exchangeRate.extend({ id: whole, actor: z.string() });
export const priceUpdate = z.looseObject({
  id: whole,
  kind: z.string(),
  product_id: nullableText,
  currency: nullableText,
  rate: whole.nullable(),
  state: z.string(),
  variants_total: z.int().nullable(),
  variants_seen: z.int(),
  variants_changed: z.int(),
  variants_left_out: z.int(),
  attempts: z.int(),
  next_attempt_at: nullableText,
  last_error: nullableText,
  remark: nullableText,
  created_at: z.string(),
  updated_at: z.string(),
  finished_at: nullableText,
});
export const wallet = z.looseObject({ address: z.string(), ip_address: z.string(), last_nonce: whole });
export const rolesOfAddress = z.looseObject({ address: z.string(), roles: z.array(z.string()) });
export const result = z.looseObject({ success: z.boolean(), message: z.string() });
export const rescanProgress = z.looseObject({ running: z.int(), read: z.int(), failed: z.int() });
export const event = z.looseObject({ id: whole, type: z.string(), created_at: z.string(), payload: z.unknown() });
export const rejectedWebhook = z.looseObject({
  id: whole,
  webhook_id: nullableText,
  topic: z.string(),
  received_at: z.string(),
  reason: z.string(),
  /** Servers of before do not tell these. */
  order_id: nullableText.optional(),
  order_name: nullableText.optional(),
  body: z.string(),
});
export const deadLetter = z.looseObject({
  event_id: whole,
  subscriber: z.string(),
  type: z.string(),
  subject: z.string(),
  attempts: whole,
  last_error: nullableText,
  created_at: z.string(),
  updated_at: z.string(),
});
export const retried = z.looseObject({ retried: whole });
export const dismissed = z.looseObject({ dismissed: whole });
export const auditRecord = z.looseObject({
  id: whole,
  created_at: z.string(),
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  reason: nullableText,
  before: z.unknown(),
  after: z.unknown(),
});
export const chainStatus = z.looseObject({
  state: z.string(),
  height: whole.nullable(),
  node_height: whole.nullable(),
  blocks_behind: whole,
  last_answer_at: nullableText,
  seconds_left: whole.nullable(),
  outputs_seen: whole,
  payments_found: whole,
  nodes: z.array(
    z.looseObject({
      url: z.string(),
      height: whole.nullable(),
      last_answer_at: nullableText,
      trouble: z.looseObject({ since: z.string(), reason: z.string() }).nullable(),
    }),
  ),
});
export const chainRefusal = z.looseObject({
  id: whole,
  txid: z.string(),
  reason: z.string(),
  claimed_amount: whole,
  memo: nullableText,
  block_height: whole,
  found_at: z.string(),
});
export const chainDeparture = z.looseObject({
  id: whole,
  txid: z.string(),
  outcome: z.string(),
  block_height: whole,
  left_at: z.string(),
  returned_height: whole.nullable(),
});
export const readiness = z.looseObject({
  ready: z.boolean(),
  reasons: z.array(z.string()),
  database: z.string(),
  storefront: z.string(),
  outbox: z.looseObject({ pending: whole, dead_letters: whole, lag_seconds: z.number() }),
  /** Servers of before do not tell it. */
  webhooks: z.looseObject({ rejected: whole, age_seconds: z.number().nullable() }).optional(),
});

export type OrderAnswer = z.output<typeof order>;
export type PaymentAnswer = z.output<typeof payment>;
export type SettlementEntryAnswer = z.output<typeof settlementEntry>;
export type SettlementAnswer = z.output<typeof settlement>;
export type OrderMovedAnswer = z.output<typeof orderMoved>;
export type ClaimedOrderAnswer = z.output<typeof claimedOrder>;
export type BalanceAnswer = z.output<typeof addressBalance>;
export type AddressHistoryAnswer = z.output<typeof addressHistory>;
export type CustomerHistoryAnswer = z.output<typeof customerHistory>;
export type CreditorAnswer = z.output<typeof creditor>;
export type ExchangeRateAnswer = z.output<typeof exchangeRate>;
export type SetRateAnswer = z.output<typeof setRate>;
export type PriceUpdateAnswer = z.output<typeof priceUpdate>;
export type WalletAnswer = z.output<typeof wallet>;
export type EventAnswer = z.output<typeof event>;
export type RejectedAnswer = z.output<typeof rejectedWebhook>;
export type DeadLetterAnswer = z.output<typeof deadLetter>;
export type OrderDetailsAnswer = z.output<typeof orderDetails>;
export type OrderLinkAnswer = z.output<typeof orderLink>;
export type HeldMoneyAnswer = z.output<typeof heldMoney>;
export type ChainStatusAnswer = z.output<typeof chainStatus>;
export type ChainRefusalAnswer = z.output<typeof chainRefusal>;
export type ChainDepartureAnswer = z.output<typeof chainDeparture>;
export type AuditRecordAnswer = z.output<typeof auditRecord>;
export type ReadinessAnswer = z.output<typeof readiness>;
