import { type AccountId, accountAddress, accountOf, addressToBase58, type TariAddress } from '#tari/address.ts';
import type { Sender } from '#tari/sender.ts';
import { isCustomerAccount } from '#tari/synthetic-address.ts';

/** An owner of Tari, with the address by which it is shown. */
export interface Owner {
  account: AccountId;
  /** Base58. */
  address: string;
}

/** For whom an order is claimed: the account is null where what named it came from no wallet's address. */
export interface Claimant {
  account: AccountId | null;
  /** Base58, or what the sender said of itself. */
  address: string;
}

/** The owner that an address stands for. */
export function ownerOf(address: TariAddress): Owner {
  return { account: accountOf(address), address: addressToBase58(accountAddress(address)) };
}

/**
 * Whom a payment says that it comes from. There is no account where that is no wallet's address: a text that is none, keys
 * that nobody can have, or the address that was made for a customer, which anybody can make again.
 */
export function claimantOf(sender: Sender): Claimant {
  if (sender.address === undefined) return { account: null, address: sender.text };
  const owner = ownerOf(sender.address);
  return isCustomerAccount(owner.account) ? { account: null, address: owner.address } : owner;
}

/** The sender as it is kept and shown: base58 with its payment id, or the text as it was given. */
export function senderText({ text, address }: Sender): string {
  return address === undefined ? text : addressToBase58(address);
}
