import { type AccountId, type Network, networkOfAccount, networkOfBase58, parseAddress } from '#tari/address.ts';
import { type OrderAddress, orderAddress } from '#tari/order-address.ts';
import type { AuthSettings } from './context.ts';

/** What follows from the address that customers are told to pay to, once it is known. */

const ofAddress = new Map<string | undefined, OrderAddress>();

/** A server has one such address; tests and simulations have several. */
const MAX_ADDRESSES = 100;

/** Derives each order's payment address from the address in base58 that customers pay to. */
export function orderAddressAt(shop: string | undefined): OrderAddress {
  const known = ofAddress.get(shop);
  if (known !== undefined) return known;
  if (ofAddress.size >= MAX_ADDRESSES) ofAddress.clear();
  const made = orderAddress(shop === undefined ? undefined : parseAddress(shop));
  ofAddress.set(shop, made);
  return made;
}

/** Why an account cannot be used at this shop: it is on another network. Undefined if it is on the shop's. */
export function networkProblem(shop: Network | undefined, account: AccountId): string | undefined {
  const network = networkOfAccount(account);
  if (shop === undefined || network === shop) return undefined;
  return `It is an address on ${network}, and this shop is on ${shop}.`;
}

/** As `networkProblem`, by the settings alone: for checks outside of a unit of work. */
export function networkProblemBySettings(
  { paymentWalletAddress }: Pick<AuthSettings, 'paymentWalletAddress'>,
  account: AccountId,
) {
  const shop = paymentWalletAddress === undefined ? undefined : networkOfBase58(paymentWalletAddress);
  return networkProblem(shop, account);
}
