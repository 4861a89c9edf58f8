import { AddressError, accountOf, parseAddress, type TariAddress } from '#tari/address.ts';
import type { WalletAnswer } from './answers.ts';

/** The wallet with the address, in whatever form. One whose address can't be read, as of a newer server, is another. */
export function walletOf(wallets: readonly WalletAnswer[], address: TariAddress): WalletAnswer | undefined {
  const account = accountOf(address);
  return wallets.find((one) => {
    try {
      return accountOf(parseAddress(one.address)) === account;
    } catch (error) {
      if (error instanceof AddressError) return false;
      throw error;
    }
  });
}
