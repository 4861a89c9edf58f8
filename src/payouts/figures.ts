import { amountIn, type Givable, type GivableKind, type GivablePart } from '#engine/money/giving-back.ts';
import type { Order } from '#engine/store/orders.ts';
import { formatTari, MIN_SENDABLE, type MicroTari, microTari } from '#tari/micro-tari.ts';
import { DomainError } from './errors.ts';
import {
  amountAtOrderRate,
  amountAtRate,
  type ShopPriceOf,
  shopAmountText,
  shopPriceOf,
  unitsAtOrderRate,
  unitsAtRate,
  unitsOf,
} from './shop-amounts.ts';
import type { RefundAsk, RefundKind } from './types.ts';

/** The figures of a refund: pure, over what was read of the order. Never more than what came on the chain and is there. */

/** What was read of an order to be refunded. */
export interface RefundBasis {
  order: Order;
  givable: Givable;
  /** µT per unit of the order's currency; undefined if none is set. */
  todayRate: bigint | undefined;
  /** The values in the shop's currency of its refunds so far. */
  shopAmounts: readonly string[];
}

export interface Figures {
  amount: MicroTari;
  shopAmount: string | null;
  currency: string | null;
  /** What there is of this kind, from which the amount is taken. */
  parts: readonly GivablePart[];
}

export const SOURCE_OF: Readonly<Record<RefundKind, GivableKind>> = {
  all: 'settled',
  part: 'settled',
  surplus: 'surplus',
  late: 'late',
};

/** What can be given back of the order now, in µT and in the shop's currency. */
export function restOf({ order, givable, todayRate, shopAmounts }: RefundBasis) {
  const settled = amountIn(givable.settled);
  const left = order.totalPrice - order.refunded;
  const rest = microTari(settled < left ? settled : left);
  const price = shopPriceOf(order);
  if (price === undefined) return { rest, price, shopLeft: 0n, shopRest: 0n, restToday: null };
  const shopLeft = shopAmounts.reduce((sum, text) => sum - (unitsOf(text, price.decimals) ?? 0n), price.units);
  const value = unitsAtOrderRate(price, order.totalPrice, rest);
  const shopRest = value < shopLeft ? value : shopLeft;
  const restToday =
    todayRate === undefined ? null : lessOf(rest, amountAtRate(positive(shopLeft), price.decimals, todayRate));
  return { rest, price, shopLeft: positive(shopLeft), shopRest: positive(shopRest), restToday };
}

/** @throws {DomainError} `refund_impossible`, `refund_exceeds_rest`, `refund_amount_invalid` */
export function figuresOf(basis: RefundBasis, ask: RefundAsk): Figures {
  const { order, givable } = basis;
  requireFields(ask);
  const parts = givable[SOURCE_OF[ask.kind]];
  if (ask.kind === 'surplus' || ask.kind === 'late') {
    const most = amountIn(parts);
    if (most === 0n) throw new DomainError('refund_impossible', NOTHING_LEFT[ask.kind]);
    const amount = ask.amount ?? most;
    requireWithin(amount, most);
    return { amount, shopAmount: null, currency: null, parts };
  }
  if (order.status !== 'Paid') {
    throw new DomainError(
      'refund_impossible',
      `Order ${order.orderId} is ${order.status}: only a Paid one has a price to give back.`,
    );
  }
  const rest = restOf(basis);
  if (rest.rest === 0n) throw new DomainError('refund_impossible', NOTHING_LEFT[ask.kind]);
  const { amount, units } = ask.kind === 'all' ? allOf(basis, rest, ask) : partOf(basis, rest, ask);
  requireWithin(amount, rest.rest);
  return {
    amount,
    shopAmount: rest.price === undefined ? null : shopAmountText(units, rest.price.decimals),
    currency: rest.price === undefined ? null : order.currency,
    parts,
  };
}

type Rest = ReturnType<typeof restOf>;

function allOf(basis: RefundBasis, { rest, price, shopRest, shopLeft }: Rest, { rate }: RefundAsk) {
  if (rate !== 'today') return { amount: rest, units: shopRest };
  const { price: known, todayRate } = requireRate(basis, price);
  const today = amountAtRate(shopLeft, known.decimals, todayRate);
  // What was paid is the most, however much the rate has fallen.
  if (today <= rest) return { amount: microTari(today), units: shopLeft };
  return { amount: rest, units: lessOf(shopLeft, unitsAtRate(rest, known.decimals, todayRate)) };
}

