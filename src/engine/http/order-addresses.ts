import { orderAddressAt } from '#auth/shop-address.ts';
import type { Wallets } from '#auth/wallets.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { addressToBase58 } from '#tari/address.ts';
import type { OrderAddress } from '#tari/order-address.ts';

/** Derives orders' payment addresses from the configured address, or from that of the first hot wallet. */
export type OrderAddresses = () => Promise<OrderAddress>;

export function createOrderAddresses(
  { paymentWalletAddress }: Pick<Settings, 'paymentWalletAddress'>,
  wallets: Pick<Wallets, 'payAddress'>,
): OrderAddresses {
  const set = paymentWalletAddress === null ? undefined : addressToBase58(paymentWalletAddress);
  return async () => orderAddressAt(set ?? (await wallets.payAddress()) ?? undefined);
}
