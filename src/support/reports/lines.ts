import type { OrderStatus } from '#engine/store/tables.ts';

/** The lines of reports: amounts in whole µT, values as decimal texts in the currency of the report. */

/** One order, with what was paid for it and given back. What went out is negative. */
export interface OrderLine {
  order_id: string;
  /** Its name in the shop. */
  name: string | null;
  customer_id: string;
  created_at: string;
  status: OrderStatus;
  /** As the shop has it. */
  currency: string;
  original_price: string | null;
  /** The rate of its price in Tari, in µT per unit of its currency. */
  exchange_rate: bigint;
  price: bigint;
  paid: bigint;
  /** When the last part of it was paid; null while nothing is. */
  paid_at: string | null;
  refunded: bigint;
  refunded_at: string | null;
  /** The sum of the two. */
  kept: bigint;
  /** By the rates of the times when it was paid and refunded; null if one of them is not known. */
  paid_value: string | null;
  refunded_value: string | null;
  kept_value: string | null;
}

/**
 * What a movement is: money that came (`payment`), that has come into a block and may still be taken back
 * (`unconfirmed`), that an operator gave or took back (`credit`), that paid an order (`settlement`), or that went to a
 * customer (`refund`) or to the owner (`sweep`). Only settlements are movements within the books.
 */
export const MOVEMENT_KINDS = ['payment', 'unconfirmed', 'credit', 'settlement', 'refund', 'sweep'] as const;
export type MovementKind = (typeof MOVEMENT_KINDS)[number];

/** One movement of money. What went out, or was taken back, is negative. */
export interface MovementLine {
  time: string;
  kind: MovementKind;
  /** The transaction's id, or that of the settlement or payout. */
  id: string;
  /** The order that it paid, or that it names. */
  order_id: string | null;
  /** Where it came from, or went to. */
  address: string | null;
  amount: bigint;
  /** What a unit of the report's currency cost at that time, in µT; null if that is not known. */
  rate: bigint | null;
  value: string | null;
  memo: string | null;
}
