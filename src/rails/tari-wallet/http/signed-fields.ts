import type { FastifyReply, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import * as z from 'zod';
import type { WalletMessage } from '#auth/wallets.ts';
import { DomainError, type ErrorCode } from '#platform/errors.ts';
import { address, nonce } from '#platform/http/fields.ts';
import type { AnonymousRateLimit } from '#platform/http/rate-limit.ts';
import { JsonError } from '#platform/json.ts';

/** What the signed requests of wallets have in common. */

/** 128 characters of hex: R and s. */
const signature = z.string().regex(/^[0-9a-fA-F]{128}$/, 'must be 128 characters of hex');

export const auth = z.object({ address, nonce, signature });

export interface SignedPorts {
  clientAddress: (request: FastifyRequest) => string;
  limitStrangers: AnonymousRateLimit;
}

/** How requests that prove nobody are counted, and how the others become messages. */
export function signedRequests({ clientAddress, limitStrangers }: SignedPorts) {
  return {
    /** The request as a message of its wallet, over the exact JSON that was signed. */
    messageOf: (request: FastifyRequest, given: z.output<typeof auth>, payload: string): WalletMessage => ({
      ...given,
      payload,
      remoteAddress: clientAddress(request),
    }),

    /** Before a body is read, for strangers who have sent too many that proved nobody. */
    refuseImpostorsBody: (async (request, reply) =>
      limitStrangers.refuseBody(request, reply)) satisfies onRequestAsyncHookHandler as onRequestAsyncHookHandler,

    /** A request that fails before or at its authentication counts against the rate limit of anonymous callers. */
    async countImpostor(error: unknown, request: FastifyRequest, reply: FastifyReply): Promise<never> {
      if (provesNobody(error)) await limitStrangers(request, reply);
      throw error;
    },
  };
}

export const IMPOSTURES = [
  'wallet_not_authorized',
  'wallet_signature_invalid',
  'wallet_nonce_not_increasing',
] as const satisfies readonly ErrorCode[];

const IS_IMPOSTURE: ReadonlySet<ErrorCode> = new Set(IMPOSTURES);

/** Whether a request failed authentication: its body is unreadable or malformed, or its signature, nonce or sender is wrong. */
function provesNobody(error: unknown): boolean {
  if (error instanceof DomainError) return IS_IMPOSTURE.has(error.code);
  if (error instanceof JsonError) return true;
  const { code, validation } = error as { code?: unknown; validation?: unknown };
  return validation !== undefined || (typeof code === 'string' && code.startsWith('FST_ERR_CTP_'));
}
