import { type AccountId, accountAddress, accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import type { Sender } from '#tari/sender.ts';
import { isCustomerAccount } from '#tari/synthetic-address.ts';

/** An owner of Tari, with the address by which it is shown. */
export interface Owner {
  account: AccountId;
  /** Base58. */
  address: string;
}

/** The claimant of an order: the account is null if the payment that named it has no wallet's address. */
export interface Claimant {
  account: AccountId | null;
  /** Base58, or the claimed sender. */
  address: string;
}

/** The owner of an address. */
export function ownerOf(address: TariAddress): Owner {
  return { account: accountOf(address), address: addressToBase58(accountAddress(address)) };
}

/**
 * The sender that a payment claims. It has no account unless it is a wallet's address: other texts, keys that nobody can
 * have, and synthetic addresses of customers, which anyone can compute, have none.
 */
export function claimantOf(sender: Sender): Claimant {
  if (sender.address === undefined) return { account: null, address: sender.text };
  const owner = ownerOf(sender.address);
  return isCustomerAccount(owner.account) ? { account: null, address: owner.address } : owner;
}

/** The sender's stored text: base58 with its payment id, or the text as it was given. */
export function senderText({ text, address }: Sender): string {
  return address === undefined ? text : addressToBase58(address);
}
