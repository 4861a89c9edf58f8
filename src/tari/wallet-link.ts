import { AddressError, addressToBase58, type Network, type TariAddress } from './address.ts';

/** A payment requested by a link: the amount in µT, and a note that the wallet copies into the payment's memo. */
export interface RequestedPayment {
  network: Network;
  address: TariAddress;
  amount: bigint;
  /** Left out for an order's own address, with which wallets accept no note. */
  note?: string;
}

/**
 * The link that opens a wallet with a payment filled in (protocol.md 7):
 * `tari://<network>/transactions/send?tariAddress=<base58>&amount=<whole µT>&note=<text>`. Throws AddressError when the
 * address is on another network, because the payer's wallet would refuse it only when the payer tries to pay.
 */
export function paymentLink({ network, address, amount, note }: RequestedPayment): string {
  if (address.network !== network) throw new AddressError(`The address is on ${address.network}, not on ${network}.`);
  // encodeURIComponent rather than URLSearchParams, because wallets do not read `+` as a space.
  return (
    `tari://${network}/transactions/send?tariAddress=${addressToBase58(address)}` +
    `&amount=${amount}${note === undefined ? '' : `&note=${encodeURIComponent(note)}`}`
  );
}