function partOf(basis: RefundBasis, { rest, price, shopLeft }: Rest, { amount, shopAmount, rate }: RefundAsk) {
  const { totalPrice } = basis.order;
  if (amount !== undefined) {
    requireWithin(amount, rest);
    if (price === undefined) return { amount, units: 0n };
    const value =
      rate === 'today' && basis.todayRate !== undefined
        ? unitsAtRate(amount, price.decimals, basis.todayRate)
        : unitsAtOrderRate(price, totalPrice, amount);
    return { amount, units: lessOf(value, shopLeft) };
  }
  const known = requirePrice(price);
  const units = unitsOf(shopAmount ?? '', known.decimals);
  if (units === undefined || units === 0n) {
    throw new DomainError(
      'refund_amount_invalid',
      `It must be a decimal above 0 with at most ${known.decimals} decimals, such as ${shopAmountText(shopLeft, known.decimals)}.`,
    );
  }
  if (units > shopLeft) {
    throw new DomainError(
      'refund_exceeds_rest',
      `At most ${shopAmountText(shopLeft, known.decimals)} ${basis.order.currency} of the order's value are left.`,
    );
  }
  if (rate !== 'today') return { amount: amountAtOrderRate(known, totalPrice, units), units };
  const { todayRate } = requireRate(basis, price);
  return { amount: boundedAmount(amountAtRate(units, known.decimals, todayRate), rest), units };
}

const NOTHING_LEFT: Readonly<Record<RefundKind, string>> = {
  all: 'Nothing is left of what was received for the order and paid it.',
  part: 'Nothing is left of what was received for the order and paid it.',
  surplus: 'Its customer has no credit that was received on the chain.',
  late: 'No money that came too late for the order is left.',
};

function requireFields({ kind, amount, shopAmount }: RefundAsk): void {
  const given = Number(amount !== undefined) + Number(shopAmount !== undefined);
  if (kind === 'part' && given !== 1) {
    throw new DomainError('refund_amount_invalid', 'Name the part: an amount in µT or in the shop’s currency.');
  }
  if (kind === 'all' && given !== 0) {
    throw new DomainError('refund_amount_invalid', 'All of it has no amount: leave it out, or refund a part.');
  }
  if (kind !== 'part' && shopAmount !== undefined) {
    throw new DomainError('refund_amount_invalid', 'Only a part of an order has a value in the shop’s currency.');
  }
}

function requireWithin(amount: bigint, most: bigint): void {
  if (amount > most) {
    throw new DomainError('refund_exceeds_rest', `At most ${formatTari(most)} can be given back.`);
  }
  if (amount < MIN_SENDABLE) {
    throw new DomainError(
      'refund_amount_invalid',
      `A wallet sends nothing below ${MIN_SENDABLE} µT, and this is ${amount} µT.`,
    );
  }
}

function requirePrice(price: ShopPriceOf | undefined): ShopPriceOf {
  if (price !== undefined) return price;
  throw new DomainError(
    'refund_amount_invalid',
    'The order has no price in the shop’s currency: name an amount in µT.',
  );
}

function requireRate({ todayRate, order }: RefundBasis, price: ShopPriceOf | undefined) {
  const known = requirePrice(price);
  if (todayRate !== undefined) return { price: known, todayRate };
  throw new DomainError('refund_amount_invalid', `There is no rate of ${order.currency} today. Use the order's rate.`);
}

/** @throws {DomainError} `refund_exceeds_rest`: what was paid is the most, however much the rate has fallen. */
function boundedAmount(amount: bigint, most: MicroTari): MicroTari {
  if (amount > most) {
    throw new DomainError(
      'refund_exceeds_rest',
      `At today's rate that is ${formatTari(amount)}, and at most ${formatTari(most)} of what was paid are left.`,
    );
  }
  return microTari(amount);
}

function lessOf(one: bigint, other: bigint): MicroTari {
  return microTari(one < other ? one : other);
}

function positive(value: bigint): bigint {
  return value > 0n ? value : 0n;
}
