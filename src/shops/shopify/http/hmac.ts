import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * - `valid`: one of the secrets signed this body.
 * - `missing`: there is no signature to check.
 * - `invalid`: none of the secrets signed this body.
 */
export type ShopHmacVerdict = 'valid' | 'missing' | 'invalid';

/**
 * Checks `X-Shopify-Hmac-Sha256`: the HMAC-SHA256 of the body's raw bytes, in base64.
 * @param secrets the app's client secret, and the one before it while it changes. An empty one signs nothing.
 */
export function verifyShopHmac(
  rawBody: Buffer,
  header: string | undefined,
  secrets: readonly string[],
): ShopHmacVerdict {
  const given = header?.trim() ?? '';
  if (given === '') return 'missing';
  // Every secret is tried even if an earlier one matches: the time must not reveal which of them is in use.
  const matches = secrets.map((secret) => secret !== '' && isSignedWith(rawBody, given, secret));
  return matches.includes(true) ? 'valid' : 'invalid';
}

/** Compares texts rather than bytes: base64 decoders are lenient, and a signature should have only one form. */
function isSignedWith(rawBody: Buffer, given: string, secret: string): boolean {
  const expected = createHmac('sha256', secret).update(rawBody).digest('base64');
  const givenBytes = Buffer.from(given);
  const expectedBytes = Buffer.from(expected);
  return givenBytes.length === expectedBytes.length && timingSafeEqual(givenBytes, expectedBytes);
}
