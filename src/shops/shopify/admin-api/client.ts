import * as z from 'zod';
import type { Clock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { ShopError } from '#shops/shop-connector.ts';
import { type PostAnswer, postBounded } from './bounded-post.ts';
import { createCostBucket } from './cost-bucket.ts';
import { errorOfGraphql, errorOfStatus, type GraphqlError } from './errors.ts';
import { operationName } from './operations.ts';
import { pause, type Sleep } from './sleep.ts';
import type { TokenSource } from './tokens.ts';

export interface AdminClientOptions {
  /** Complete: `https://{shop}/admin/api/{version}/graphql.json`. */
  url: string;
  /** The version that `url` asks for, such as `2026-10`. */
  apiVersion: string;
  token: TokenSource;
  fetch: typeof globalThis.fetch;
  clock: Clock;
  sleep: Sleep;
  /** Uniform in [0, 1): adds jitter, so that waiting processes don't all retry at the same time. */
  random: () => number;
  /** For one request and its whole response; 10 000 by default. */
  timeoutMs?: number | undefined;
  log: Logger;
}

/** A GraphQL client of Shopify's Admin API that respects the shop's rate limits. */
export interface AdminClient {
  /**
   * @param document one of `operations.ts`.
   * @param schema the schema of `data`. User errors, the third layer, are a part of it and left to the caller.
   * @throws {ShopError} whose `retryable` says whether the same request may succeed later.
   */
  request<T>(
    document: string,
    variables: Readonly<Record<string, unknown>>,
    schema: z.ZodType<T>,
    options?: { signal?: AbortSignal | undefined },
  ): Promise<T>;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Our largest answer is a page of 50 orders, which is some 50 kilobytes unless customers write long notes. */
const MAXIMUM_ANSWER_BYTES = 1024 * 1024;
/** How often a throttled request is retried before the caller's own schedule takes over. */
const MAXIMUM_THROTTLED_REPEATS = 3;
/** A longer wait than this is handed to the caller, whose schedule survives a restart. */
const MAXIMUM_WAIT_MS = 30_000;
const MIN_THROTTLED_WAIT_MS = 100;
const DEFAULT_RETRY_AFTER_MS = 1000;
/** The cost of a mutation; assumed for a document until the shop has reported its actual cost. */
const ASSUMED_COST = 10;
const MAXIMUM_MESSAGE_LENGTH = 300;

type Verdict =
  | { kind: 'data'; data: unknown }
  | { kind: 'throttled'; waitMs: number; error: ShopError }
  | { kind: 'unauthorized'; error: ShopError };

interface Request {
  document: string;
  operation: string;
  variables: Readonly<Record<string, unknown>>;
  signal: AbortSignal | undefined;
}

export function createAdminClient(options: AdminClientOptions): AdminClient {
  const bucket = createCostBucket(options.clock);
  /** By document, and there are as many as constants in `operations.ts`. */
  const learntCosts = new Map<string, number>();
  let warnedOfVersion = false;

  async function requestData(request: Request): Promise<unknown> {
    let mayRenewToken = true;
    for (let throttledRepeats = 0; ; ) {
      const token = await options.token.get();
      await waitForRoom(request);
      const verdict = judge(request, await post(request, token), token);
      if (verdict.kind === 'data') return verdict.data;
      if (verdict.kind === 'unauthorized') {
        if (!mayRenewToken || !options.token.invalidate(token)) throw verdict.error;
        mayRenewToken = false;
      } else {
        if (throttledRepeats === MAXIMUM_THROTTLED_REPEATS || verdict.waitMs > MAXIMUM_WAIT_MS) throw verdict.error;
        throttledRepeats += 1;
        options.log.warn({ operation: request.operation, waitMs: verdict.waitMs }, 'The shop throttles us.');
        await spreadPause(verdict.waitMs, request.signal);
      }
    }
  }

  async function waitForRoom(request: Request): Promise<void> {
    const waitMs = bucket.reserve(learntCosts.get(request.document) ?? ASSUMED_COST);
    if (waitMs === 0) return;
    if (waitMs > MAXIMUM_WAIT_MS) throw errorOfStatus(429, waitMs);
    options.log.debug({ operation: request.operation, waitMs }, "Waiting for room in the shop's rate limit.");
    await spreadPause(waitMs, request.signal);
  }

  /** Waits up to a tenth longer than asked: never shorter, or the shop would refuse again. */
  function spreadPause(waitMs: number, signal: AbortSignal | undefined): Promise<void> {
    return pause(options.sleep, Math.ceil(waitMs * (1 + options.random() / 10)), signal);
  }

  async function post(request: Request, token: string): Promise<PostAnswer> {
    const startedMs = options.clock.now().getTime();
    const answer = await postBounded(options.fetch, {
      url: options.url,
      headers: {
        'content-type': 'application/json',
        accept: 'application/json',
        'x-shopify-access-token': token,
      },
      body: JSON.stringify({ query: request.document, variables: request.variables }),
      timeoutMs: options.timeoutMs ?? DEFAULT_TIMEOUT_MS,
      maximumAnswerBytes: MAXIMUM_ANSWER_BYTES,
      signal: request.signal,
    });
    const durationMs = options.clock.now().getTime() - startedMs;
    options.log.debug({ operation: request.operation, status: answer.status, durationMs }, 'The shop answered.');
    warnOfOtherVersion(answer.headers.get('x-shopify-api-version'));
    return answer;
  }

  /** Shopify answers a request for a retired version with its oldest supported one, and only says so here. */
  function warnOfOtherVersion(answeredVersion: string | null): void {
    if (warnedOfVersion || answeredVersion === null || answeredVersion === options.apiVersion) return;
    warnedOfVersion = true;
    options.log.warn(
      { askedVersion: options.apiVersion, answeredVersion: answeredVersion.slice(0, 32) },
      'The shop answers with another API version than requested: TPG_SHOPIFY_API_VERSION is out of date.',
    );
  }

  function judge(request: Request, answer: PostAnswer, token: string): Verdict {
    if (answer.status === 401) return { kind: 'unauthorized', error: errorOfStatus(401) };
    if (answer.status === 429) {
      const waitMs = readRetryAfterMs(answer.headers.get('retry-after'));
      return { kind: 'throttled', waitMs, error: errorOfStatus(429, waitMs) };
    }
    if (answer.status !== 200) throw errorOfStatus(answer.status);
    const envelope = readEnvelope(answer.text);
    const cost = envelope.extensions?.cost;
    if (cost !== undefined) learnCost(request, cost);
    const errors = readErrors(envelope.errors, token);
    if (errors.length === 0) return { kind: 'data', data: envelope.data };
    const error = errorOfGraphql(errors, envelope.data !== undefined || !Array.isArray(envelope.errors));
    if (error.code !== 'THROTTLED') throw error;
    const waitMs = throttledWaitMs(cost);
    return { kind: 'throttled', waitMs, error: errorOfStatus(429, waitMs) };
  }

  function learnCost(request: Request, cost: Cost): void {
    learntCosts.set(request.document, cost.requestedQueryCost);
    bucket.learn(cost.throttleStatus);
    options.log.debug({ operation: request.operation, cost }, 'What the request cost.');
  }

  return {
    async request(document, variables, schema, requestOptions) {
      const operation = operationName(document);
      const data = await requestData({ document, operation, variables, signal: requestOptions?.signal });
      const parsed = schema.safeParse(data);
      if (parsed.success) return parsed.data;
      const where = parsed.error.issues[0]?.path.join('.') || 'data';
      throw new ShopError(`The shop's answer to ${operation} has an unexpected form at ${where}.`, {
        retryable: true,
      });
    },
  };
}

const costSchema = z.object({
  requestedQueryCost: z.number().nonnegative(),
  throttleStatus: z.object({
    maximumAvailable: z.number().positive(),
    currentlyAvailable: z.number(),
    restoreRate: z.number().positive(),
  }),
});
type Cost = z.infer<typeof costSchema>;

const envelopeSchema = z.object({
  data: z.unknown().optional(),
  errors: z.unknown().optional(),
  extensions: z
    .object({ cost: costSchema.optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

const errorEntrySchema = z.object({
  message: z.string().catch('no message'),
  extensions: z
    .object({ code: z.string().optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

function readEnvelope(text: string): z.infer<typeof envelopeSchema> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    throw new ShopError("The shop's answer is not JSON.", { retryable: true });
  }
  const envelope = envelopeSchema.safeParse(parsed);
  if (envelope.success) return envelope.data;
  throw new ShopError("The shop's answer is not a GraphQL answer.", { retryable: true });
}

/** `errors` is a list by the specification; some of Shopify's responses have a plain text there. */
function readErrors(errors: unknown, token: string): GraphqlError[] {
  if (errors === undefined || errors === null) return [];
  const entries = Array.isArray(errors) ? errors : [{ message: String(errors) }];
  return entries.map((entry) => {
    const parsed = errorEntrySchema.safeParse(entry);
    if (!parsed.success) return { message: 'no message', code: undefined };
    return {
      message: withoutToken(parsed.data.message, token).slice(0, MAXIMUM_MESSAGE_LENGTH),
      code: parsed.data.extensions?.code?.slice(0, 64),
    };
  });
}

/** A proxy between us and the shop might quote our headers; what it quotes ends up in logs and in the database. */
function withoutToken(text: string, token: string): string {
  return text.replaceAll(token, '[access token]');
}

function throttledWaitMs(cost: Cost | undefined): number {
  if (cost === undefined) return DEFAULT_RETRY_AFTER_MS;
  const { currentlyAvailable, restoreRate } = cost.throttleStatus;
  const waitMs = ((cost.requestedQueryCost - currentlyAvailable) / restoreRate) * 1000;
  return Math.max(MIN_THROTTLED_WAIT_MS, Math.ceil(waitMs));
}

/** Shopify writes seconds with a decimal point (`2.0`); a proxy may write a date, for which a second has to do. */
function readRetryAfterMs(header: string | null): number {
  if (header === null || !/^\d{1,6}(\.\d{1,6})?$/.test(header)) return DEFAULT_RETRY_AFTER_MS;
  return Math.max(MIN_THROTTLED_WAIT_MS, Math.ceil(Number(header) * 1000));
}
