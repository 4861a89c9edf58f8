import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** Errors of rates and prices that callers can cause. Existing clients match these sentences, so they must not change. */
export const rateErrors = defineErrors({
  invalid_price: ['invalid', 'The price of the order cannot be read: {}'],
  unsupported_currency: ['invalid', '{} is not a supported currency: no exchange rate is set for it.'],
  exchange_rate_not_found: ['not_found', 'No exchange rate is set for {}.'],
  exchange_rate_fixed: ['invalid', 'The rate of {} cannot be set: it is Tari itself.'],
});

type Rows = typeof rateErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
