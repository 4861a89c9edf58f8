/** Of an order's id, in characters. */
export const MAX_ORDER_ID_LENGTH = 256;

/** A memo has a few hundred characters; this is far more, and still quick to parse. */
export const MAX_MEMO_LENGTH = 16 * 1024;
