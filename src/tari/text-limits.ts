/** Of an order's id, in characters. */
export const MAX_ORDER_ID_LENGTH = 256;

/** A memo is a few hundred characters; this is far beyond, and little enough to parse at once. */
export const MAX_MEMO_LENGTH = 16 * 1024;
