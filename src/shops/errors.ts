import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** Errors of the shop that callers can cause. Existing clients match these sentences, so they must not change. */
export const shopErrors = defineErrors({
  webhook_not_set_aside: ['not_found', 'There is no webhook {} that is set aside.'],
  shop_not_configured: ['not_supported', 'No shop is configured whose orders could be read.'],
  shop_unreachable: [
    'upstream_failed',
    'The shop could not be asked for all of its open orders. Those that it told of are taken in. Please try again later.',
  ],
  no_shop_for_prices: ['not_supported', 'No shop is configured whose prices could be set.'],
  price_update_not_found: ['not_found', 'There is no price update {}.'],
  price_update_finished: ['conflict', 'Price update {}, so there is nothing to try again.'],
});

type Rows = typeof shopErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
