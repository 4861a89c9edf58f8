import type { Transaction } from '#platform/database/store.ts';
import { type AccountId, type Network, networkOfAccount, networkOfBase58 } from '#tari/address.ts';
import type { AuthSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { walletRepository } from './store/wallets.ts';

/** The network that the shop takes Tari on: that of the address which customers are told to pay to. */

type ShopSettings = Pick<AuthSettings, 'paymentWalletAddress'>;

/** Where customers are told to pay, in base58; undefined where no address is set and no hot wallet registered. */
export async function paymentAddress(tx: Transaction, settings: ShopSettings): Promise<string | undefined> {
  return settings.paymentWalletAddress ?? (await tx.use(walletRepository).firstAddress());
}

/** Undefined where customers can't be told where to pay yet: then addresses of every network are as good. */
export async function shopNetwork(tx: Transaction, settings: ShopSettings): Promise<Network | undefined> {
  const address = await paymentAddress(tx, settings);
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
