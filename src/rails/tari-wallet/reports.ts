import type { AuthenticatedMessage, Wallets } from '#auth/wallets.ts';
import type { EngineContext } from '#engine/context.ts';
import { Ledger } from '#engine/money/ledger.ts';
import { CONFIRMATION_SENTENCES, type NamedOrder, type PaymentReport } from '#engine/payments/payment-report.ts';
import {
  type ConfirmationReceipt,
  enterConfirmation,
  enterPayment,
  type PaymentReceipt,
  warnIfLate,
} from '#engine/payments/payments.ts';
import { StoreContentError } from '#platform/database/errors.ts';
import { formatTari } from '#tari/micro-tari.ts';

/** The reports of hot wallets: that a payment was seen, and that it is confirmed. */

/** A report whose signatures were verified: the wallet's, and that of a claim in the payment's memo. */
export interface CheckedReport {
  report: PaymentReport;
  message: AuthenticatedMessage;
  /** Undefined if the payment names no order. */
  named: NamedOrder | undefined;
}

export type Reports = ReturnType<typeof reports>;

export function reports(context: EngineContext, wallets: Pick<Wallets, 'admit'>) {
  const { store, clock, settings, log } = context;

  const enterOnce = ({ report, message, named }: CheckedReport, now: Date): Promise<PaymentReceipt> =>
    store.run(async (tx) => {
      await wallets.admit(tx, message, now);
      return enterPayment(new Ledger(tx, now, context), report, named, settings);
    });

  return {
    /**
     * The second half of `receive`, once the signatures are verified.
     * @throws {DomainError} as `wallets.admit` and `enterPayment`
     */
    async enterReport(checked: CheckedReport): Promise<PaymentReceipt> {
      const now = clock.now();
      const { report } = checked;
      const receipt = await enterOnce(checked, now).catch((error: unknown) => {
        if (!(error instanceof StoreContentError)) throw error;
        // Money is not refused because of a text that comes with it.
        log.error({ err: error, txid: report.txid }, `Payment ${report.txid} is stored without its memo and order id`);
        return enterOnce({ ...checked, report: { ...report, memo: null }, named: undefined }, now);
      });
      const { txid, sender } = receipt.payment;
      log.info(
        { txid, sender, isNew: receipt.isNew },
        `Payment ${txid} of ${formatTari(report.amount)} from ${sender} ${receipt.isNew ? 'is received' : 'was known already'}`,
      );
      if (receipt.isNew) warnIfLate(receipt.payment, log);
      return receipt;
    },

    /**
     * The second half of `confirm`, once the signature is verified.
     * @throws {DomainError} as `wallets.admit` and `enterConfirmation`
     */
    async enterConfirmation(txid: string, message: AuthenticatedMessage): Promise<ConfirmationReceipt> {
      const now = clock.now();
      const { payment: confirmed, ...receipt } = await store.run(async (tx) => {
        await wallets.admit(tx, message, now);
        return enterConfirmation(new Ledger(tx, now, context), txid, settings);
      });
      log.info(
        { txid, outcome: receipt.outcome, ordersPaid: receipt.ordersPaid.map((order) => order.orderId) },
        `Payment ${txid}: ${CONFIRMATION_SENTENCES[receipt.outcome]}; orders paid: ${receipt.ordersPaid.length}`,
      );
      if (confirmed !== undefined) warnIfLate(confirmed, log);
      return receipt;
    },
  };
}
