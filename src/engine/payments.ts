import { StoreContentError } from '../store/errors.ts';
import type { Payment } from '../store/payments.ts';
import type { Repositories } from '../store/repositories.ts';
import { addressToBase58, type TariAddress } from '../tari/address.ts';
import { claimInMemo } from '../tari/claim.ts';
import { formatTari, type MicroTari } from '../tari/micro-tari.ts';
import type { EngineContext, EngineSettings, SignatureContext } from './context.ts';
import { EngineError } from './errors.ts';
import { Ledger, type Owner } from './ledger.ts';
import { findNamedOrder, orderNamedInMemo } from './order-lookup.ts';
import { ownerOf, verifiedClaim } from './orders.ts';
import { payOpenOrders, type Settled, tryToPay } from './settling.ts';
import { networkProblemBySettings } from './shop-network.ts';
import type { Authenticate, AuthenticatedMessage, WalletMessage, Wallets } from './wallets.ts';

/** A payment as the hot wallet reports it. */
export interface PaymentReport {
  txid: string;
  /** The address that the sender's wallet wrote into the payment: a statement, not a proof. */
  sender: TariAddress;
  /** µT, above 0. */
  amount: MicroTari;
  memo: string | null;
  /** The order that the payment is for. */
  orderId: string | null;
}

/** The order that a payment names, and for whom. */
export interface NamedOrder {
  orderId: string;
  claimant: Owner;
}

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

const NOTHING_SETTLED: Settled = { ordersPaid: [], settlements: [] };

export function payments(
  { store, clock, settings, log, subscriptions }: EngineContext,
  wallets: Pick<Wallets, 'admit'>,
) {
  const enter = async (ledger: Ledger, { report, named }: CheckedReport): Promise<Payment> => {
    const { tx, now } = ledger;
    const sender = ownerOf(report.sender);
    await tx.accounts.ensure(sender.account, sender.address, now);
    if (named) await tx.accounts.ensure(named.claimant.account, named.claimant.address, now);
    return ledger.enterPayment({
      txid: report.txid,
      account: sender.account,
      sender: addressToBase58(report.sender),
      amount: report.amount,
      memo: report.memo,
      paymentType: 'on_chain',
      status: 'received',
      orderId: named?.orderId ?? null,
      claimant: named?.claimant.account ?? null,
      paymentReference: null,
      blockHeight: null,
      createdAt: now,
      updatedAt: now,
    });
  };

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
    return receipt;
  };

  const enterOnce = (checked: CheckedReport, now: Date): Promise<PaymentReceipt> => {
    const { report, message, named } = checked;
    return store.run(async (tx) => {
      await wallets.admit(tx, message, now);
      const known = await knownPayment(tx, report);
      if (known !== undefined) return { payment: known, isNew: false };
      const ledger = new Ledger(tx, now, subscriptions);
      const payment = await enter(ledger, checked);
      if (named) await claimNamed(ledger, named, settings);
      const isConfirmed = await tx.payments.takeEarlyConfirmation(payment.txid);
      return { payment: isConfirmed ? (await creditPayment(ledger, payment)).payment : payment, isNew: true };
    });
  };

  const enterConfirmation = async (txid: string, message: AuthenticatedMessage): Promise<ConfirmationReceipt> => {
    const now = clock.now();
    const receipt = await store.run(async (tx): Promise<ConfirmationReceipt> => {
      await wallets.admit(tx, message, now);
      const payment = await tx.payments.find(txid);
      if (payment === undefined) {
        await tx.payments.keepEarlyConfirmation(txid, now);
        return { outcome: 'early', ...NOTHING_SETTLED };
      }
      if (payment.status === 'confirmed') return { outcome: 'already_confirmed', ...NOTHING_SETTLED };
      if (payment.status === 'cancelled') throw new EngineError('payment_cancelled', txid);
      const { settled } = await creditPayment(new Ledger(tx, now, subscriptions), payment);
      return { outcome: 'confirmed', ...settled };
    });
    log.info(
      { txid, outcome: receipt.outcome, ordersPaid: receipt.ordersPaid.map((order) => order.orderId) },
      `Payment ${txid}: ${CONFIRMATION_SENTENCES[receipt.outcome]}; orders paid: ${receipt.ordersPaid.length}`,
    );
    return receipt;
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

/** Claims an Unclaimed order for the one whom a payment names with it, and pays it from what that one has already. */
export async function claimNamed(
  ledger: Ledger,
  named: NamedOrder,
  settings: Pick<EngineSettings, 'orderIdField'>,
): Promise<void> {
  const order = await findNamedOrder(ledger.tx, named.orderId, settings);
  if (order?.status !== 'Unclaimed') return;
  const claimed = await ledger.claimOrder(order, named.claimant);
  await tryToPay(ledger, claimed, named.claimant);
}

/** Credits a received payment, and pays what that can pay. */
export async function creditPayment(ledger: Ledger, payment: Payment): Promise<{ payment: Payment; settled: Settled }> {
  const confirmed = await ledger.confirmPayment(payment);
  if (payment.account === null) return { payment: confirmed, settled: NOTHING_SETTLED };
  const account = await ledger.tx.accounts.find(payment.account);
  if (account === undefined) throw new Error(`The account of payment ${payment.txid} is not known`);
  const settled = await payOpenOrders(ledger, { account: account.account, address: account.address });
  return { payment: confirmed, settled };
}

/** Reports of hot wallets as they come, with their signatures. */
export function signedReports(
  { enterReport, enterConfirmation }: Payments,
  authenticate: Authenticate,
  context: SignatureContext,
) {
  return {
    /**
     * Takes in a payment that was seen on the chain. It credits nobody until it is confirmed, but claims the order that
     * it names. A payment that is known already changes nothing.
     * @throws {EngineError} as `Authenticate` and `enterReport`
     */
    async receive(report: PaymentReport, message: WalletMessage): Promise<PaymentReceipt> {
      const authenticated = await authenticate(message);
      return enterReport({ report, message: authenticated, named: namedOrder(report, context) });
    },

    /**
     * Takes in that a payment is confirmed on the chain: credits its sender and pays what that can pay.
     * @throws {EngineError} as `Authenticate` and `enterConfirmation`
     */
    async confirm(txid: string, message: WalletMessage): Promise<ConfirmationReceipt> {
      return enterConfirmation(txid, await authenticate(message));
    },
  };
}

/** The order that a payment names, and for whom: a signed claim in its memo speaks for its signer. */
function namedOrder(report: PaymentReport, { settings, log }: SignatureContext): NamedOrder | undefined {
  const claim = report.memo === null ? undefined : claimInMemo(report.memo);
  if (claim !== undefined) {
    const verified = verifiedClaim(claim, settings);
    const problem = verified && networkProblemBySettings(settings, verified.claimant.account);
    if (verified !== undefined && problem === undefined) return verified;
    log.info(
      { txid: report.txid },
      `The claim in the memo of the payment is passed over: ${problem ?? 'it is not signed by its address.'}`,
    );
  }
  const orderId = report.orderId ?? orderNamedInMemo(report.memo, settings);
  return orderId === undefined ? undefined : { orderId, claimant: ownerOf(report.sender) };
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
  // Where one side knows of no account, it says nothing against the other.
  const isSameSender = known.account === null || known.account === ownerOf(report.sender).account;
  const isSame = known.amount === report.amount && isSameSender;
  if (!isSame) throw new EngineError('payment_contradicted', report.txid);
  return known;
}
