import type { Network } from '#tari/address.ts';
import { isPublicKey, isSecretKey, multiplyBase } from '#tari/ristretto.ts';

/**
 * The keys that find a wallet's payments on the chain but cannot spend (chain.md 2). The private view key reveals every
 * amount and memo of the wallet: it is never logged and never shown.
 */
export interface ViewWallet {
  network: Network;
  /** Private, 32 bytes: a canonical scalar above 0. */
  viewKey: Uint8Array;
  publicViewKey: Uint8Array;
  /** Public. */
  spendKey: Uint8Array;
}

export type ViewWalletErrorCode = 'invalid_view_key' | 'invalid_spend_key';

/** An invalid key. The message is a sentence for the operator and contains no key. */
export class ViewWalletError extends Error {
  override readonly name = 'ViewWalletError';
  readonly code: ViewWalletErrorCode;

  constructor(code: ViewWalletErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** The view wallet of a private view key and a public spend key, 32 bytes each. Throws ViewWalletError. */
export function viewWallet(network: Network, privateViewKey: Uint8Array, publicSpendKey: Uint8Array): ViewWallet {
  if (!isSecretKey(privateViewKey)) {
    throw new ViewWalletError(
      'invalid_view_key',
      'This is not a private view key: it is not a number below the group order.',
    );
  }
  if (!isPublicKey(publicSpendKey)) {
    throw new ViewWalletError('invalid_spend_key', 'This is not a public spend key: it is not a ristretto255 point.');
  }
  return {
    network,
    viewKey: Uint8Array.from(privateViewKey),
    publicViewKey: multiplyBase(privateViewKey),
    spendKey: Uint8Array.from(publicSpendKey),
  };
}
