import * as z from 'zod';
import { ROLES } from '#auth/roles.ts';
import { EVENT_TYPES } from '#engine/events.ts';
import { HELD_REASONS } from '#engine/money/held-reasons.ts';
import {
  CLAIM_KINDS,
  ORDER_STATUSES,
  PAYMENT_STATUSES,
  PAYMENT_TYPES,
  SETTLEMENT_TYPES,
} from '#engine/store/tables.ts';
import { LIST_ORDERS } from '#platform/database/list-order.ts';
import { formatIpAddress, parseIpAddress } from '#platform/ip-address.ts';
import type { EventType } from '#platform/outbox/events.ts';
import { isStorable } from '#platform/storable-text.ts';
import { PRICE_UPDATE_STATES } from '#shops/store/tables.ts';
import { AddressError, parseAddressObject } from '#tari/address.ts';
import { MAX_I64, MAX_U64 } from '#tari/integer-bounds.ts';
import { microTari, TARI_SUPPLY } from '#tari/micro-tari.ts';
import { MAX_MEMO_LENGTH, MAX_ORDER_ID_LENGTH } from '#tari/text-limits.ts';

/** The shapes of `http-api.md` 2 and what requests are made of. Amounts are whole µT. */

/** Longer than any address in any form: 323 bytes as percent-encoded emoji fit in paths, as emoji in bodies. */
export const LONGEST_ADDRESS = 4096;

// ---- What requests are made of -------------------------------------------------------------------------------------

/** A JSON integer of any size, read without loss. */
function integer(smallest: bigint, largest: bigint, otherwise = '') {
  return z
    .union([z.int(), z.bigint()], { error: 'must be a whole number' })
    .meta(describedRange(smallest, largest))
    .transform((value) => BigInt(value))
    .refine((value) => value >= smallest && value <= largest, `must be from ${smallest} to ${largest}${otherwise}`);
}

/** How the description of the interface names the range; a bound that is no exact number goes by its format. */
function describedRange(smallest: bigint, largest: bigint) {
  const maximum = Number(largest);
  return {
    format: largest > MAX_I64 ? 'uint64' : 'int64',
    minimum: Number(smallest),
    ...(BigInt(maximum) === largest && { maximum }),
  };
}

/** µT above 0, and no more than there is. */
export const positiveAmount = integer(1n, TARI_SUPPLY).transform(microTari);

/** µT, 0 or more: a price. Clients of old look for that sentence in the answer to another one. */
export const priceAmount = integer(0n, TARI_SUPPLY, '. The requested order change is forbidden.').transform(microTari);

/** µT other than 0; below 0 takes away. */
export const signedAmount = integer(-TARI_SUPPLY, TARI_SUPPLY)
  .refine((value) => value !== 0n, 'must not be 0')
  .transform(microTari);

export const nonce = integer(0n, MAX_U64);

/** An address in any of its forms; spaces around a pasted text do no harm. */
export const address = z
  .union([z.string().max(LONGEST_ADDRESS), z.record(z.string(), z.unknown())], { error: 'must be a Tari address' })
  .transform((value, context) => {
    try {
      return parseAddressObject(typeof value === 'string' ? value.trim() : value);
    } catch (error) {
      if (!(error instanceof AddressError)) throw error;
      context.issues.push({ code: 'custom', message: `is not a Tari address: ${error.message}`, input: value });
      return z.NEVER;
    }
  });

export const ipAddress = z.string().transform((value, context) => {
  const parsed = parseIpAddress(value.trim());
  if (parsed !== undefined) return formatIpAddress(parsed);
  context.issues.push({ code: 'custom', message: 'is not an IPv4 or IPv6 address', input: value });
  return z.NEVER;
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused.
const CONTROL_CHARACTERS = /[\u0000-\u001f\u007f]/;

/** A text that is kept, or that kept ones are looked through for. */
export function keptText(longest: number) {
  return z.string().max(longest).refine(isStorable, 'must not hold null characters or halves of characters');
}

export const orderId = keptText(MAX_ORDER_ID_LENGTH)
  .min(1)
  .refine((text) => !CONTROL_CHARACTERS.test(text), 'must not hold control characters');

export const transactionId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[\x21-\x7e]+$/, 'must be visible ASCII characters without spaces');

/** The payment reference that payer and shop both see: 32 bytes in hex, in either case. */
export const paymentReference = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, 'must be a payment reference: 64 characters of hex')
  .transform((text) => text.toLowerCase());

