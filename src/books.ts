import { modules } from './modules.ts';
import { type BookCheck, bookChecksOf } from './platform/books.ts';

/** What reconciliation checks of the books of all contexts, beside those of the engine. */
export function allBookChecks(): Promise<readonly BookCheck[]> {
  return bookChecksOf(modules);
}
