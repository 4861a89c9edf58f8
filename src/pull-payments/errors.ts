import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

export const pullPaymentErrors = defineErrors({
  pull_pointer_not_found: ['not_found', 'There is no pull pointer {}.'],
  pull_pointer_cancelled: ['conflict', 'The pull pointer {} was cancelled, which is final.'],
  pull_packet_not_found: ['not_found', 'There is no packet {}.'],
  pull_packet_not_unknown: ['conflict', 'The outcome of packet {} is known already.'],
  pull_terms_refused: ['invalid', 'These terms cannot be kept: {}.'],
  no_rate_between_assets: ['conflict', 'There is no rate from {}.'],
});

type Rows = typeof pullPaymentErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
