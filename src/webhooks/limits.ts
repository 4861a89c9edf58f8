/** Limits that the interface tells, too. */

/** What every server takes. */
export const MAX_URL_LENGTH = 2000;

/** What is kept of an answer: enough to see what went wrong. */
export const MAX_ANSWER_BYTES = 1024;
