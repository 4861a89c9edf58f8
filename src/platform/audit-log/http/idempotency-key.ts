import { createHash } from 'node:crypto';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '#auth/http/guard.ts';
import type { ChangeRequest } from '#platform/audit-log/operator-actions.ts';
import { HttpError } from '#platform/http/errors.ts';

declare module 'fastify' {
  interface FastifyRequest {
    /** The body as it was sent; empty where none was. */
    rawText: string;
  }
}

const LONGEST_KEY = 255;

/**
 * Who asks for a change, and under which Idempotency-Key. The fingerprint covers method, path and body as they were
 * sent: another request under the same key is refused.
 */
export function changeRequestOf(request: FastifyRequest): ChangeRequest {
  const actor = callerOf(request).name;
  const key = request.headers['idempotency-key'];
  if (key === undefined) return { actor };
  if (typeof key !== 'string' || !/^[\x21-\x7e]+$/.test(key) || key.length > LONGEST_KEY) {
    throw new HttpError('invalid_request', `Idempotency-Key: must be 1 to ${LONGEST_KEY} visible ASCII characters.`);
  }
  const hash = createHash('sha256').update(`${request.method} ${request.url}\n`).update(request.rawText);
  return { actor, idempotency: { key, fingerprint: hash.digest('base64url') } };
}
