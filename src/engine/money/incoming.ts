import { enterNaming, enterSignedClaim, statedBy } from '#engine/claims/claims.ts';
import type { EngineSettings } from '#engine/context.ts';
import { findNamedOrder } from '#engine/order-lookup.ts';
import { isOpen } from '#engine/order-states.ts';
import type { NamedOrder } from '#engine/payments/payment-report.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import type { MoneyOwner, Payment } from '#engine/store/payments.ts';
import type { MicroTari } from '#tari/micro-tari.ts';
import type { Ledger } from './ledger.ts';
import type { Claimant } from './owners.ts';
import { bothSettled, payFromAccount, payFromCredit, type Settled, tryToPay } from './settlement.ts';

/**
 * The life of a payment on the chain, whether a hot wallet or the chain watcher reports it. Each function works inside its
 * caller's unit of work, which has made sure that the payment is new, or unchanged since it was read.
 */

/** A payment as it was seen on the chain. */
export interface SeenPayment {
  txid: string;
  /** µT, above 0. */
  amount: MicroTari;
  memo: string | null;
  /** The claimed sender, and its stored text. */
  sender: Claimant & { text: string };
  /** The order that it names, and the claimant; undefined if it names none. */
  named: NamedOrder | undefined;
  paymentReference: string | null;
  blockHeight: bigint | null;
}

/** How payments name orders. */
export type NamingSettings = Pick<EngineSettings, 'orderIdField'>;

/**
 * Enters an unconfirmed payment. It pays nothing yet; an Unclaimed order that it names becomes New, claimed by its sender
 * as stated, or by the signer of a claim in its memo as proven.
 */
export async function receivePayment(ledger: Ledger, seen: SeenPayment, settings: NamingSettings): Promise<Payment> {
  const { tx, now } = ledger;
  const { sender, named } = seen;
  if (sender.account !== null) await tx.use(accountRepository).ensure(sender.account, sender.address, now);
  const claimant = named?.claimant;
  if (claimant?.account) await tx.use(accountRepository).ensure(claimant.account, claimant.address, now);
  const payment = await ledger.enterPayment({
    txid: seen.txid,
    account: sender.account,
    sender: sender.text,
    amount: seen.amount,
    memo: seen.memo,
    paymentType: 'on_chain',
    status: 'received',
    orderId: named?.orderId ?? null,
    claimant: claimant?.account ?? null,
    claimIsSigned: named?.isSigned ?? false,
    paymentReference: seen.paymentReference,
    blockHeight: seen.blockHeight,
    createdAt: now,
    updatedAt: now,
  });
  const order = named && (await findNamedOrder(tx, named.orderId, settings));
  if (named === undefined || order === undefined) return payment;
  if (named.isSigned) {
    await enterSignedClaim(ledger, order, named.claimant);
    await tryToPay(ledger, order.orderId);
  } else await enterNaming(ledger, order, named.claimant);
  return payment;
}

/**
 * Confirms a received payment and lets it pay. If it names an order, it pays that order first and then, with the rest, the
 * other orders of its customer. Otherwise it belongs to its sender, whose signatures decide which orders it may pay.
 */
export async function confirmPayment(
  ledger: Ledger,
  payment: Payment,
  settings: NamingSettings,
): Promise<{ payment: Payment; settled: Settled }> {
  const { tx } = ledger;
  const order = payment.orderId === null ? undefined : await findNamedOrder(tx, payment.orderId, settings);
  if (order === undefined) {
    const owner: MoneyOwner | null =
      payment.orderId === null && payment.account !== null ? { kind: 'account', id: payment.account } : null;
    const confirmed = await ledger.confirmPayment(payment, owner, false);
    return { payment: confirmed, settled: await payFromSender(ledger, payment) };
  }
  const canBePaid = isOpen(order.status);
  const owner: MoneyOwner = canBePaid
    ? { kind: 'order', id: order.orderId }
    : { kind: 'customer', id: order.customerId };
  if (canBePaid) await enterNaming(ledger, order, await statedBy(tx, payment));
  const confirmed = await ledger.confirmPayment(payment, owner, !canBePaid);
  const named = canBePaid ? await tryToPay(ledger, order.orderId) : await payFromCredit(ledger, order.customerId);
  return { payment: confirmed, settled: bothSettled(named, await payFromSender(ledger, payment)) };
}

/** Pays from the sender's own credit, and only orders that the sender has authorised. */
async function payFromSender(ledger: Ledger, { account }: Payment): Promise<Settled> {
  return account === null ? { ordersPaid: [], settlements: [] } : payFromAccount(ledger, account);
}
