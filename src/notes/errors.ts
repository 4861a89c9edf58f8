import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

export const noteErrors = defineErrors({
  note_not_found: ['not_found', 'There is no note {}.'],
  note_struck_already: ['conflict', 'The note {} is struck out already.'],
  too_many_notes: ['conflict', 'There is no room for another note on {}.'],
});

type Rows = typeof noteErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
