import assert from 'node:assert/strict';
import type { MoneyOwner, Payment } from '#engine/store/payments.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { Part } from './matching.ts';

/**
 * Whose money is. What is left of a confirmed payment has one owner, or none where nothing says whose it is, and what
 * each owner has is kept beside the payments. These are the only functions that change either; each works inside its
 * caller's unit of work.
 */

/** What is taken of one payment, above 0. */
export interface Taking {
  payment: Payment;
  amount: MicroTari;
}

/** Payments that are looked at in one go. */
const PAYMENTS_AT_ONCE = 100;

/** Adds to what an owner has, in step with the payments. */
export async function addTo(tx: Repositories, owner: MoneyOwner | null, amount: bigint, now: Date): Promise<void> {
  if (owner === null || amount === 0n) return;
  if (owner.kind === 'order') await tx.orders.addOwnMoney(owner.id, amount);
  else if (owner.kind === 'customer') await tx.customers.addCredit(owner.id, amount, now);
  else await tx.accounts.add(owner.id as AccountId, { free: amount }, now);
}

/** Gives what is left of a payment to another owner. */
export async function giveTo(
  tx: Repositories,
  payment: Payment,
  owner: MoneyOwner,
  isLate: boolean,
  now: Date,
): Promise<Payment> {
  await addTo(tx, payment.owner, -payment.unspent, now);
  await addTo(tx, owner, payment.unspent, now);
  return tx.payments.giveTo(payment, { owner, isLate });
}

/** Gives all that an owner has to another. Answers the payments as they are then. */
export async function giveAllTo(
  tx: Repositories,
  from: MoneyOwner,
  to: MoneyOwner,
  isLate: boolean,
  now: Date,
): Promise<Payment[]> {
  const given: Payment[] = [];
  for (;;) {
    const payments = await tx.payments.unspentOf(from, PAYMENTS_AT_ONCE);
    for (const payment of payments) given.push(await giveTo(tx, payment, to, isLate, now));
    if (payments.length < PAYMENTS_AT_ONCE) return given;
  }
}

/** Takes what a plan says out of the payments of each source, the oldest first. What it was used for is entered by the caller. */
export async function take(tx: Repositories, parts: readonly Part[], now: Date): Promise<Taking[]> {
  const takings: Taking[] = [];
  for (const part of parts) {
    takings.push(...(await takePart(tx, part)));
    await addTo(tx, part.source.owner, -part.amount, now);
  }
  return takings;
}

async function takePart(tx: Repositories, { source, amount }: Part): Promise<Taking[]> {
  const takings: Taking[] = [];
  let missing: bigint = amount;
  while (missing > 0n) {
    // Those that are used up are not found again.
    const payments = await tx.payments.unspentOf(source.owner, PAYMENTS_AT_ONCE, source);
    assert(payments.length > 0, `${source.owner.kind} ${source.owner.id} spends more than it has`);
    for (const payment of payments) {
      if (missing === 0n) break;
      const taken = (payment.unspent < missing ? payment.unspent : missing) as MicroTari;
      await tx.payments.spend(payment.txid, taken);
      takings.push({ payment, amount: taken });
      missing -= taken;
    }
  }
  return takings;
}

/** What was taken from one address. */
export interface AddressTaking {
  account: AccountId | null;
  /** What the first of these payments said of its sender, in base58 where it is an address. */
  sender: string;
  amount: MicroTari;
  takings: Taking[];
}

/** Puts together what came from one address, or, where it came from no wallet's, says the same of its sender. */
export function byAddress(takings: readonly Taking[]): AddressTaking[] {
  const addresses = new Map<string, AddressTaking>();
  for (const taking of takings) {
    const { account, sender } = taking.payment;
    const key = account ?? `sender ${sender}`;
    const known = addresses.get(key);
    if (known === undefined) {
      addresses.set(key, { account, sender, amount: taking.amount, takings: [taking] });
      continue;
    }
    known.amount = (known.amount + taking.amount) as MicroTari;
    known.takings.push(taking);
  }
  return [...addresses.values()];
}
