import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import type { ChangeRequest } from '#platform/audit-log/operator-actions.ts';
import { callerOf } from '#platform/http/caller.ts';
import { HttpError } from '#platform/http/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent; empty if there was none. */
    rawText: string;
  }
}

const MAX_KEY_LENGTH = 255;

/**
 * The operator who requests a change, and its Idempotency-Key. The fingerprint covers method, path and body as they
 * were sent: a different request with the same key is refused.
 */
export function changeRequestOf(request: FastifyRequest): ChangeRequest {
  const actor = callerOf(request).name;
  const key = request.headers['idempotency-key'];
  if (key === undefined) return { actor };
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key) || key.length > MAX_KEY_LENGTH) {
    throw new HttpError('invalid_request', `Idempotency-Key: must be 1 to ${MAX_KEY_LENGTH} visible ASCII characters.`);
  }
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`).update(request.rawText);
  return { actor, idempotency: { key, fingerprint: hash.digest('base64url') } };
}
