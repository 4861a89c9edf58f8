import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** What callers can do wrong in dead letters. Existing clients match these sentences, so their words stay. */
export const outboxErrors = defineErrors({
  dead_letter_not_found: ['not_found', 'There is no dead letter of {}.'],
});

type Rows = typeof outboxErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
