import { StoreContentError } from '#platform/database/errors.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import { EngineError } from '#platform/errors.ts';
import type { Authenticate, AuthenticatedMessage, WalletMessage, Wallets } from '#rails/tari-wallet/wallets.ts';
import { claimInMemo } from '#tari/claim.ts';
import { formatTari, type MicroTari } from '#tari/micro-tari.ts';
import type { Sender } from '#tari/sender.ts';
import { verifiedClaim } from './claims.ts';
import type { EngineContext, SignatureContext } from './context.ts';
import { confirmPayment, receivePayment } from './money/incoming.ts';
import { Ledger } from './money/ledger.ts';
import { type Claimant, claimantOf, type Owner, senderText } from './money/owners.ts';
import { nothingSettled, type Settled } from './money/settlement.ts';
import { orderNamedInMemo } from './order-lookup.ts';
import { networkProblemBySettings } from './shop-network.ts';
import type { Payment } from './store/payments.ts';

/** A payment as the hot wallet reports it. */
export interface PaymentReport {
  txid: string;
  /** What the payer's wallet wrote into the payment: a statement, not a proof. */
  sender: Sender;
  /** µT, above 0. */
  amount: MicroTari;
  memo: string | null;
  /** The order that the payment is for. */
  orderId: string | null;
}

/** The order that a payment names, and for whom: its sender says so, or somebody has signed it. */
export type NamedOrder =
  | { orderId: string; claimant: Claimant; isSigned: false }
  | { orderId: string; claimant: Owner; isSigned: true };

/** A report whose signatures have been checked: the wallet's, and that of a claim in the payment's memo. */
export interface CheckedReport {
  report: PaymentReport;
  message: AuthenticatedMessage;
  /** Undefined where the payment names no order. */
  named: NamedOrder | undefined;
}

export interface PaymentReceipt {
  /** As it is now: confirmed where its confirmation came first. */
  payment: Payment;
  /** False where the payment was known already; nothing was changed then. */
  isNew: boolean;
}

export interface ConfirmationReceipt extends Settled {
  /** `early`: the payment is not known yet; the confirmation is kept and counts as soon as the payment comes. */
  outcome: 'confirmed' | 'already_confirmed' | 'early';
}

export type Payments = ReturnType<typeof payments>;

export function payments(context: EngineContext, wallets: Pick<Wallets, 'admit'>) {
  const { store, clock, settings, log } = context;

  const enterReport = async (checked: CheckedReport): Promise<PaymentReceipt> => {
    const now = clock.now();
    const { report } = checked;
    const receipt = await enterOnce(checked, now).catch((error: unknown) => {
      if (!(error instanceof StoreContentError)) throw error;
      // Money is not refused for a text beside it.
      log.error({ err: error, txid: report.txid }, `Payment ${report.txid} is kept without its memo and order id`);
      return enterOnce({ ...checked, report: { ...report, memo: null }, named: undefined }, now);
    });
    const { txid, sender } = receipt.payment;
    log.info(
      { txid, sender, isNew: receipt.isNew },
      `Payment ${txid} of ${formatTari(report.amount)} from ${sender} ${receipt.isNew ? 'is received' : 'was known already'}`,
    );
    if (receipt.isNew) warnIfLate(receipt.payment);
    return receipt;
  };

  const enterOnce = (checked: CheckedReport, now: Date): Promise<PaymentReceipt> => {
    const { report, message, named } = checked;
    return store.run(async (tx) => {
      await wallets.admit(tx, message, now);
      const known = await knownPayment(tx, report);
      if (known !== undefined) return { payment: known, isNew: false };
      const ledger = new Ledger(tx, now, context);
      const { txid, amount, memo } = report;
      const sender = { ...claimantOf(report.sender), text: senderText(report.sender) };
      const seen = { txid, amount, memo, sender, named, paymentReference: null, blockHeight: null };
      const payment = await receivePayment(ledger, seen, settings);
      const isConfirmed = await tx.payments.takeEarlyConfirmation(payment.txid);
      if (!isConfirmed) return { payment, isNew: true };
      return { payment: (await confirmPayment(ledger, payment, settings)).payment, isNew: true };
    });
  };

  const enterConfirmation = async (txid: string, message: AuthenticatedMessage): Promise<ConfirmationReceipt> => {
    const now = clock.now();
    const { payment: confirmed, ...receipt } = await store.run(
      async (tx): Promise<ConfirmationReceipt & { payment?: Payment }> => {
        await wallets.admit(tx, message, now);
        const payment = await tx.payments.find(txid);
        if (payment === undefined) {
          await tx.payments.keepEarlyConfirmation(txid, now);
          return { outcome: 'early', ...nothingSettled() };
        }
        if (payment.status === 'confirmed') return { outcome: 'already_confirmed', ...nothingSettled() };
        if (payment.status === 'cancelled') throw new EngineError('payment_cancelled', txid);
        const done = await confirmPayment(new Ledger(tx, now, context), payment, settings);
        return { outcome: 'confirmed', payment: done.payment, ...done.settled };
      },
    );
    log.info(
      { txid, outcome: receipt.outcome, ordersPaid: receipt.ordersPaid.map((order) => order.orderId) },
      `Payment ${txid}: ${CONFIRMATION_SENTENCES[receipt.outcome]}; orders paid: ${receipt.ordersPaid.length}`,
    );
    if (confirmed !== undefined) warnIfLate(confirmed);
    return receipt;
  };

  const warnIfLate = ({ txid, orderId, amount, isLate }: Payment): void => {
    if (!isLate) return;
    log.warn(
      { txid, orderId, amount },
      `Payment ${txid} of ${formatTari(amount)} came for order ${orderId}, which can no longer be paid; it is its customer's credit`,
    );
  };

  return {
    /**
     * What `receive` does once the signatures are checked.
     * @throws {EngineError} as `wallets.admit`; `payment_contradicted` where the same transaction was reported with
     *   another sender or amount.
     */
    enterReport,

    /** What `confirm` does once the signature is checked. @throws {EngineError} as `wallets.admit`; `payment_cancelled` */
    enterConfirmation,
  };
}

