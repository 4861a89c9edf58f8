import { createHash, timingSafeEqual } from 'node:crypto';

/** The SHA-256 of a text's UTF-8, as 64 hex characters. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Whether two texts are the same. It takes the same time for every text that is given, whatever its length. */
export function isSameSecret(given: string, secret: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(secret));
}
