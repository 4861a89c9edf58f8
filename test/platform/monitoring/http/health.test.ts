import { afterEach, describe, expect, it } from 'vitest';
import { borrowServer, eventually, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const MINUTE = 60_000;

/** What readiness found out is kept this long, whoever asks. */
const FRESH_FOR_MS = 2_000;

let server: TestServer;

afterEach(() => server.close());

describe('GET /health and /health/live', () => {
  it('answer the documented text, to anybody, as often as they like', async () => {
    server = await startServer({ settings: { TPG_RATE_LIMIT: '1' } });
    for (const path of ['/health', '/health/live', '/health', '/health/', '/health?x=1']) {
      const answer = await server.get(path);
      expect([answer.status, answer.text]).toEqual([200, '👍️\n']);
      expect(answer.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    }
  });

  it('live does not depend on the database', async () => {
    server = await borrowServer();
    const unlock = server.lockDatabase();
    expect((await server.get('/health/live')).status).toBe(200);
    unlock();
  });
});

describe('GET /health/ready', () => {
  it('tells that everything works, without a shop', async () => {
    server = await startServer({ start: true });
    const answer = await server.get('/health/ready');
    expect(answer.status).toBe(200);
    expect(answer.json).toEqual({
      ready: true,
      reasons: [],
      database: 'ok',
      storefront: 'not configured',
      outbox: { pending: 0, dead_letters: 0, lag_seconds: 0 },
      price_updates: { waiting: 0, failed: 0 },
      payments: { late: 0 },
      webhooks: { rejected: 0, age_seconds: null },
      webhook_endpoints: { active: 0, paused: 0, failing: 0 },
    });
  });

  it('is 503 with the reason while another process holds the database, and recovers', async () => {
    server = await startServer({ start: true });
    const unlock = server.lockDatabase();
    const answer = await server.get('/health/ready');
    expect(answer.status).toBe(503);
    expect(answer.json).toMatchObject({ ready: false, database: 'unavailable' });
    // A slow machine may not be told within the time in which readiness answers.
    expect(answer.json.reasons).toEqual([expect.stringMatching(/cannot be written|has blocked the server/)]);
    expect(answer.text).not.toMatch(/SQLITE|busy|\blocked/i);
    unlock();
    await eventually(async () => expect((await server.get('/health/ready')).status).toBe(200), 2 * FRESH_FOR_MS);
  });

  it('is 503 when events have waited too long by the clock, and recovers once they are told', async () => {
    server = await startServer({ shop: true });
    server.shop.addOrder({ id: 1001, name: '#1001', currency: 'USD', price: '1.00' });
    await server.payConfirmed({ order_id: '1001' });
    await server.dollarOrder();

    server.clock.advance(15 * MINUTE);
    const waiting = await server.get('/health/ready');
    expect(waiting.status).toBe(200);
    expect(waiting.json.outbox).toEqual({ pending: 1, dead_letters: 0, lag_seconds: 900 });

    await new Promise((resolve) => setTimeout(resolve, FRESH_FOR_MS + 50));
    server.clock.advance(MINUTE);
    const late = await server.get('/health/ready');
    expect(late.status).toBe(503);
    expect(late.json).toMatchObject({ ready: false, database: 'ok', storefront: 'behind' });
    expect(late.json.reasons).toEqual([expect.stringContaining('waited for 16 minutes')]);

    await server.app.start();
    await eventually(() => expect(server.shop.effectCount('1001', 'paid')).toBe(1));
    await eventually(async () => expect((await server.get('/health/ready')).status).toBe(200), 2 * FRESH_FOR_MS);
    expect((await server.get('/health/ready')).json).toMatchObject({ storefront: 'ok', outbox: { pending: 0 } });
  });

  it('asks the database once for many who ask at the same time', async () => {
    server = await startServer();
    await Promise.all(Array.from({ length: 20 }, () => server.get('/health/ready')));
    const heartbeats = server.rows('select written_at from heartbeat');
    expect(heartbeats).toHaveLength(1);
    server.clock.advance(MINUTE);
    await server.get('/health/ready');
    expect(server.rows('select written_at from heartbeat')).toEqual(heartbeats);
  });

  it('is not about orders: an order that waits for its customer is no lag', async () => {
    server = await startServer({ shop: true });
    await server.order();
    await server.claim(ACCOUNTS[0], '1001');
    server.clock.advance(60 * MINUTE);
    expect((await server.get('/health/ready')).status).toBe(200);
  });
});
