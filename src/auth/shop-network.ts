import type { Transaction } from '#platform/database/store.ts';
import { type AccountId, type Network, networkOfAccount, networkOfBase58, parseAddress } from '#tari/address.ts';
import { type OrderAddress, orderAddress } from '#tari/order-address.ts';
import type { AuthSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { walletRepository } from './store/wallets.ts';

/** The network on which the shop accepts Tari: that of the address that customers pay to. */

type ShopSettings = Pick<AuthSettings, 'paymentWalletAddress'>;

/** The address that customers pay to, in base58: the configured one, or that of the first hot wallet. */
export async function shopAddress(
  tx: Transaction,
  { paymentWalletAddress }: ShopSettings,
): Promise<string | undefined> {
  return paymentWalletAddress ?? (await tx.use(walletRepository).firstAddress());
}

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

/** Undefined if no address is configured and no hot wallet is registered: then every network is accepted. */
export async function shopNetwork(tx: Transaction, settings: ShopSettings): Promise<Network | undefined> {
  const address = await shopAddress(tx, settings);
  return address === undefined ? undefined : networkOfBase58(address);
}

/** Why an account cannot be used at this shop: it is on another network. Undefined if it is on the shop's. */
export function networkProblem(shop: Network | undefined, account: AccountId): string | undefined {
  const network = networkOfAccount(account);
  if (shop === undefined || network === shop) return undefined;
  return `It is an address on ${network}, and this shop is on ${shop}.`;
}

/** As `networkProblem`, by the settings alone: for checks outside of a unit of work. */
export function networkProblemBySettings({ paymentWalletAddress }: ShopSettings, account: AccountId) {
  const shop = paymentWalletAddress === undefined ? undefined : networkOfBase58(paymentWalletAddress);
  return networkProblem(shop, account);
}

/** @throws {DomainError} `wrong_network` */
export async function requireShopNetwork(tx: Transaction, settings: ShopSettings, account: AccountId): Promise<void> {
  const problem = networkProblem(await shopNetwork(tx, settings), account);
  if (problem !== undefined) throw new DomainError('wrong_network', problem);
}
