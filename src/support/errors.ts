import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

/** Errors of the console's pages. */
export const supportErrors = defineErrors({
  page_not_found: ['not_found', 'There is no page {}.'],
  page_forbidden: ['forbidden', 'You may not see this page. {}'],
  too_many_saved_views: ['conflict', 'You have {} saved lists, which is the most. Forget one first.'],
  filter_invalid: ['invalid', 'The list cannot be filtered so: {}'],
});

type Rows = typeof supportErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
