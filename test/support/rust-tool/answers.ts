import { isIP } from 'node:net';
import { hex } from '@scure/base';
import { parse } from 'lossless-json';
import * as z from 'zod';
import { AddressError, parseAddress } from '#tari/address.ts';
import { isPublicKey } from '#tari/ristretto.ts';

/**
 * What the tool of the Rust server reads answers into, as strict as its types are: a field that is missing, of another type
 * or out of range makes it refuse the whole answer. A field that it does not know is passed over; one that may be null may
 * also be missing.
 */

/** A number as it stands in the text: `1.0` and `1e3` are no integers to it. */
class NumberText {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const integer = (min: bigint, max: bigint) =>
  z
    .instanceof(NumberText)
    .refine(({ text }) => /^-?\d+$/.test(text) && BigInt(text) >= min && BigInt(text) <= max, 'out of range')
    .transform(({ text }) => BigInt(text));

const i64 = integer(-(2n ** 63n), 2n ** 63n - 1n);
const u8 = integer(0n, 255n);
const text = z.string();
const optional = <Schema extends z.ZodType>(schema: Schema) => schema.nullish();

const TIME = /^(\d{4}-\d\d-\d\d)T([01]\d|2[0-3]):[0-5]\d:([0-5]\d|60)(\.\d+)?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$/;
const time = z.string().refine((written) => {
  const day = TIME.exec(written)?.[1];
  return day !== undefined && isDay(day);
}, 'no time');

function isDay(day: string): boolean {
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** An address in any of its text forms. */
const address = z.string().refine((written) => {
  try {
    parseAddress(written);
    return true;
  } catch (error) {
    if (error instanceof AddressError) return false;
    throw error;
  }
}, 'no address');
const publicKey = z.string().refine((key) => /^[0-9a-f]{64}$/i.test(key) && isPublicKey(hex.decode(key.toLowerCase())));
const network = z.enum(['mainnet', 'stagenet', 'nextnet', 'localnet', 'igor', 'esmeralda']);

const orderStatus = z.enum(['Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled']);
export const order = z.object({
  id: i64,
  order_id: text,
  alt_id: optional(text),
  customer_id: text,
  memo: optional(text),
  total_price: i64,
  original_price: optional(text),
  currency: text,
  created_at: time,
  updated_at: time,
  status: orderStatus,
  amount_outstanding: optional(text),
});
export const orders = z.array(order);
export const perhapsOrder = order.nullable();

export const payment = z.object({
  txid: text,
  created_at: time,
  updated_at: time,
  sender: address,
  amount: i64,
  memo: optional(text),
  payment_type: z.enum(['on_chain', 'manual']),
  status: z.enum(['received', 'confirmed', 'cancelled']),
  order_id: optional(text),
});
export const payments = z.array(payment);

const settlement = z.object({
  id: i64,
  created_at: time,
  order_id: text,
  payment_address: address,
  settlement_type: z.enum(['single', 'multiple']),
  amount: i64,
});

export const balance = z.object({
  address,
  total_confirmed: i64,
  total_paid: i64,
  current_balance: i64,
  last_update: time,
});

export const ordersOfAddress = z.object({ address, total_orders: i64, orders });
export const paymentsOfAddress = z.object({ address, total_payments: i64, payments });
export const addressHistory = z.object({ address, balance, orders, payments, settlements: z.array(settlement) });
export const customerHistory = z.object({
  customer_id: text,
  balance: z.object({
    total_confirmed: i64,
    total_paid: i64,
    current_balance: i64,
    addresses: z.array(balance),
  }),
  order_balance: z.object({
    customer_id: text,
    total_current: i64,
    total_paid: i64,
    total_expired: i64,
    total_cancelled: i64,
  }),
  orders,
  settlements: z.array(settlement),
});

export const debtors = z.array(z.object({ customer_id: text, status: orderStatus, total_orders: i64 }));
export const orderChanged = z.object({ old_order: order, new_order: order });
export const orderMoved = z.object({ orders: orderChanged, settlements: z.array(settlement) });
/** Its time is a text to it, which it shows as it is. */
export const rate = z.object({ currency: text, rate: i64, updated_at: text });
export const wallets = z.array(
  z.object({ address, ip_address: text.refine((ip) => isIP(ip) !== 0, 'no IP'), last_nonce: i64 }),
);
export const addresses = z.array(address);
export const texts = z.array(text);
export const results = z.array(z.object({ success: z.boolean(), message: text }));

/** Its enumeration has one key, which says what it holds. */
const sendTo = z.union([
  z.strictObject({ Single: z.object({ network, features: u8, public_spend_key: publicKey }) }),
  z.strictObject({
    Dual: z.object({ network, features: u8, public_view_key: publicKey, public_spend_key: publicKey }),
  }),
]);
export const claimedOrder = z.object({
  order_id: text,
  total_price: i64,
  expires_at: time,
  status: orderStatus,
  send_to: sendTo,
});

/** Reads an answer as the tool does. @throws {Error} where it would refuse it. */
export function readAs<Schema extends z.ZodType>(schema: Schema, json: string): z.output<Schema> {
  const value = parse(json, null, {
    parseNumber: (written) => new NumberText(written),
    onDuplicateKey: ({ key }) => {
      throw new Error(`The field ${key} is there twice`);
    },
  });
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.') || 'the answer'}: ${message}`);
  throw new Error(`The tool refuses ${json.slice(0, 300)}: ${faults.join('; ')}`);
}
