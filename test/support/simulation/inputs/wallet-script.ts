import type { PaymentReport } from '#engine/payments/payment-report.ts';
import { readWalletEvent } from '#rails/tari-wallet/cli/wallet-event.ts';
import { reportOf } from '#rails/tari-wallet/http/reports.ts';
import { microTari } from '#tari/micro-tari.ts';

/** How a payment comes from the console wallet to the server: by the arguments of the wallet's notification script. */

/** What the wallet knows of a payment. */
export interface WalletsPayment {
  txid: string;
  amount: bigint;
  /** The address that the payer's wallet wrote into it, or another text where that is none. */
  sender: string;
  /** The text in the payment id: that of the address which was paid to, if that has one. */
  paymentId: string;
}

const CONFIRMATIONS = 3;

/** What is reported of a payment that has just come into a block, read by the notifier and then by the server. */
export function reportByScript({ txid, amount, sender, paymentId }: WalletsPayment): PaymentReport {
  // The wallet displays an address only where there is one.
  const from = /^[1-9A-HJ-NP-Za-km-z]{45,}$/.test(sender)
    ? `sender_address(${sender}), sender_one_sided(true), fee(740 µT), `
    : '';
  const displayed = `${from}type(PaymentToOther), data(${paymentId})`;
  const event = readWalletEvent(
    [
      'confirmation',
      displayedAmount(amount),
      txid,
      displayed,
      sender,
      '',
      'One-Sided Unconfirmed',
      '',
      '',
      '',
      '0',
    ].concat('Inbound'),
    CONFIRMATIONS,
  );
  if (event.kind !== 'inbound') throw new Error(`The notifier passes over ${txid}: ${event.reason}`);
  return reportOf({ ...event.payment, amount: microTari(event.payment.amount) });
}

/** As the wallet shows it: in µT below one Tari, else in Tari with six decimals. */
function displayedAmount(amount: bigint): string {
  if (amount < 1_000_000n) return `${amount} µT`;
  return `${amount / 1_000_000n}.${String(amount % 1_000_000n).padStart(6, '0')} T`;
}
