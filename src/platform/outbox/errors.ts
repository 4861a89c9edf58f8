import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** Errors that callers of dead letters can cause. Existing clients match these sentences, so they must not change. */
export const outboxErrors = defineErrors({
  dead_letter_not_found: ['not_found', 'There is no dead letter of {}.'],
});

type Rows = typeof outboxErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
