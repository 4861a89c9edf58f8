import { readWrittenTime } from '#platform/written-time.ts';

/** RFC 3339 with its zone; seconds may be missing. A + in a form that was not escaped arrives as a blank. */
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+ -]\d{2}:\d{2})$/i;

/** The start or the expiry of an agreement. Without a zone it would be another moment on another machine. */
export function readTermTime(text: string): Date | undefined {
  return TIME.test(text) ? readWrittenTime(text) : undefined;
}
