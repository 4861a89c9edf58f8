import { shopNetwork } from '#auth/shop-network.ts';
import type { Transaction } from '#platform/database/store.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { type Owner, ownerOf } from './owners.ts';

/** The synthetic account of a customer without a wallet, on the shop's network. Its key does not exist. */
export async function syntheticOwner(
  tx: Transaction,
  customerId: string,
  settings: Parameters<typeof shopNetwork>[1] = { paymentWalletAddress: undefined },
): Promise<Owner> {
  return ownerOf(syntheticAddressOf(customerId, await shopNetwork(tx, settings)));
}
