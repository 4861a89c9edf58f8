/** The largest signed integer of 64 bits: of ids that a database counts, and of its columns of amounts. */
export const MAX_I64 = 2n ** 63n - 1n;

/** The largest unsigned integer of 64 bits: of nonces. */
export const MAX_U64 = 2n ** 64n - 1n;
