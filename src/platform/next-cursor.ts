/** The header with the cursor of a list's next page, used by server and client. Missing on the last page. */
export const NEXT_CURSOR = 'x-next-cursor';
