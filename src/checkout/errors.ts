import { defineErrors } from '#platform/errors.ts';

/** Why customers have no pages. */
export const checkoutErrors = defineErrors({
  pay_page_off: ['not_supported', 'Customers have no pay page here: set TPG_PUBLIC_URL, and leave TPG_PAY_PAGE on.'],
});

type Rows = typeof checkoutErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
