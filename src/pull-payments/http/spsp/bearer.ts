import type { IncomingHttpHeaders } from 'node:http';
import { isSameSecret } from '#platform/sha256.ts';

/** The token of `Authorization: Bearer`, scheme and blank as the original has them. */
export function bearerIn({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /^Bearer (\S+)$/.exec(authorization)?.[1];
}

/** The same with the scheme in any case, as peers on Interledger write it. */
export function bearerOfPeerIn({ authorization = '' }: IncomingHttpHeaders): string | undefined {
  return /^Bearer +(\S+)$/i.exec(authorization)?.[1];
}

export function isSecret(given: string | undefined, secret: string): boolean {
  return isSameSecret(given ?? '', secret) && given !== undefined;
}
