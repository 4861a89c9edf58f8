import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

export const backEndErrors = defineErrors({
  support_token_missing: [
    'forbidden',
    'This takes an access token, or a session of the console with its token in the header X-CSRF-Token.',
  ],
  support_amount_refused: [
    'unprocessable',
    'The amount is not taken, and nothing was refunded: {} Leave amount out to refund all of the rest.',
  ],
  support_fee_refused: ['unprocessable', 'There are no fees here that could be refunded: leave app_fee out.'],
  support_user_not_found: ['not_found', 'There is nobody like that.'],
  support_wallet_not_found: ['not_found', 'No payment and no order of this wallet is known.'],
  support_account_not_found: ['not_found', 'This shop has no account {}.'],
});

type Rows = typeof backEndErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
