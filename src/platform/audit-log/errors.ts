import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** Errors that callers of operator actions can cause. Existing clients match these sentences, so they must not change. */
export const auditLogErrors = defineErrors({
  idempotency_key_reused: ['unprocessable', 'The Idempotency-Key was used for another request before.'],
});

type Rows = typeof auditLogErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
