import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { borrowServer, errorOf, eventually, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const ON = { TPG_METRICS: 'on' };

let server: TestServer;

afterEach(async () => {
  vi.restoreAllMocks();
  await server.close();
});

/** The samples of a scrape, by name with labels. */
async function scrape(): Promise<Map<string, number>> {
  const { status, text } = await server.get('/metrics');
  expect(status).toBe(200);
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const end = line.lastIndexOf(' ');
      return [line.slice(0, end), Number(line.slice(end + 1))];
    }),
  );
}

describe('GET /metrics', () => {
  it('is not there unless it is switched on', async () => {
    server = await borrowServer();
    expect(errorOf(await server.get('/metrics'))).toMatchObject({ status: 404, code: 'route_not_found' });
  });

  it('answers in the text form of Prometheus', async () => {
    server = await startServer({ settings: ON });
    const answer = await server.get('/metrics');
    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.text).toContain('\n# TYPE tpg_http_requests_total counter\n');
    for (const line of answer.text.split('\n').filter((one) => one !== '')) {
      expect(line).toMatch(/^(?:# (?:HELP|TYPE) \w+ .+|\w+(?:\{[^}]*\})? \S+)$/);
    }
    expect((await scrape()).get('nodejs_eventloop_lag_seconds')).toBeGreaterThanOrEqual(0);
  });

  it('counts requests by method, pattern of the route and status, and strangers’ paths as one', async () => {
    server = await startServer({ settings: ON });
    await server.get('/health');
    await server.request('HEAD', '/health');
    for (const path of ['/api/order/id/1', '/api/order/id/2', '/one', '/two', '/%zz']) await server.get(path);
    await server.request('PUT', '/health');
    const name = 'tpg_http_requests_total';
    await eventually(async () => {
      const samples = await scrape();
      expect([...samples.keys()].filter((key) => key.startsWith(name) && !key.includes('/metrics'))).toEqual([
        `${name}{method="GET",route="/health",status="200"}`,
        `${name}{method="HEAD",route="/health",status="200"}`,
        `${name}{method="GET",route="/api/order/id/:order_id",status="401"}`,
        `${name}{method="GET",route="none",status="404"}`,
        `${name}{method="GET",route="none",status="400"}`,
        `${name}{method="PUT",route="none",status="405"}`,
      ]);
      expect(samples.get(`${name}{method="GET",route="/api/order/id/:order_id",status="401"}`)).toBe(2);
      expect(samples.get(`${name}{method="GET",route="none",status="404"}`)).toBe(2);
      const seconds = 'tpg_http_request_duration_seconds';
      expect(samples.get(`${seconds}_count{method="GET",route="/api/order/id/:order_id"}`)).toBe(2);
      expect(samples.get(`${seconds}_bucket{le="+Inf",method="GET",route="/health"}`)).toBe(1);
    });
  });

  it('tells of orders, credit, the outbox, rates and wallets', async () => {
    server = await startServer({ settings: ON, shop: true });
    await server.order({ id: 1, note: JSON.stringify(server.claimOf(ALICE, '1')) });
    await server.order({ id: 2, note: JSON.stringify(server.claimOf(ALICE, '2')), total_price: '50.00' });
    await server.order({ id: 3 });
    await server.app.engine.exchangeRates.set('USD', 1n, 'test');
    await server.payConfirmed({ amount: 107_000_000n });
    server.clock.advance(60_000);
    await server.app.engine.exchangeRates.set('EUR', 1n, 'test');
    server.clock.advance(30_000);
    expect(Object.fromEntries(await scrape())).toMatchObject({
      'tpg_orders{status="Unclaimed"}': 1,
      'tpg_orders{status="New"}': 1,
      'tpg_orders{status="Paid"}': 1,
      'tpg_orders{status="Expired"}': 0,
      'tpg_orders{status="Cancelled"}': 0,
      tpg_unmatched_credit_microtari: 7_000_000,
      tpg_outbox_lag_seconds: 90,
      tpg_outbox_pending: 1,
      tpg_outbox_dead_letters: 0,
      tpg_late_payments: 0,
      tpg_price_updates_waiting: 2,
      tpg_price_updates_failed: 0,
      'tpg_exchange_rate_age_seconds{currency="USD"}': 90,
      'tpg_exchange_rate_age_seconds{currency="EUR"}': 30,
      tpg_wallet_notification_age_seconds: 90,
    });
  });

  it('says nothing of what never was', async () => {
    server = await startServer({ settings: ON });
    const samples = await scrape();
    expect(samples.get('tpg_orders{status="Paid"}')).toBe(0);
    expect(samples.get('tpg_unmatched_credit_microtari')).toBe(0);
    expect([...samples.keys()].filter((key) => /wallet|exchange/.test(key))).toEqual([]);
  });

  it('reads the database when it is asked and at most every five seconds, and lets ages grow meanwhile', async () => {
    server = await startServer({ settings: ON });
    await server.reportPayment();
    await sleep(20);
    const read = vi.spyOn(server.app.store, 'read');
    const started = performance.now();
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => started);
    const ages: (number | undefined)[] = [];
    for (const elapsedMs of [0, 4_999, 5_000]) {
      clock.mockImplementation(() => started + elapsedMs);
      ages.push((await scrape()).get('tpg_wallet_notification_age_seconds'));
      server.clock.advance(1_000);
    }
    expect(ages).toEqual([0, 1, 2]);
    expect(read).toHaveBeenCalledTimes(1);
    clock.mockImplementation(() => started + 5_001);
    await scrape();
    expect(read).toHaveBeenCalledTimes(2);
  });

  it('leaves out what is in the database while that is out of reach, and says so in the log', async () => {
    server = await startServer({ settings: ON });
    vi.spyOn(server.app.store, 'read').mockRejectedValue(new Error('out of reach'));
    const samples = await scrape();
    expect([...samples.keys()].filter((key) => /^tpg_(?!http|webhooks_refused)/.test(key))).toEqual([]);
    expect(samples.has('process_cpu_seconds_total')).toBe(true);
    expect(server.logText).toContain('Could not read metrics from the database');
  });
});

