import { jwtVerify } from 'jose';
import { parseJson } from '#platform/json.ts';
import type { TokenAlgorithm } from '#pull-payments/setting-values.ts';
import { tokenHashOf } from '#pull-payments/token-hash.ts';
import type { Fields } from './fields.ts';

/** What stands behind the host of a pointer: the id of an agreement, or a token that was signed offline. */

/** Longer than any token with all its fields; an ILP address was the limit of the original, with 900. */
export const MAX_TOKEN_LENGTH = 4096;

export interface Pointer {
  /** What its agreement is found by. */
  hash: string;
  /** What the token says; null for an id. */
  claims: Fields | null;
}

export interface TokenKey {
  secret: Uint8Array;
  algorithms: readonly TokenAlgorithm[];
}

/**
 * Reads a pointer, and checks the signature and the times (`exp`, `nbf`) of a token each time: a part of it that says what
 * is agreed can be guessed. Undefined if it is neither an id nor a good token.
 */
export async function readPointer(text: string, key: TokenKey, now: Date): Promise<Pointer | undefined> {
  if (isId(text)) return { hash: tokenHashOf(text), claims: null };
  const signed = signedPartOf(text);
  if (signed === undefined) return undefined;
  const claims = await claimsOf(text, key, now);
  return claims === undefined ? undefined : { hash: tokenHashOf(signed), claims };
}

/** What the agreement of a pointer is found by, for who needs no proof that the pointer is good. */
export function hashOfPointer(text: string): string {
  return tokenHashOf(isId(text) ? text : (signedPartOf(text) ?? text));
}

function isId(text: string): boolean {
  return /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(text);
}

/**
 * Header and payload of a token. A signature can be written in several ways that all verify, with other last letters or
 * with padding: only the canonical one counts, and an agreement is found by what is signed.
 */
function signedPartOf(text: string): string | undefined {
  if (text.length > MAX_TOKEN_LENGTH) return undefined;
  const parts = text.split('.');
  const [header = '', payload = ''] = parts;
  return parts.length === 3 && parts.every(isCanonical) ? `${header}.${payload}` : undefined;
}

function isCanonical(part: string): boolean {
  return part !== '' && Buffer.from(part, 'base64url').toString('base64url') === part;
}

async function claimsOf(text: string, { secret, algorithms }: TokenKey, now: Date): Promise<Fields | undefined> {
  try {
    await jwtVerify(text, secret, { algorithms: [...algorithms], currentDate: now });
    // Amounts may exceed 2^53, which jose reads with a loss.
    const [, payload = ''] = text.split('.');
    return parseJson(Buffer.from(payload, 'base64url').toString('utf8')) as Fields;
  } catch {
    return undefined;
  }
}
