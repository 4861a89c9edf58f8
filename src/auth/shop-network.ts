import type { Transaction } from '#platform/database/store.ts';
import { type AccountId, type Network, networkOfAccount, networkOfBase58, parseAddress } from '#tari/address.ts';
import { type OrderAddress, orderAddress } from '#tari/order-address.ts';
import type { AuthSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { walletRepository } from './store/wallets.ts';

/** The network that the shop takes Tari on: that of the address which customers are told to pay to. */

type ShopSettings = Pick<AuthSettings, 'paymentWalletAddress'>;

/** The address that customers are told to pay to, in base58: the one that is set, else the first hot wallet's. */
export async function shopAddress(
  tx: Transaction,
  { paymentWalletAddress }: ShopSettings,
): Promise<string | undefined> {
  return paymentWalletAddress ?? (await tx.use(walletRepository).firstAddress());
}

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

/** Undefined where no address is set and no hot wallet registered: then addresses of every network are as good. */
export async function shopNetwork(tx: Transaction, settings: ShopSettings): Promise<Network | undefined> {
  const address = await shopAddress(tx, settings);
  return address === undefined ? undefined : networkOfBase58(address);
}

/** Why an account of another network than the shop's is none of the shop's; undefined where it is on the shop's network. */
export function networkProblem(shop: Network | undefined, account: AccountId): string | undefined {
  const network = networkOfAccount(account);
  if (shop === undefined || network === shop) return undefined;
  return `It is an address on ${network}, and this shop is on ${shop}.`;
}

/** As `networkProblem`, by the settings alone: for what is looked at before there is a unit of work. */
export function networkProblemBySettings({ paymentWalletAddress }: ShopSettings, account: AccountId) {
  const shop = paymentWalletAddress === undefined ? undefined : networkOfBase58(paymentWalletAddress);
  return networkProblem(shop, account);
}

/** @throws {DomainError} `wrong_network` */
export async function requireShopNetwork(tx: Transaction, settings: ShopSettings, account: AccountId): Promise<void> {
  const problem = networkProblem(await shopNetwork(tx, settings), account);
  if (problem !== undefined) throw new DomainError('wrong_network', problem);
}
