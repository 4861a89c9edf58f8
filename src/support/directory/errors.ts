import { defineErrors } from '#platform/errors.ts';

export { DomainError } from '#platform/errors.ts';

export const directoryErrors = defineErrors({
  directory_missing: [
    'unprocessable',
    'This server keeps no e-mail addresses, and is connected to no directory of customers: search by order, customer or wallet.',
  ],
  directory_failed: ['upstream_failed', 'The directory of customers could not be asked: {}'],
});

type Rows = typeof directoryErrors;

declare module '#platform/errors.ts' {
  interface ErrorRegistry extends Rows {}
}
