import type { Transaction } from '#platform/database/store.ts';
import { type AccountId, type Network, networkOfBase58 } from '#tari/address.ts';
import type { AuthSettings } from './context.ts';
import { DomainError } from './errors.ts';
import { networkProblem } from './shop-address.ts';
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

/** Undefined where no address is set and no hot wallet registered: then addresses of every network are as good. */
export async function shopNetwork(tx: Transaction, settings: ShopSettings): Promise<Network | undefined> {
  const address = await shopAddress(tx, settings);
  return address === undefined ? undefined : networkOfBase58(address);
}

/** @throws {DomainError} `wrong_network` */
export async function requireShopNetwork(tx: Transaction, settings: ShopSettings, account: AccountId): Promise<void> {
  const problem = networkProblem(await shopNetwork(tx, settings), account);
  if (problem !== undefined) throw new DomainError('wrong_network', problem);
}
