import assert from 'node:assert/strict';
import { namesOf } from '#engine/order-names.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { type Order, orderRepository } from '#engine/store/orders.ts';
import { type Payment, paymentRepository } from '#engine/store/payments.ts';
import { type GivablePart, payoutEntryRepository } from '#engine/store/payout-entries.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { AccountId } from '#tari/address.ts';
import { type MicroTari, microTari, sumMicroTari } from '#tari/micro-tari.ts';

export type { GivablePart } from '#engine/store/payout-entries.ts';

/**
 * Money that goes out (docs/money.md). It leaves the books when it is requested and comes back if it was never sent, each
 * inside its caller's unit of work: from the unspent part of a customer's payments, or from what payments paid of an order,
 * which stays Paid. Only payments on the chain are given back: what an operator credited was never received.
 */

/** What can be given back of an order now, oldest first. */
export interface Givable {
  /** What payments paid of it. */
  settled: readonly GivablePart[];
  /** Credit of its customer: first that of payments for this order. */
  surplus: readonly GivablePart[];
  /** Money that came for this order when it could no longer be paid. */
  late: readonly GivablePart[];
  /** How much of `surplus` came for this order. */
  ownSurplus: MicroTari;
}

/** The sources of a refund. */
export type GivableKind = keyof Pick<Givable, 'settled' | 'surplus' | 'late'>;

/** Payments that one refund is taken from. Orders have a handful; the rest of more waits for the next refund. */
const MAX_PARTS = 1000;

export async function givableOf(tx: Transaction, order: Order): Promise<Givable> {
  const entries = tx.use(payoutEntryRepository);
  const names = new Set<string | null | undefined>(namesOf(order));
  const credit = await entries.creditOf(order.customerId, false, MAX_PARTS);
  const own = credit.filter((part) => names.has(part.names));
  const late = await entries.creditOf(order.customerId, true, MAX_PARTS);
  return {
    settled: order.status === 'Paid' ? await entries.settledOf(order.orderId, MAX_PARTS) : [],
    surplus: [...own, ...credit.filter((part) => !names.has(part.names))],
    late: late.filter((part) => names.has(part.names)),
    ownSurplus: amountIn(own),
  };
}

export function amountIn(parts: readonly Pick<GivablePart, 'amount'>[]): MicroTari {
  return sumMicroTari(parts.map(({ amount }) => amount));
}

/** The first parts that make up the amount, which the parts cover. */
export function firstParts(parts: readonly GivablePart[], amount: MicroTari): GivablePart[] {
  const taken: GivablePart[] = [];
  let missing: bigint = amount;
  for (const part of parts) {
    if (missing === 0n) break;
    const share = part.amount < missing ? part.amount : missing;
    taken.push({ ...part, amount: microTari(share) });
    missing -= share;
  }
  assert.equal(missing, 0n, 'no more is given back than there is');
  return taken;
}

/** Takes money of an order out of the books for a refund. */
export async function takeOut(
  tx: Transaction,
  { refundId, order, parts }: { refundId: string; order: Order; parts: readonly GivablePart[] },
  now: Date,
): Promise<void> {
  for (const part of parts) await move(tx, refundId, order, part, part.amount, now);
}

/**
 * Puts all money of a refund that was never sent back where it was. Returns how much came back to the customer's credit, and
 * the payment that stands in the way: its rest was given to another owner meanwhile, and it has only one.
 */
export async function putBack(
  tx: Transaction,
  { refundId, order, customerId }: { refundId: string; order: Order; customerId: string },
  now: Date,
): Promise<{ credited: MicroTari } | { inTheWay: string }> {
  const parts = await tx.use(payoutEntryRepository).outOf(refundId);
  const credits = parts.filter(({ settlementId }) => settlementId === null);
  for (const { txid } of credits) {
    const payment = await paymentOf(tx, txid);
    if (payment.unspent > 0n && !isOf(payment, customerId)) return { inTheWay: txid };
  }
  for (const part of parts) {
    await move(tx, refundId, { ...order, customerId }, part, microTari(-part.amount), now);
  }
  return { credited: amountIn(credits) };
}

async function move(
  tx: Transaction,
  outId: string,
  order: Pick<Order, 'orderId' | 'customerId'>,
  { txid, settlementId, account }: GivablePart,
  amount: MicroTari,
  now: Date,
): Promise<void> {
  await tx.use(payoutEntryRepository).insert({ outId, kind: 'refund', txid, settlementId, amount }, now);
  if (settlementId !== null) await tx.use(orderRepository).addRefunded(order.orderId, amount);
  else await moveCredit(tx, order.customerId, txid, account, amount, now);
}

