import rateLimit from '@fastify/rate-limit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { networkOf } from '#platform/ip-address.ts';
import { HttpError } from './errors.ts';

const WINDOW_MS = 60_000;

/** Addresses that are counted at once; the one seen longest ago makes room. */
const MOST_ADDRESSES = 10_000;

export interface StrangerLimit {
  /** Counts one request of a stranger, and refuses it with 429 when its address has had too many in this minute. */
  (request: FastifyRequest, reply: FastifyReply): Promise<void>;
  /** Refuses a request, without counting it, whose address has had too many. */
  refuseExceeded(request: FastifyRequest, reply: FastifyReply): void;
  /**
   * The same for a body that need not be read then. A small one is read all the same: behind a proxy that hides addresses
   * it may be a webhook of the shop, which strangers must not keep out.
   */
  refuseBody(request: FastifyRequest, reply: FastifyReply): void;
}

/** Shopify's bodies are about 10 KB, reports of hot wallets far less. */
const SMALL_BODY_BYTES = 64 * 1024;

const NO_LIMIT: StrangerLimit = Object.assign(async () => undefined, {
  refuseExceeded: () => undefined,
  refuseBody: () => undefined,
});

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
  if (requestsPerMinute === 0) return NO_LIMIT;
  // The plugin's own `ipv6Subnet` counts only where the address is found by the plugin itself.
  const keyOf = (request: FastifyRequest) => networkOf(clientAddress(request));
  await app.register(rateLimit, {
    global: false,
    max: requestsPerMinute,
    timeWindow: WINDOW_MS,
    cache: MOST_ADDRESSES,
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

/** Addresses that have had all their requests of this minute. The one that came first makes room. */
class ExceededAddresses {
  readonly #until = new Map<string, number>();

  add(address: string, ttlMs: number): void {
    if (this.#until.size >= MOST_ADDRESSES) {
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
