import { DomainError } from '#auth/errors.ts';
import type { AuthenticatedMessage, WalletMessage, Wallets } from '#auth/wallets.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { addressToBase58 } from '#tari/address.ts';
import { verifyWalletSignature } from '#tari/wallet-signature.ts';

/**
 * Authenticates the sender of a message before anything is written.
 * @throws {DomainError} `wallet_not_authorized`, `wallet_signature_invalid`
 */
export type Authenticate = (message: WalletMessage) => Promise<AuthenticatedMessage>;

/** The cheap checks come first, so that only the wallet itself can make us verify signatures. */
export function authenticator(
  { requireRegistered }: Pick<Wallets, 'requireRegistered'>,
  { log }: { log: Logger },
): Authenticate {
  return async ({ address, nonce, signature, payload, remoteAddress }) => {
    await requireRegistered({ address, remoteAddress });
    if (!verifyWalletSignature({ address, nonce, signature }, payload)) {
      log.warn({ wallet: addressToBase58(address) }, 'A message from a hot wallet has an invalid signature');
      throw new DomainError('wallet_signature_invalid');
    }
    return { address, nonce, remoteAddress } as AuthenticatedMessage;
  };
}
