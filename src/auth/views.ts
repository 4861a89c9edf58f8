import type { HotWallet } from './store/wallets.ts';

export function walletView(wallet: HotWallet) {
  return { address: wallet.address, ip_address: wallet.ipAddress, last_nonce: wallet.lastNonce };
}
