import * as z from 'zod';
import type { Clock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { ShopError } from '#shops/shop-connector.ts';
import { postBounded } from './bounded-post.ts';

/** Where the Admin API's access token comes from. Tokens live in memory only: never in the database, a log or an error. */
export interface TokenSource {
  /** @throws {ShopError} retryable, if no token is available now. */
  get(): Promise<string>;
  /**
   * Tells the source that the shop refused this token.
   * @returns whether `get` may now bring another one.
   */
  invalidate(refusedToken: string): boolean;
}

/** Visible ASCII only: a token with a line break would make fetch throw an error with the token in its message. */
const TOKEN_PATTERN = /^[\x21-\x7e]{1,4096}$/;
const MAXIMUM_ANSWER_BYTES = 64 * 1024;
const DEFAULT_TIMEOUT_MS = 10_000;
/** A token is renewed after this share of its lifetime, so that a failed renewal can be retried in time. */
const RENEW_AFTER_PART_OF_LIFE = 0.8;

/**
 * A token that an operator pasted into the settings; it doesn't expire, and when the shop refuses it there is no other.
 * @throws {Error} when the text can't be a token.
 */
export function staticToken(token: string): TokenSource {
  const trimmed = token.trim();
  if (!TOKEN_PATTERN.test(trimmed)) throw new Error("The shop's access token is empty or holds unusual characters.");
  return { get: async () => trimmed, invalidate: () => false };
}

export interface ClientCredentialsOptions {
  /** `https://{shop}/admin/oauth/access_token` */
  tokenUrl: string;
  clientId: string;
  clientSecret: string;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  log: Logger;
  /** 10 000 by default. */
  timeoutMs?: number | undefined;
}

interface IssuedToken {
  value: string;
  renewAtMs: number;
  expiresAtMs: number;
}

/**
 * Tokens by the client credentials grant, as apps made in the Dev Dashboard since 2026 get them: each lives for 24 hours
 * (shopify.dev, "Client credentials grant"). However many callers wait, one request for a token is under way at a time.
 */
export function clientCredentialsToken(options: ClientCredentialsOptions): TokenSource {
  let current: IssuedToken | undefined;
  let renewal: Promise<IssuedToken> | undefined;

  function renew(): Promise<IssuedToken> {
    renewal ??= requestToken(options)
      .then((issued) => {
        current = issued;
        return issued;
      })
      .finally(() => {
        renewal = undefined;
      });
    return renewal;
  }

  return {
    async get() {
      const nowMs = options.clock.now().getTime();
      if (current === undefined || nowMs >= current.expiresAtMs) return (await renew()).value;
      if (nowMs >= current.renewAtMs) {
        // The current token is still valid, so no caller waits for its successor and a failure is only a warning.
        renew().catch((error: unknown) =>
          options.log.warn({ reason: String(error) }, "The shop's access token could not be renewed yet."),
        );
      }
      return current.value;
    },
    invalidate(refusedToken) {
      // Another caller may have met the refusal first and have a new token already: that one stays.
      if (current?.value === refusedToken) current = undefined;
      return true;
    },
  };
}

const tokenAnswerSchema = z.object({
  access_token: z.string().regex(TOKEN_PATTERN),
  expires_in: z.int().positive(),
});

async function requestToken(options: ClientCredentialsOptions): Promise<IssuedToken> {
  const form = new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: options.clientId,
    client_secret: options.clientSecret,
  });
  const askedAtMs = options.clock.now().getTime();
  const answer = await postBounded(options.fetch, {
    url: options.tokenUrl,
    headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
    body: form.toString(),
    timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
    maximumAnswerBytes: MAXIMUM_ANSWER_BYTES,
  });
  if (answer.status !== 200) throw tokenRefusal(answer.status, answer.text);
  return readToken(answer.text, askedAtMs);
}

/**
 * All refusals are retryable: wrong credentials are mended in the settings, without touching the orders that wait.
 * No part of the answer but the error's own short code is repeated: the rest might echo the secret.
 */
function tokenRefusal(status: number, text: string): ShopError {
  const code = /"error"\s*:\s*"([a-z_]{1,64})"/.exec(text)?.[1];
  const detail = code === undefined ? '' : `, ${code}`;
  const isOurFault = status >= 400 && status < 500 && status !== 429;
  const advice = isOurFault ? "; check the app's client id and secret" : '';
  return new ShopError(`The shop gave us no access token (HTTP ${status}${detail})${advice}.`, {
    retryable: true,
  });
}

function readToken(text: string, askedAtMs: number): IssuedToken {
  const parsed = tokenAnswerSchema.safeParse(parseJsonOrNull(text));
  if (!parsed.success) throw new ShopError("The shop's answer holds no readable token.", { retryable: true });
  const lifeMs = parsed.data.expires_in * 1000;
  return {
    value: parsed.data.access_token,
    renewAtMs: askedAtMs + lifeMs * RENEW_AFTER_PART_OF_LIFE,
    expiresAtMs: askedAtMs + lifeMs,
  };
}

function parseJsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message would quote the text, and with it perhaps a token.
    return null;
  }
}