export const memo = keptText(MAX_MEMO_LENGTH);

/** A text of a payment as it was signed: no payment is refused for what somebody wrote into its memo or as its order. */
export const signedText = z.string();

export const customerId = keptText(270).min(1);

/** Why somebody changes something, for the audit log. */
export const reason = keptText(1000);

export const currency = z.string().regex(/^[A-Za-z]{3,10}$/, 'must be a currency code of 3 to 10 letters');

export const role = z.enum(ROLES);

/** An id that the database counts, in a path or a query. */
export const rowId = z
  .string()
  .regex(/^\d{1,19}$/, 'must be a whole number')
  .transform((text) => BigInt(text))
  .refine((id) => id <= MAX_I64, `must be at most ${MAX_I64}`);

const LONGEST_PAGE = 1000;
const USUAL_PAGE = 100;

/** How a list is sorted: oldest first, as it always was, or newest first. */
export const listOrder = z.enum(LIST_ORDERS).default('asc');

/**
 * Which page of a list that is sorted by id: up to `limit` entries with ids above `after` and below `before`. A list that is
 * read newest first goes on with the last id as `before`, so that what comes in meanwhile moves nothing.
 */
export const idPage = z.strictObject({
  after: rowId.prefault('0'),
  before: rowId.optional(),
  order: listOrder,
  limit: z.coerce.number().int().min(1).max(LONGEST_PAGE).default(USUAL_PAGE),
});

export function rangeOf({ before, order }: z.output<typeof idPage>) {
  return { before, order };
}

/** A durable subscriber's name, such as the shop's. */
export const subscriberName = keptText(64).min(1);

/** 128 characters of hex: R and s. */
export const signature = z.string().regex(/^[0-9a-fA-F]{128}$/, 'must be 128 characters of hex');

/** The same, or a wallet's signature of a message: s, a bar and R. */
export const claimSignature = z
  .string()
  .regex(/^(?:[0-9a-fA-F]{128}|[0-9a-fA-F]{64}\|[0-9a-fA-F]{64})$/, 'must be 128 characters of hex, or s|R');

// ---- What answers are made of --------------------------------------------------------------------------------------

const amount = z.bigint();
const time = z.iso.datetime();

export const result = z.object({ success: z.boolean(), message: z.string() });

export const order = z.object({
  id: z.bigint(),
  order_id: z.string(),
  alt_id: z.string().nullable(),
  customer_id: z.string(),
  memo: z.string().nullable(),
  total_price: amount,
  original_price: z.string().nullable(),
  currency: z.string(),
  created_at: time,
  updated_at: time,
  status: z.enum(ORDER_STATUSES),
  amount_outstanding: z.string().nullable(),
  amount_missing: amount.nullable(),
  /** What stands in a mempool for it: it counts for nothing. */
  amount_seen: amount,
  /** Its own payment address, base58: what comes there pays this order. Null while the shop has no dual address. */
  pay_to: z.string().nullable(),
});

/** An order with what operators see of it: who claimed it and how, when it is due, and what has paid it. */
export const orderDetails = z.object({
  ...order.shape,
  claimed_by: z.string().nullable().optional(),
  claim_kind: z.enum(CLAIM_KINDS).nullable().optional(),
  claims: z.array(z.object({ address: z.string(), created_at: time })).optional(),
  due_at: time.nullable().optional(),
  paid_by: z.array(z.object({ txid: z.string(), sender: z.string(), amount })).optional(),
});

