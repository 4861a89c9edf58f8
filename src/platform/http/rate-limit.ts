import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '#platform/ip-address.ts';
import { HttpError } from './errors.ts';

const WINDOW_MS = 60_000;

/** Addresses that are counted; beyond this, the least recently seen one is evicted. */
const MAX_ADDRESSES = 10_000;

export interface AnonymousRateLimit {
  /** Counts an anonymous request, and refuses it with 429 if its address has exceeded the limit of this minute. */
  (request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Refuses a request, without counting it, if its address has exceeded the limit. */
  refuseExceeded(request: FastifyRequest, reply: FastifyReply): void;
  /**
   * The same before the body is read. A small body is read anyway: behind a proxy that hides addresses the request may be
   * a webhook of the shop, which anonymous callers must not lock out.
   */
  refuseBody(request: FastifyRequest, reply: FastifyReply): void;
}

/** Shopify's bodies are about 10 KB, reports of hot wallets far smaller. */
const SMALL_BODY_BYTES = 64 * 1024;

const NO_LIMIT: AnonymousRateLimit = Object.assign(async () => undefined, {
  refuseExceeded: () => undefined,
  refuseBody: () => undefined,
});

/**
 * Limits anonymous requests by address: /auth, /order/claim, unknown paths, and every request that fails to
 * authenticate. Requests with a valid HMAC, wallet signature or access token are never counted.
 * @param requestsPerMinute 0 disables the limit.
 */
export async function createAnonymousRateLimit(
  app: FastifyInstance,
  requestsPerMinute: number,
  clientAddress: (request: FastifyRequest) => string,
): Promise<AnonymousRateLimit> {
  if (requestsPerMinute === 0) return NO_LIMIT;
  // The plugin's own `ipv6Subnet` only applies to addresses that the plugin determines itself.
  const keyOf = (request: FastifyRequest) => networkOf(clientAddress(request));
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: WINDOW_MS,
    cache: MAX_ADDRESSES,
    keyGenerator: keyOf,
  });
  const count = app.createRateLimit();
  const exceeded = new ExceededAddresses();
  const refuse = (reply: FastifyReply, seconds: number): never => {
    reply.header('retry-after', seconds);
    throw new HttpError('rate_limited', String(seconds));
  };
  const limit = async (request: FastifyRequest, reply: FastifyReply) => {
    const found = await count(request);
    if (found.isAllowed) return;
    if (found.remaining === 0) exceeded.add(keyOf(request), found.ttl);
    if (found.isExceeded) refuse(reply, found.ttlInSeconds);
  };
  const refuseExceeded = (request: FastifyRequest, reply: FastifyReply) => {
    const seconds = exceeded.secondsLeft(keyOf(request));
    if (seconds > 0) refuse(reply, seconds);
  };
  const isSmall = ({ headers }: FastifyRequest) => Number(headers['content-length']) <= SMALL_BODY_BYTES;
  return Object.assign(limit, {
    refuseExceeded,
    refuseBody(request: FastifyRequest, reply: FastifyReply) {
      if (!isSmall(request)) refuseExceeded(request, reply);
    },
  });
}

/** Addresses that have exceeded the limit of this minute. Beyond the maximum, the oldest entry is evicted. */
class ExceededAddresses {
  readonly #until = new Map<string, number>();

  add(address: string, ttlMs: number): void {
    if (this.#until.size >= MAX_ADDRESSES) {
      for (const [first] of this.#until) {
        this.#until.delete(first);
        break;
      }
    }
    this.#until.set(address, performance.now() + ttlMs);
  }

  secondsLeft(address: string): number {
    const until = this.#until.get(address);
    if (until === undefined) return 0;
    const leftMs = until - performance.now();
    if (leftMs <= 0) this.#until.delete(address);
    return Math.ceil(leftMs / 1000);
  }
}
