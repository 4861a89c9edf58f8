import { hex } from '@scure/base';
import type { ConsoleWallet } from '#rails/tari-wallet/console-wallet/console-wallet.ts';
import { STATUS, type WalletTransaction } from '#rails/tari-wallet/console-wallet/messages.ts';
import { AddressError, accountOf, addressFromBytes, parseAddress, type TariAddress } from '#tari/address.ts';
import { utf8 } from '#tari/bytes.ts';
import type { GivenPayout, PayoutRecord, RecordedPayout } from './payout-record.ts';

/** How a payment is tied to its payout: by the payout's id, which goes with it as its text. */

/** The text of a payment. The recipient's wallet shows it. */
export function paymentText({ id }: Pick<GivenPayout, 'id'>): string {
  return `payout ${id}`;
}

/** What the wallet's own list says of a payout. */
export interface InWallet {
  /** Payments of it, of this amount to this address, that are in a block or on their way. */
  paid: WalletTransaction[];
  /** Those that the wallet gave up, or that the network refused. */
  dropped: WalletTransaction[];
  /** Payments that may be of it, and are not as asked: of another amount, to another address, or before it was asked for. */
  odd: WalletTransaction[];
}

/** The clock of a wallet elsewhere may be behind. */
const CLOCK_SLACK_MS = 60_000;

/**
 * Asks the wallet for the payments of a payout. To an address that has a payment id of its own, the wallet sends that id in
 * place of our text. There a payment is told by that id, this amount and its time, and is in the record of no other
 * payout; before anything was asked for, such a payment is odd.
 * @throws {WalletError}
 */
export async function inWallet(
  wallet: Pick<ConsoleWallet, 'withPaymentId'>,
  record: Pick<PayoutRecord, 'hasTransaction'>,
  payout: Pick<RecordedPayout, 'id' | 'address' | 'amount' | 'payingSince'>,
): Promise<InWallet> {
  const address = parseAddress(payout.address);
  const isOurs = (one: WalletTransaction) => one.amount === payout.amount && isTo(one, address);
  const byText = (await wallet.withPaymentId(utf8(paymentText(payout)))).filter(({ isOutbound }) => isOutbound);
  const ours = byText.filter(isOurs);
  const odd = byText.filter((one) => !isOurs(one));
  if (address.paymentId !== null) {
    const { payingSince } = payout;
    const since = payingSince === null ? 0 : Date.parse(payingSince) - CLOCK_SLACK_MS;
    const likely = (await wallet.withPaymentId(address.paymentId)).filter(
      (one) => one.isOutbound && isOurs(one) && one.at.getTime() >= since && !record.hasTransaction(one.txid),
    );
    (payingSince === null ? odd : ours).push(...likely);
  }
  return {
    paid: ours.filter((one) => !isDropped(one)),
    dropped: ours.filter(isDropped),
    odd: odd.filter((one) => !isDropped(one)),
  };
}

/** Whether the wallet gave it up, or the network refused it, and it is in no block all the same. */
export function isDropped({ status, isCancelled, minedHeight }: WalletTransaction): boolean {
  return (isCancelled || status === STATUS.rejected) && minedHeight === 0n;
}

/** Whether it goes to the owner of an address, whatever payment id either has. */
function isTo({ destination }: WalletTransaction, address: TariAddress): boolean {
  try {
    return accountOf(addressFromBytes(destination)) === accountOf(address);
  } catch (error) {
    if (error instanceof AddressError) return false;
    throw error;
  }
}

/** How deep a payment must be in the chain. */
export function isConfirmed(one: WalletTransaction, scannedHeight: bigint, confirmations: number): boolean {
  if (one.minedHeight === 0n || isDropped(one)) return false;
  return one.status === STATUS.minedConfirmed || scannedHeight - one.minedHeight >= BigInt(confirmations);
}

/** The number that both sides see, in hex. */
export function referenceOf({ referencesSent: [first] }: WalletTransaction): string | null {
  return first === undefined ? null : hex.encode(first);
}
