import type { Transaction } from '#platform/database/store.ts';
import { type AccountId, accountOf, type Network, networkOfBase58, parseAddress } from '#tari/address.ts';
import type { AuthSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { networkProblem } from './shop-address.ts';
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

/** Undefined if no address is configured and no hot wallet is registered: then every network is accepted. */
export async function shopNetwork(tx: Transaction, settings: ShopSettings): Promise<Network | undefined> {
  const address = await shopAddress(tx, settings);
  return address === undefined ? undefined : networkOfBase58(address);
}

/** Whether an account is the shop's own: that of the address that customers pay to, or of a registered hot wallet. */
export async function isShopAccount(tx: Transaction, settings: ShopSettings, account: AccountId): Promise<boolean> {
  const address = await shopAddress(tx, settings);
  if (address !== undefined && accountOf(parseAddress(address)) === account) return true;
  return (await tx.use(walletRepository).find(account)) !== undefined;
}

/** @throws {DomainError} `wrong_network` */
export async function requireShopNetwork(tx: Transaction, settings: ShopSettings, account: AccountId): Promise<void> {
  const problem = networkProblem(await shopNetwork(tx, settings), account);
  if (problem !== undefined) throw new DomainError('wrong_network', problem);
}
