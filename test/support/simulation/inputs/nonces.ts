/** The largest that a signed message may carry. */
export const LARGEST_NONCE = 2n ** 64n - 1n;

/** How far the nonces of one sender are apart: mostly they count, sometimes they are times. */
export const NONCES_APART = [1, 1, 1, 2, 1_000, 1_767_225_600_000] as const;
