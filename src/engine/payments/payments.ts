import type { EngineSettings } from '#engine/context.ts';
import { DomainError } from '#engine/errors.ts';
import { confirmPayment, receivePayment } from '#engine/money/incoming.ts';
import type { Ledger } from '#engine/money/ledger.ts';
import { claimantOf, senderText } from '#engine/money/owners.ts';
import { nothingSettled, type Settled } from '#engine/money/settlement.ts';
import { type Payment, paymentRepository } from '#engine/store/payments.ts';
import type { Transaction } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { formatTari } from '#tari/micro-tari.ts';
import type { ConfirmationOutcome, NamedOrder, PaymentReport } from './payment-report.ts';

export interface PaymentReceipt {
  /** As it is now: confirmed if its confirmation arrived first. */
  payment: Payment;
  /** False if the payment was known already; then nothing was changed. */
  isNew: boolean;
}

export interface ConfirmationReceipt extends Settled {
  outcome: ConfirmationOutcome;
}

/**
 * Enters a payment that a rail reports, and confirms it if its confirmation arrived first. It pays nothing until it is
 * confirmed, but an Unclaimed order that it names becomes New. A known payment has no effect.
 * @throws {DomainError} `payment_contradicted` if the same transaction was reported with another sender or amount.
 */
export async function enterPayment(
  ledger: Ledger,
  report: PaymentReport,
  named: NamedOrder | undefined,
  settings: EngineSettings,
): Promise<PaymentReceipt> {
  const known = await knownPayment(ledger.tx, report);
  if (known !== undefined) return { payment: known, isNew: false };
  const { txid, amount, memo } = report;
  const sender = { ...claimantOf(report.sender), text: senderText(report.sender) };
  const seen = { txid, amount, memo, sender, named, paymentReference: null, blockHeight: null };
  const payment = await receivePayment(ledger, seen, settings);
  const isConfirmed = await ledger.tx.use(paymentRepository).takeEarlyConfirmation(payment.txid);
  if (!isConfirmed) return { payment, isNew: true };
  return { payment: (await confirmPayment(ledger, payment, settings)).payment, isNew: true };
}

/**
 * Enters that a payment is confirmed on the chain, and pays the orders that it can. The confirmation of an unknown payment
 * is kept until the payment arrives.
 * @throws {DomainError} `payment_cancelled`
 */
export async function enterConfirmation(
  ledger: Ledger,
  txid: string,
  settings: EngineSettings,
): Promise<ConfirmationReceipt & { payment?: Payment }> {
  const payment = await ledger.tx.use(paymentRepository).find(txid);
  if (payment === undefined) {
    await ledger.tx.use(paymentRepository).keepEarlyConfirmation(txid, ledger.now);
    return { outcome: 'early', ...nothingSettled() };
  }
  if (payment.status === 'confirmed') return { outcome: 'already_confirmed', ...nothingSettled() };
  if (payment.status === 'cancelled') throw new DomainError('payment_cancelled', txid);
  const done = await confirmPayment(ledger, payment, settings);
  return { outcome: 'confirmed', payment: done.payment, ...done.settled };
}

/** Logs that a payment came for an order that could no longer be paid. */
export function warnIfLate({ txid, orderId, amount, isLate }: Payment, log: Logger): void {
  if (!isLate) return;
  log.warn(
    { txid, orderId, amount },
    `Payment ${txid} of ${formatTari(amount)} came for order ${orderId}, which can no longer be paid; it is its customer's credit`,
  );
}

/** The payment if it is known. If a wallet reports one transaction in two ways, one of them is wrong. */
async function knownPayment(tx: Transaction, report: PaymentReport): Promise<Payment | undefined> {
  const known = await tx.use(paymentRepository).find(report.txid);
  if (known === undefined) return undefined;
  const { account } = claimantOf(report.sender);
  // A side without an account does not contradict the other.
  const isSameSender = known.account === null || account === null || known.account === account;
  if (known.amount !== report.amount || !isSameSender) throw new DomainError('payment_contradicted', report.txid);
  return known;
}
