import { shopNetwork } from '#auth/shop-network.ts';
import type { Transaction } from '#platform/database/store.ts';
import { customerAddress } from '#tari/synthetic-address.ts';
import { type Owner, ownerOf } from './owners.ts';

/** The account that stands for a customer who has no wallet, on the network of the shop. Nobody has its key. */
export async function madeOwner(
  tx: Transaction,
  customerId: string,
  settings: Parameters<typeof shopNetwork>[1] = { paymentWalletAddress: undefined },
): Promise<Owner> {
  return ownerOf(customerAddress(customerId, await shopNetwork(tx, settings)));
}