/** Reports of hot wallets as they come, with their signatures. */
export function signedReports(
  { enterReport, enterConfirmation }: Payments,
  authenticate: Authenticate,
  context: SignatureContext,
) {
  return {
    /**
     * Takes in a payment that was seen on the chain. It pays nothing until it is confirmed, but an Unclaimed order that it
     * names is New then. A payment that is known already changes nothing.
     * @throws {EngineError} as `Authenticate` and `enterReport`
     */
    async receive(report: PaymentReport, message: WalletMessage): Promise<PaymentReceipt> {
      const authenticated = await authenticate(message);
      return enterReport({ report, message: authenticated, named: namedOrder(report, context) });
    },

    /**
     * Takes in that a payment is confirmed on the chain, and pays what it can pay.
     * @throws {EngineError} as `Authenticate` and `enterConfirmation`
     */
    async confirm(txid: string, message: WalletMessage): Promise<ConfirmationReceipt> {
      return enterConfirmation(txid, await authenticate(message));
    },
  };
}

/** The order that a payment names, and for whom: a signed claim in its memo speaks for its signer. */
export function namedOrder(
  { txid, memo, orderId, sender }: Pick<PaymentReport, 'txid' | 'memo' | 'orderId' | 'sender'>,
  { settings, log }: SignatureContext,
): NamedOrder | undefined {
  const claim = memo === null ? undefined : claimInMemo(memo);
  if (claim !== undefined) {
    const verified = verifiedClaim(claim, settings);
    const problem = verified && networkProblemBySettings(settings, verified.claimant.account);
    if (verified !== undefined && problem === undefined) return { ...verified, isSigned: true };
    log.info(
      { txid },
      `The claim in the memo of the payment is passed over: ${problem ?? 'it is not signed by its address.'}`,
    );
  }
  const named = orderId ?? orderNamedInMemo(memo, settings);
  return named === undefined ? undefined : { orderId: named, claimant: claimantOf(sender), isSigned: false };
}

export const CONFIRMATION_SENTENCES: Readonly<Record<ConfirmationReceipt['outcome'], string>> = {
  confirmed: 'it is confirmed',
  already_confirmed: 'it was confirmed already',
  early: 'its confirmation came first and is kept until the payment comes',
};

/** The payment where it is known. A wallet that says two things of one transaction is wrong in one of them. */
async function knownPayment(tx: Repositories, report: PaymentReport): Promise<Payment | undefined> {
  const known = await tx.payments.find(report.txid);
  if (known === undefined) return undefined;
  const { account } = claimantOf(report.sender);
  // Where one side knows of no account, it says nothing against the other.
  const isSameSender = known.account === null || account === null || known.account === account;
  if (known.amount !== report.amount || !isSameSender) throw new EngineError('payment_contradicted', report.txid);
  return known;
}
