import assert from 'node:assert/strict';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { type MoneyOwner, type Payment, paymentRepository } from '#engine/store/payments.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { AccountId } from '#tari/address.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { Part } from './matching.ts';

/**
 * Ownership of money. The unspent part of a confirmed payment has one owner, or none if nothing tells whose it is, and
 * each owner's balance is kept beside the payments. These are the only functions that change either; each works inside
 * its caller's unit of work.
 */

/** An amount taken from one payment, above 0. */
export interface Taking {
  payment: Payment;
  amount: MicroTari;
}

/** Payments read in one query. */
const PAYMENTS_AT_ONCE = 100;

/** Adds to an owner's balance, in step with the payments. */
export async function addTo(tx: Transaction, owner: MoneyOwner | null, amount: bigint, now: Date): Promise<void> {
  if (owner === null || amount === 0n) return;
  if (owner.kind === 'order') await tx.use(orderRepository).addOwnMoney(owner.id, amount);
  else if (owner.kind === 'customer') await tx.use(customerRepository).addCredit(owner.id, amount, now);
  else await tx.use(accountRepository).add(owner.id as AccountId, { free: amount }, now);
}

/** Transfers the unspent part of a payment to another owner. */
export async function giveTo(
  tx: Transaction,
  payment: Payment,
  owner: MoneyOwner,
  isLate: boolean,
  now: Date,
): Promise<Payment> {
  await addTo(tx, payment.owner, -payment.unspent, now);
  await addTo(tx, owner, payment.unspent, now);
  return tx.use(paymentRepository).giveTo(payment, { owner, isLate });
}

/** Transfers all money of an owner to another. Returns the updated payments. */
export async function giveAllTo(
  tx: Transaction,
  from: MoneyOwner,
  to: MoneyOwner,
  isLate: boolean,
  now: Date,
): Promise<Payment[]> {
  const given: Payment[] = [];
  for (;;) {
    const payments = await tx.use(paymentRepository).unspentOf(from, PAYMENTS_AT_ONCE);
    for (const payment of payments) given.push(await giveTo(tx, payment, to, isLate, now));
    if (payments.length < PAYMENTS_AT_ONCE) return given;
  }
}

/** Takes the planned amounts from the payments of each source, oldest first. The caller enters their use. */
export async function take(tx: Transaction, parts: readonly Part[], now: Date): Promise<Taking[]> {
  const takings: Taking[] = [];
  for (const part of parts) {
    takings.push(...(await takePart(tx, part)));
    await addTo(tx, part.source.owner, -part.amount, now);
  }
  return takings;
}

async function takePart(tx: Transaction, { source, amount }: Part): Promise<Taking[]> {
  const takings: Taking[] = [];
  let missing: bigint = amount;
  while (missing > 0n) {
    // Payments that are used up are not found again.
    const payments = await tx.use(paymentRepository).unspentOf(source.owner, PAYMENTS_AT_ONCE, source);
    assert(payments.length > 0, `${source.owner.kind} ${source.owner.id} spends more than it has`);
    for (const payment of payments) {
      if (missing === 0n) break;
      const taken = (payment.unspent < missing ? payment.unspent : missing) as MicroTari;
      await tx.use(paymentRepository).spend(payment.txid, taken);
      takings.push({ payment, amount: taken });
      missing -= taken;
    }
  }
  return takings;
}

/** The amounts taken from one address. */
export interface AddressTaking {
  account: AccountId | null;
  /** The sender of the first of these payments, in base58 if it is an address. */
  sender: string;
  amount: MicroTari;
  takings: Taking[];
}

/** Groups amounts by the address that they came from, or, without a wallet's address, by the claimed sender. */
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
