import { setTimeout as sleepFor } from 'node:timers/promises';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { type Clock, systemClock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { type AdminClientOptions, createAdminClient } from '#shops/shopify/admin-api/client.ts';
import { createCostBucket } from '#shops/shopify/admin-api/cost-bucket.ts';
import { AdminApiError } from '#shops/shopify/admin-api/errors.ts';
import { READ_CONNECTION, READ_ORDER } from '#shops/shopify/admin-api/operations.ts';
import { staticToken } from '#shops/shopify/admin-api/tokens.ts';
import type { FaultKind } from '#test/fake-shopify/faults.ts';
import {
  type ShopifyStandIn,
  STAND_IN_TOKEN,
  type StandInOptions,
  startShopifyStandIn,
} from '#test/fake-shopify/server.ts';
import { createTestLog, createTestSleep, everythingIn, failure } from '#test/shopify-client.ts';

const ANYTHING = z.record(z.string(), z.unknown());

let standIn: ShopifyStandIn;
afterEach(() => standIn.close());

async function start(options: StandInOptions = {}, clientOptions: Partial<AdminClientOptions> = {}) {
  standIn = await startShopifyStandIn(options);
  const log = createTestLog();
  const { pauses, sleep } = createTestSleep();
  const client = createAdminClient({
    url: `${standIn.url}/graphql.json`,
    apiVersion: '2026-10',
    token: staticToken(STAND_IN_TOKEN),
    fetch,
    clock: systemClock,
    sleep,
    random: () => 0,
    log,
    timeoutMs: 2000,
    ...clientOptions,
  });
  const read = (signal?: AbortSignal) => client.request(READ_CONNECTION, {}, ANYTHING, { signal });
  return { client, log, pauses, read };
}

describe('errors of all layers', () => {
  it.each<[FaultKind, boolean, RegExp]>([
    ['http_400', false, /refused the request/],
    ['http_402', true, /plan wasn't paid for/],
    ['http_403', true, /installed and has its scopes/],
    ['http_404', true, /its name and the API version/],
    ['http_301', true, /moved to another address/],
    ['http_408', true, /refused the request/],
    ['http_423', true, /locked for the moment/],
    ['http_500', true, /an internal problem/],
    ['http_503', true, /an internal problem/],
    ['unauthorized', true, /access token: it was revoked or replaced/],
    ['not_json', true, /not JSON/],
    ['oversized', true, /longer than 1048576 bytes/],
    ['graphql_ACCESS_DENIED', true, /read_orders and write_orders/],
    ['graphql_SHOP_INACTIVE', true, /not active/],
    ['graphql_INTERNAL_SERVER_ERROR', true, /an internal problem/],
    ['graphql_SOMETHING_NEW', true, /SOMETHING_NEW/],
    ['graphql_undefinedField', false, /rejects our request.*undefinedField/],
    ['graphql_INVALID_VARIABLE', false, /rejects our request/],
    ['graphql_MAX_COST_EXCEEDED', false, /rejects our request/],
    ['graphql_constructor', false, /rejects our request/],
  ])('%s: retryable %s', async (kind, retryable, sentence) => {
    const { read } = await start();
    standIn.failNext(1, kind);
    const error = await failure(read());
    expect(error.message).toMatch(sentence);
    expect(error.retryable).toBe(retryable);
    expect(await read()).toHaveProperty('shop');
  });

  it('a time-out is retryable, and ends in time', async () => {
    const { read } = await start({}, { timeoutMs: 100 });
    standIn.failNext(1, 'hang');
    const error = await failure(read());
    expect(error).toMatchObject({ retryable: true, message: 'The shop did not answer within 100 ms.' });
  });

  it('a shop that is down is retryable, with the reason', async () => {
    const { read } = await start();
    standIn.down = true;
    const error = await failure(read());
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toMatch(/could not be reached \((UND_ERR_SOCKET|ECONNRESET)\)/);
    standIn.down = false;
    expect(await read()).toHaveProperty('shop');
  });

  it('a call that the caller stops is retryable', async () => {
    const { read } = await start();
    standIn.failNext(1, 'hang');
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 50);
    expect(await failure(read(controller.signal))).toMatchObject({ message: 'The call to the shop was stopped.' });
    expect(await failure(read(AbortSignal.abort()))).toMatchObject({ message: 'The call to the shop was stopped.' });
  });

  it('a document that the real schema rejects is not retryable', async () => {
    const { client } = await start();
    const error = await failure(client.request('query Wrong { shop { nonsense } }', {}, ANYTHING));
    expect(error).toBeInstanceOf(AdminApiError);
    expect(error.retryable).toBe(false);
    expect(error.message).toMatch(/Cannot query field "nonsense"/);
    expect(await failure(client.request('query {', {}, ANYTHING))).toMatchObject({ retryable: false });
  });

  it('an answer of another form than expected is retryable and names the place', async () => {
    const { client } = await start();
    const schema = z.object({ shop: z.object({ plan: z.object({ shopifyPlus: z.string() }) }) });
    const error = await failure(client.request(READ_CONNECTION, {}, schema));
    expect(error).toMatchObject({ retryable: true });
    expect(error.message).toMatch(/ReadConnection has an unexpected form at shop\.plan\.shopifyPlus/);
  });
});

describe('throttling', () => {
  it('waits as long as the bucket needs and repeats', async () => {
    const { read, pauses } = await start({ cost: { maximumAvailable: 100, restoreRate: 20, currentlyAvailable: 0 } });
    // ReadConnection costs 4 points; at 20 a second the empty bucket has them in 200 ms, of which tests sleep less.
    const error = await failure(read());
    expect(error).toMatchObject({ retryable: true, message: expect.stringMatching(/fewer requests/) });
    expect(error.retryAfterMs).toBeGreaterThan(0);
    expect(pauses[0]).toBeGreaterThan(150);
    expect(pauses[0]).toBeLessThanOrEqual(200);
    expect(standIn.calls).toHaveLength(4);
  });

  it('succeeds when there is room again', async () => {
    const { read, pauses, log } = await start();
    standIn.failNext(3, 'throttled');
    expect(await read()).toHaveProperty('shop');
    expect(pauses).toHaveLength(3);
    expect(log.lines.filter((line) => line.message === 'The shop throttles us.')).toHaveLength(3);
  });

  it('obeys Retry-After of HTTP 429, with its decimal point', async () => {
    const { read, pauses } = await start({ retryAfter: '2.5' }, { random: () => 0.5 });
    standIn.failNext(1, 'http_429');
    expect(await read()).toHaveProperty('shop');
    expect(pauses).toEqual([2625]);
  });

  it('hands a long wait to its caller', async () => {
    const { read, pauses } = await start({ retryAfter: '120' });
    standIn.failNext(1, 'http_429');
    expect(await failure(read())).toMatchObject({ retryable: true, retryAfterMs: 120_000 });
    expect(pauses).toEqual([]);
  });

  it('waits a second when Retry-After is no number', async () => {
    const { read, pauses } = await start({ retryAfter: 'Fri, 20 Nov 2026 12:00:00 GMT' });
    standIn.failNext(1, 'http_429');
    await read();
    expect(pauses).toEqual([1000]);
  });

  it('waits before sending what the known bucket would not cover', async () => {
    const pauses: number[] = [];
    const sleep = (milliseconds: number) => {
      pauses.push(milliseconds);
      return sleepFor(milliseconds);
    };
    const { client, log } = await start(
      { cost: { maximumAvailable: 40, restoreRate: 250 } },
      { sleep, random: () => 0.9 },
    );
    const readOrder = () => client.request(READ_ORDER, { id: 'gid://shopify/Order/1' }, ANYTHING);
    // 15 points each: two fit into 40, and each further one has to wait until 250 points a second have brought what it lacks.
    for (let index = 0; index < 20; index += 1) await readOrder();
    expect(pauses.length).toBeGreaterThan(5);
    expect(Math.max(...pauses)).toBeLessThan(100);
    expect(log.lines.filter((line) => line.level === 'warn')).toEqual([]);
  });
});

describe('the cost bucket', () => {
  it('queues those who wait behind each other, and fills up again to its brim', () => {
    let nowMs = 0;
    const clock: Clock = { now: () => new Date(nowMs) };
    const bucket = createCostBucket(clock);
    expect(bucket.reserve(1000)).toBe(0);
    bucket.learn({ maximumAvailable: 100, currentlyAvailable: 10, restoreRate: 10 });
    expect(bucket.reserve(10)).toBe(0);
    expect(bucket.reserve(10)).toBe(1000);
    expect(bucket.reserve(10)).toBe(2000);
    nowMs = 1000;
    expect(bucket.reserve(10)).toBe(2000);
    nowMs = 1_000_000;
    expect(bucket.reserve(100)).toBe(0);
    nowMs = 0;
    expect(bucket.reserve(1)).toBe(100);
  });
});

describe('the API version', () => {
  it('is warned of once when the shop answers with another', async () => {
    const { read, log } = await start({ answeredApiVersion: '2027-01' });
    await read();
    await read();
    const warnings = log.lines.filter((line) => line.level === 'warn');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatchObject({ fields: { askedVersion: '2026-10', answeredVersion: '2027-01' } });
  });

  it('is not warned of when it is the one asked for', async () => {
    const { read, log } = await start();
    await read();
    expect(log.lines.filter((line) => line.level === 'warn')).toEqual([]);
  });
});

describe('the token', () => {
  it('shows in no error and no line of the log', async () => {
    const { read, log } = await start({}, { timeoutMs: 200 });
    const kinds: FaultKind[] = [
      'unauthorized',
      'http_403',
      'http_500',
      'hang',
      'drop_after_acting',
      'not_json',
      'throttled',
    ];
    const errors: unknown[] = [];
    for (const kind of kinds) {
      standIn.failNext(1, kind);
      await read().catch((error: unknown) => errors.push(error));
    }
    standIn.down = true;
    await read().catch((error: unknown) => errors.push(error));
    expect(errors.length).toBeGreaterThan(5);
    expect(everythingIn([errors, log.lines])).not.toContain(STAND_IN_TOKEN);
  });

  it('is struck out where the answer quotes it', async () => {
    const echo: typeof fetch = async () =>
      Response.json({ errors: [{ message: `Your token ${STAND_IN_TOKEN} is bad` }] });
    const { read } = await start({}, { fetch: echo });
    const error = await failure(read());
    expect(error.message).toMatch(/Your token \[access token\] is bad/);
    expect(everythingIn(error)).not.toContain(STAND_IN_TOKEN);
  });

  it('does not follow a redirection to another host', async () => {
    const other = await startShopifyStandIn();
    const redirecting: typeof fetch = async (_url, init) => {
      expect(init?.redirect).toBe('manual');
      return new Response(null, { status: 302, headers: { location: other.url } });
    };
    const { read } = await start({}, { fetch: redirecting });
    expect((await failure(read())).message).toMatch(/moved to another address/);
    expect(other.calls).toEqual([]);
    await other.close();
  });
});

it('an answer whose errors are a bare text is retryable', async () => {
  const { read } = await start({}, { fetch: async () => Response.json({ errors: 'Unavailable Shop' }) });
  expect(await failure(read())).toMatchObject({ retryable: true, message: expect.stringMatching(/Unavailable Shop/) });
});

it('takes a pino logger as it is', async () => {
  const log: Logger = pino({ level: 'silent' });
  const { read } = await start({}, { log });
  expect(await read()).toHaveProperty('shop');
});