async function moveCredit(
  tx: Transaction,
  customerId: string,
  txid: string,
  account: AccountId | null,
  amount: MicroTari,
  now: Date,
): Promise<void> {
  const payment = await paymentOf(tx, txid);
  if (!isOf(payment, customerId)) {
    assert.equal(payment.unspent, 0n, `payment ${txid} has one owner`);
    await tx
      .use(paymentRepository)
      .giveTo(payment, { owner: { kind: 'customer', id: customerId }, isLate: payment.isLate });
  }
  await tx.use(paymentRepository).spend(txid, amount);
  await tx.use(customerRepository).addCredit(customerId, -amount, now);
  if (account !== null) await tx.use(accountRepository).add(account, { paidOut: amount }, now);
}

function isOf({ owner }: Payment, customerId: string): boolean {
  return owner?.kind === 'customer' && owner.id === customerId;
}

async function paymentOf(tx: Transaction, txid: string): Promise<Payment> {
  const payment = await tx.use(paymentRepository).find(txid);
  if (payment === undefined) throw new Error(`Payment ${txid} is not known`);
  return payment;
}

// ---- The shop's own money -------------------------------------------------------------------------------------------

/** What the shop has earned on the chain and neither given back nor swept, in µT. It reads all uses of payments. */
export function shopsOwnMoney(tx: Transaction): Promise<MicroTari> {
  return tx.use(payoutEntryRepository).shopsOwn();
}

/** Enters a sweep of the shop's own money; customers' balances stay as they are. */
export async function enterSweep(tx: Transaction, outId: string, amount: MicroTari, now: Date): Promise<void> {
  await tx.use(payoutEntryRepository).insert({ outId, kind: 'sweep', txid: null, settlementId: null, amount }, now);
}

/** Takes a sweep back that was never sent. */
export async function takeSweepBack(tx: Transaction, outId: string, now: Date): Promise<void> {
  const amount = await tx.use(payoutEntryRepository).amountOut(outId);
  if (amount !== 0n) await enterSweep(tx, outId, microTari(-amount), now);
}

/** How much is out for a refund or a sweep, in µT. */
export function amountOut(tx: Transaction, outId: string): Promise<MicroTari> {
  return tx.use(payoutEntryRepository).amountOut(outId);
}

/** Up to `limit` refunds and sweeps of which the journal has entries, and how much is out for each, by id after `after`. */
export function journalSums(tx: Transaction, after: string, limit: number) {
  return tx.use(payoutEntryRepository).sums(after, limit);
}

// ---- What stands behind a refund ------------------------------------------------------------------------------------

/** The payments behind a refund that have left the chain since it was requested. */
export function goneBehind(tx: Transaction, refundId: string): Promise<string[]> {
  return tx.use(payoutEntryRepository).goneBehind(refundId);
}

/** The parts of payments that are out for a refund. */
export function partsOut(tx: Transaction, refundId: string): Promise<GivablePart[]> {
  return tx.use(payoutEntryRepository).outOf(refundId);
}

/** The refunds that money of a payment is out for. */
export function refundsTaking(tx: Transaction, txid: string): Promise<string[]> {
  return tx.use(payoutEntryRepository).outsOf(txid);
}

/** A wallet that paid what is given back. */
export interface Payer {
  account: AccountId;
  /** Its address in base58 as its wallet reported it. */
  address: string;
  /** Whether a signature tied it to the customer, and no other customer is tied to it. */
  isProven: boolean;
}

/**
 * The one wallet that all of these parts came from, if it is tied to this customer only; undefined if they came from several,
 * from none, or from one that others share, as exchanges are.
 */
export async function onlyPayerOf(
  tx: Transaction,
  customerId: string,
  parts: readonly GivablePart[],
): Promise<Payer | undefined> {
  const [first] = parts;
  if (first?.account == null || parts.some(({ account }) => account !== first.account)) return undefined;
  const ties = await tx.use(customerRepository).tiedTo(first.account, 2);
  const [tie] = ties;
  if (ties.length !== 1 || tie?.customerId !== customerId) return undefined;
  return { account: first.account, address: first.sender, isProven: tie.kind === 'proven' };
}
