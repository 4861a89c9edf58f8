import { type AccountId, type Network, networkOfAccount, networkOfBase58, parseAddress } from '#tari/address.ts';
import { type OrderAddress, orderAddress } from '#tari/order-address.ts';
import type { AuthSettings } from './context.ts';

/** What follows from the address that customers are told to pay to, once it is known. */

const ofAddress = new Map<string | undefined, OrderAddress>();

/** A server has one such address, and tests and simulations have some. */
const MAX_ADDRESSES = 100;

/** What gives each order its own payment address, for the address in base58 that customers pay to. */
export function orderAddressAt(shop: string | undefined): OrderAddress {
  const known = ofAddress.get(shop);
  if (known !== undefined) return known;
  if (ofAddress.size >= MAX_ADDRESSES) ofAddress.clear();
  const made = orderAddress(shop === undefined ? undefined : parseAddress(shop));
  ofAddress.set(shop, made);
  return made;
}

/** Why an account of another network than the shop's is none of the shop's; undefined where it is on the shop's network. */
export function networkProblem(shop: Network | undefined, account: AccountId): string | undefined {
  const network = networkOfAccount(account);
  if (shop === undefined || network === shop) return undefined;
  return `It is an address on ${network}, and this shop is on ${shop}.`;
}

/** As `networkProblem`, by the settings alone: for what is looked at before there is a unit of work. */
export function networkProblemBySettings(
  { paymentWalletAddress }: Pick<AuthSettings, 'paymentWalletAddress'>,
  account: AccountId,
) {
  const shop = paymentWalletAddress === undefined ? undefined : networkOfBase58(paymentWalletAddress);
  return networkProblem(shop, account);
}
