import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

export const payoutErrors = defineErrors({
  refund_not_found: ['not_found', 'There is no refund {}.'],
  payout_not_found: ['not_found', 'There is no payout {}.'],
  refund_amount_invalid: ['unprocessable', 'This amount cannot be refunded. {}'],
  refund_exceeds_rest: ['unprocessable', 'That is more than can be given back. {}'],
  refund_impossible: ['unprocessable', 'This cannot be refunded. {}'],
  refund_no_payer: [
    'unprocessable',
    'The money did not come from one wallet that only this customer uses, so it cannot go back there. Let the customer choose an address, or enter one.',
  ],
  payout_address_refused: ['unprocessable', 'Nothing can be paid to that address. {}'],
  refund_change_forbidden: ['conflict', 'The refund cannot be changed now. {}'],
  payout_change_forbidden: ['conflict', 'The payout cannot be changed now. {}'],
  approval_by_requester: ['forbidden', 'A second person must approve it: {}.'],
  approval_outdated: ['conflict', 'Its amount or its address is not what you saw. Look at it again: {}.'],
  refund_money_moved: [
    'conflict',
    'The money cannot go back to the customer’s credit: the rest of payment {} belongs to another owner by now. Assign it back to the customer first.',
  ],
  payouts_stopped: ['conflict', 'Payouts are stopped. {}'],
  payout_switch_no_op: ['conflict', 'Payouts are {} already.'],
  payout_lease_lost: ['conflict', 'Do not pay it: the payout {} is not leased to you any more.'],
  payout_contradicted: ['conflict', 'What you report contradicts what is known of the payout. {}'],
  sweep_impossible: ['unprocessable', 'This cannot be swept. {}'],
});

type Rows = typeof payoutErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
