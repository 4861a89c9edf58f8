import { type AccountId, type Network, singleAddress, type TariAddress } from './address.ts';
import { utf8 } from './bytes.ts';
import { blake2b512, isPublicKey } from './ristretto.ts';

/**
 * Synthetic addresses of customers without a wallet (protocol.md 9). Credit that the shop issues needs an address; no
 * secret key is known for this one, and its first bytes show that it is synthetic.
 */

const MADE_PREFIX = '000000ba5e4d0000';
const MADE_PREFIX_BYTES = Uint8Array.of(0x00, 0x00, 0x00, 0xba, 0x5e, 0x4d, 0x00, 0x00);
/** An account id begins with its network, in two characters. */
const NETWORK_LENGTH = 2;
const FEATURES = 2;

/** `guest:` and the longest order id, with room to spare. */
const MAX_CUSTOMER_ID_LENGTH = 270;
/** About one in four candidates is a point, so this many are never needed. */
const MAX_ATTEMPTS = 4096;

/**
 * The address of a shop's customer: single, features 2, on the shop's network. Throws RangeError for an id of wrong
 * length.
 */
export function syntheticAddressOf(customerId: string, network: Network = 'mainnet'): TariAddress {
  if (customerId.length < 1 || customerId.length > MAX_CUSTOMER_ID_LENGTH) {
    throw new RangeError(`A customer id has 1 to ${MAX_CUSTOMER_ID_LENGTH} characters.`);
  }
  const key = blake2b512(utf8(customerId)).slice(0, 32);
  key.set(MADE_PREFIX_BYTES, 0);
  key[31] = 0;
  const counter = new DataView(key.buffer, 24, 8);
  for (let tries = 0; tries < MAX_ATTEMPTS; tries += 1) {
    if (isPublicKey(key)) return singleAddress(network, key, FEATURES);
    counter.setBigUint64(0, counter.getBigUint64(0) + 1n);
  }
  throw new Error(`No address was found for the customer ${customerId}.`);
}

/** Whether the account is synthetic, derived from a customer id on any network. */
export function isCustomerAccount(account: AccountId): boolean {
  return account.startsWith(MADE_PREFIX, NETWORK_LENGTH);
}
