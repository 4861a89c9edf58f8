import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** Errors of the payment engine that callers can cause. Existing clients match these sentences, so they must not change. */
export const engineErrors = defineErrors({
  order_not_found: ['not_found', 'The requested order {} does not exist'],
  order_change_forbidden: ['invalid', 'The requested order change is forbidden. {}'],
  order_change_no_op: ['invalid', 'The requested order change would result in a no-op. {}'],
  invalid_claim: ['invalid', 'Invalid signature. {}'],
  claim_signature_invalid: ['unauthenticated', 'Cannot claim order because the signature is invalid.'],
  no_payment_wallet: [
    'unavailable',
    'The shop has no wallet to pay to yet, so orders cannot be claimed. Please try again later.',
  ],
  invalid_address: ['invalid', 'This is not a Tari address: {}'],
  invalid_amount: ['invalid', 'This is not an amount: {}'],
  payment_contradicted: ['conflict', 'Payment {} is already known with other contents. What was known is kept.'],
  payment_not_held: ['conflict', 'Nothing is held of payment {}: it is not known, not confirmed, or used up.'],
  payment_being_refunded: [
    'conflict',
    'Money of that payment is on its way back to its customer, so it cannot be assigned to another owner now: {}.',
  ],
  payment_cancelled: ['conflict', 'Payment {} has been cancelled and cannot be confirmed.'],
  credit_exceeds_balance: ['invalid', 'The customer has less than that to take back: {}.'],
  order_reset_impossible: [
    'not_supported',
    'The shop cannot take a cancelled order back, so it cannot be reset here either.',
  ],
});

type Rows = typeof engineErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
