import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** What callers can do wrong in reports of hot wallets. Existing clients match these sentences, so their words stay. */
export const tariWalletErrors = defineErrors({
  wallet_not_authorized: ['unauthenticated', 'The wallet is not authorized to report payments. {}'],
  wallet_signature_invalid: ['unauthenticated', 'The signature of the wallet is invalid.'],
  wallet_nonce_not_increasing: ['unauthenticated', 'Nonce is not strictly increasing.'],
  wallet_not_found: ['not_found', 'There is no wallet with the address {}.'],
});

type Rows = typeof tariWalletErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