export const heldMoney = z.object({
  txid: z.string(),
  amount,
  reason: z.enum(HELD_REASONS),
  sender: z.string().nullable(),
  order_id: z.string().nullable(),
  customer_id: z.string().nullable(),
  since: time,
  advice: z.string(),
});

export const payment = z.object({
  txid: z.string(),
  created_at: time,
  updated_at: time,
  sender: z.string(),
  amount,
  memo: z.string().nullable(),
  payment_type: z.enum(PAYMENT_TYPES),
  status: z.enum(PAYMENT_STATUSES),
  order_id: z.string().nullable(),
  payment_reference: z.string().nullable(),
  block_height: z.bigint().nullable(),
});

export const settlementEntry = z.object({
  id: z.bigint(),
  created_at: time,
  order_id: z.string(),
  payment_address: z.string(),
  settlement_type: z.enum(SETTLEMENT_TYPES),
  amount,
});

export const settlement = z.object({ orders_paid: z.array(order), settlements: z.array(settlementEntry) });

export const orderChanged = z.object({ old_order: order, new_order: order });

export const orderMoved = z.object({ orders: orderChanged, settlements: z.array(settlementEntry) });

const addressKeys = { network: z.string(), features: z.number().int(), public_spend_key: z.string() };

/** An address as the Rust server's tool reads it. */
const addressObject = z.union([
  z.object({ Single: z.object(addressKeys) }),
  z.object({ Dual: z.object({ ...addressKeys, public_view_key: z.string() }) }),
]);

export const claimedOrder = z.object({
  order_id: z.string(),
  total_price: amount,
  expires_at: time,
  status: z.enum(ORDER_STATUSES),
  amount_missing: amount.nullable(),
  send_to: z.union([z.string(), addressObject]).nullable(),
  /** The order's own payment address: a payment there needs no claim. */
  pay_to: z.string().nullable(),
});

export const addressBalance = z.object({
  address: z.string(),
  total_confirmed: amount,
  total_paid: amount,
  current_balance: amount,
  last_update: time,
});

export const customerBalance = z.object({
  total_confirmed: amount,
  total_paid: amount,
  current_balance: amount,
  addresses: z.array(addressBalance),
});

export const customerOrderBalance = z.object({
  customer_id: z.string(),
  total_current: amount,
  total_paid: amount,
  total_expired: amount,
  total_cancelled: amount,
});

export const addressHistory = z.object({
  address: z.string(),
  balance: addressBalance,
  orders: z.array(order),
  payments: z.array(payment),
  settlements: z.array(settlementEntry),
});

export const customerHistory = z.object({
  customer_id: z.string(),
  balance: customerBalance,
  order_balance: customerOrderBalance,
  orders: z.array(order),
  settlements: z.array(settlementEntry),
});

export const ordersResult = z.object({ address: z.string(), total_orders: amount, orders: z.array(order) });

export const customerOrders = z.object({
  customer_id: z.string(),
  status: z.literal('New'),
  total_orders: amount,
});

export const paymentsResult = z.object({ address: z.string(), total_payments: amount, payments: z.array(payment) });

export const exchangeRate = z.object({ currency: z.string(), rate: amount, updated_at: time });

/** A rate as it was set once. */
export const setRate = z.object({ id: z.bigint(), ...exchangeRate.shape, actor: z.string() });

export const PRICE_UPDATE_KINDS = ['shop', 'product'] as const;

/** Work on the prices that the shop shows: on all of them at a rate, or on those of one product. */
export const priceUpdate = z.object({
  id: z.bigint(),
  kind: z.enum(PRICE_UPDATE_KINDS),
  product_id: z.string().nullable(),
  currency: z.string().nullable(),
  rate: amount.nullable(),
  state: z.enum(PRICE_UPDATE_STATES),
  /** Null until the shop has told. */
  variants_total: z.int().nullable(),
  variants_seen: z.int(),
  variants_changed: z.int(),
  variants_left_out: z.int(),
  /** Failures in a row. */
  attempts: z.int(),
  /** Null where nothing more is done. */
  next_attempt_at: time.nullable(),
  last_error: z.string().nullable(),
  remark: z.string().nullable(),
  created_at: time,
  updated_at: time,
  finished_at: time.nullable(),
});

