import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** What callers can do wrong in actions of operators. Existing clients match these sentences, so their words stay. */
export const auditLogErrors = defineErrors({
  idempotency_key_reused: ['unprocessable', 'The Idempotency-Key was used for another request before.'],
});

type Rows = typeof auditLogErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
