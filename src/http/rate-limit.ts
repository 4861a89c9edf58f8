import rateLimit, { normalizeIP } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { HttpError } from './errors.ts';

const WINDOW_MS = 60_000;

/** Addresses that are counted at once; the one seen longest ago makes room. */
const MOST_ADDRESSES = 10_000;

/** Whoever has one IPv6 address has a whole network of this prefix length, and all of it counts as one. */
const IPV6_PREFIX_LENGTH = 64;

/** Counts one request of a stranger, and refuses it with 429 when its address has had too many in this minute. */
export type StrangerLimit = (request: FastifyRequest, reply: FastifyReply) => Promise<void>;

/**
 * What a stranger can reach is limited by address: /auth, /order/claim, unknown paths, and every request that fails
 * to prove who sent it. What carries a valid HMAC, wallet signature or access token is never counted.
 * @param requestsPerMinute 0 is off.
 */
export async function createStrangerLimit(
  app: FastifyInstance,
  requestsPerMinute: number,
  clientAddress: (request: FastifyRequest) => string,
): Promise<StrangerLimit> {
  if (requestsPerMinute === 0) return async () => undefined;
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: WINDOW_MS,
    cache: MOST_ADDRESSES,
    // The plugin's own `ipv6Subnet` counts only where the address is found by the plugin itself.
    keyGenerator: (request) => normalizeIP(clientAddress(request), IPV6_PREFIX_LENGTH),
  });
  const count = app.createRateLimit();
  return async (request, reply) => {
    const limit = await count(request);
    if (limit.isAllowed || !limit.isExceeded) return;
    reply.header('retry-after', limit.ttlInSeconds);
    throw new HttpError('rate_limited', String(limit.ttlInSeconds));
  };
}