export const wallet = z.object({
  address: z.string(),
  ip_address: z.string(),
  last_nonce: z.bigint().meta({ format: 'uint64' }),
});

export const rolesOfAddress = z.object({ address: z.string(), roles: z.array(role) });

function eventOf<Type extends EventType, Payload extends z.ZodRawShape>(type: Type, payload: Payload) {
  return z.object({ id: z.bigint(), type: z.literal(type), created_at: time, payload: z.object(payload) });
}

export const event = z.discriminatedUnion('type', [
  eventOf('NewOrder', { order }),
  eventOf('OrderPaid', { order }),
  eventOf('OrderAnnulled', { order, status: z.enum(['Expired', 'Cancelled']) }),
  eventOf('OrderModified', {
    field_changed: z.enum(['customer_id', 'memo', 'total_price', 'status']),
    orders: orderChanged,
  }),
  eventOf('OrderClaimed', { order, claimant: z.string() }),
  eventOf('PaymentReceived', { payment }),
  eventOf('PaymentConfirmed', { payment }),
  eventOf('PaymentUnmatched', { payment, reason: z.literal('late') }),
  eventOf('PaymentAssigned', {
    payment,
    amount,
    order_id: z.string().nullable(),
    customer_id: z.string().nullable(),
    reason: z.string(),
  }),
  eventOf('PaymentLeftTheChain', { payment }),
  eventOf('PaymentSeen', {
    txid: z.string(),
    amount,
    memo: z.string().nullable(),
    order_id: z.string().nullable(),
    order: order.nullable(),
  }),
]);

/** A webhook that could not be used. */
export const rejectedWebhook = z.object({
  id: z.bigint(),
  webhook_id: z.string().nullable(),
  topic: z.string(),
  received_at: time,
  reason: z.string(),
  /** The order's id and name in the shop, as far as they can be read in what it said. */
  order_id: z.string().nullable(),
  order_name: z.string().nullable(),
  body: z.string(),
});

/** An event that somebody could not be told of. */
export const deadLetter = z.object({
  event_id: z.bigint(),
  subscriber: z.string(),
  type: z.enum(EVENT_TYPES),
  subject: z.string(),
  attempts: z.int(),
  last_error: z.string().nullable(),
  created_at: time,
  updated_at: time,
  payload: z.unknown(),
});

/** What somebody changed by hand, with how it was before and after. */
export const auditRecord = z.object({
  id: z.bigint(),
  created_at: time,
  actor: z.string(),
  action: z.string(),
  subject: z.string(),
  reason: z.string().nullable(),
  before: z.unknown(),
  after: z.unknown(),
});

export const readiness = z.object({
  ready: z.boolean(),
  /** Sentences that say why it is not. */
  reasons: z.array(z.string()),
  database: z.enum(['ok', 'unavailable']),
  storefront: z.enum(['ok', 'not configured', 'behind']),
  outbox: z.object({ pending: z.int(), dead_letters: z.int(), lag_seconds: z.int() }),
  price_updates: z.object({ waiting: z.int(), failed: z.int() }),
  /** Payments that came for orders that could no longer be paid, and are not used up: see /api/held. */
  payments: z.object({ late: z.int() }),
  /** What of the shop could not be used, see /api/rejected, and how long ago it last sent something; null before that. */
  webhooks: z.object({ rejected: z.int(), age_seconds: z.int().nullable() }),
  /** Where the chain is watched: the server is well without its nodes, and what it knows gets old. */
  chain: z
    .object({
      state: z.enum(['watching', 'elsewhere']),
      height: z.int().nullable(),
      blocks_behind: z.int(),
      /** Since a node last answered; null before the first time. */
      age_seconds: z.int().nullable(),
    })
    .optional(),
});

/** An answer without a body. */
export const nothing = z.undefined();