describe('who may read the metrics', () => {
  const status = async (headers: Record<string, string> = {}) => {
    const answer = await server.get('/metrics', { headers });
    if (answer.status !== 200) expect(errorOf(answer)).toMatchObject({ status: 403, code: 'forbidden_peer' });
    return answer.status;
  };

  it('is whoever stands in the ranges of TPG_TRUSTED_PROXIES, loopback and private by default', async () => {
    server = await startServer({ settings: ON });
    expect(await status()).toBe(200);
    await server.close();
    server = await startServer({ settings: { ...ON, TPG_TRUSTED_PROXIES: '192.0.2.0/24' } });
    expect(await status()).toBe(403);
  });

  it('is not whoever comes through a proxy from elsewhere', async () => {
    server = await startServer({ settings: { ...ON, TPG_USE_X_FORWARDED_FOR: 'on' } });
    expect(await status({ 'x-forwarded-for': '10.1.2.3' })).toBe(200);
    expect(await status({ 'x-forwarded-for': '198.51.100.7' })).toBe(403);
    expect(await status({ 'x-forwarded-for': '127.0.0.1, 198.51.100.7' })).toBe(403);
  });

  it('is nobody who comes through a proxy whose header does not count', async () => {
    server = await startServer({ settings: ON });
    expect(await status({ 'x-forwarded-for': '10.1.2.3' })).toBe(403);
    expect(await status({ forwarded: 'for=10.1.2.3' })).toBe(403);
  });

  it('is limited in how often it may be refused, and not in how often it may read', async () => {
    server = await startServer({ settings: { ...ON, TPG_RATE_LIMIT: '2' } });
    for (let time = 0; time < 5; time += 1) expect(await status()).toBe(200);
    const headers = { forwarded: 'for=10.1.2.3' };
    for (let time = 0; time < 2; time += 1) expect(await status(headers)).toBe(403);
    expect((await server.get('/metrics', { headers })).status).toBe(429);
  });
});
