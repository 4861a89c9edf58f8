import type { WalletMessage } from '#auth/wallets.ts';
import type { SignatureContext } from '#engine/context.ts';
import { namedOrder, type PaymentReport } from '#engine/payments/payment-report.ts';
import type { ConfirmationReceipt, PaymentReceipt } from '#engine/payments/payments.ts';
import type { Reports } from '#rails/tari-wallet/reports.ts';
import type { Authenticate } from './authenticate.ts';

/** Verifies the signatures of hot wallets' reports before they are processed. */
export function signedReports(
  { enterReport, enterConfirmation }: Reports,
  authenticate: Authenticate,
  context: SignatureContext,
) {
  return {
    /** Receives a payment that was seen on the chain. @throws {DomainError} as `Authenticate` and `enterReport` */
    async receive(report: PaymentReport, message: WalletMessage): Promise<PaymentReceipt> {
      const authenticated = await authenticate(message);
      return enterReport({ report, message: authenticated, named: namedOrder(report, context) });
    },

    /**
     * Records that a payment is confirmed on the chain, and pays the orders that it can pay.
     * @throws {DomainError} as `Authenticate` and `enterConfirmation`
     */
    async confirm(txid: string, message: WalletMessage): Promise<ConfirmationReceipt> {
      return enterConfirmation(txid, await authenticate(message));
    },
  };
}
