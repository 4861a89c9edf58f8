import { defineErrors } from '#platform/errors.ts';

/** Why a webhook is refused before it is read. */
export const shopifyErrors = defineErrors({
  hmac_missing: ['forbidden', 'No HMAC signature found.'],
  hmac_invalid: ['forbidden', 'Invalid HMAC signature.'],
  shop_unknown: ['forbidden', 'The webhook was sent for another shop than the one that this server serves.'],
});

type Rows = typeof shopifyErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
