import { createHash, timingSafeEqual } from 'node:crypto';

/** Whether two texts are the same. It takes the same time for every text that is given, whatever its length. */
export function isSameSecret(given: string, secret: string): boolean {
  return timingSafeEqual(digest(given), digest(secret));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
