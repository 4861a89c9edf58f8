import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, borrowServer, errorOf, orderBody, type TestServer } from '#test/server.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const RATE_MISSING = 'USD is not a supported currency: no exchange rate is set for it.';

let server: TestServer;

afterEach(() => server.close());

const admin = () => server.logIn(ADMIN, 'super_admin');
const inDollars = (id: number, fields: Record<string, unknown> = {}) => orderBody({ id, currency: 'USD', ...fields });
const retry = (id: number | string, token: string, headers: Record<string, string> = {}) =>
  server.post(`/api/rejected/${id}/retry`, undefined, { token, headers });
const rowsOf = (id: number) => server.rows('select state, success, message, body from webhooks where id = ?', id);

describe('GET /api/rejected', () => {
  it('lists what could not be used, oldest first, with why and what it said', async () => {
    server = await borrowServer();
    const [first, second] = [inDollars(1), '{"id":'];
    await server.webhook(first, { webhookId: 'w1' });
    await server.order({ id: 2 });
    server.clock.advance(1000);
    await server.webhook(second, { webhookId: null });
    const token = await server.logIn(ALICE, 'read_all');
    const answer = await server.get('/api/rejected', { token });
    expect([answer.status, answer.json]).toEqual([
      200,
      [
        {
          id: 1,
          webhook_id: 'w1',
          topic: 'orders/create',
          received_at: NOW.toISOString(),
          reason: RATE_MISSING,
          body: first,
        },
        {
          id: 3,
          webhook_id: null,
          topic: 'orders/create',
          received_at: '2026-03-10T12:00:01.000Z',
          reason: expect.stringContaining('The order could not be read') as string,
          body: second,
        },
      ],
    ]);
  });

  it('is empty where nothing went wrong, and paged by after and limit', async () => {
    server = await borrowServer();
    const token = await admin();
    const ids = async (query: string) =>
      (await server.get(`/api/rejected${query}`, { token })).json.map(({ id }: { id: number }) => id);
    expect(await ids('')).toEqual([]);
    for (let id = 1; id <= 105; id += 1) await server.webhook(inDollars(id));
    const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, index) => from + index);
    expect(await ids('')).toEqual(range(1, 100));
    expect(await ids('?after=100')).toEqual(range(101, 105));
    expect(await ids('?after=2&limit=2')).toEqual([3, 4]);
    expect(await ids('?limit=1000')).toEqual(range(1, 105));
    expect(await ids(`?after=${2n ** 63n - 1n}`)).toEqual([]);
  });

  it.each(['limit=0', 'limit=1001', 'limit=1.5', 'limit=x', 'after=-1', 'after=x', `after=${2n ** 63n}`, 'page=2'])(
    'refuses ?%s',
    async (query) => {
      server = await borrowServer();
      const answer = await server.get(`/api/rejected?${query}`, { token: await admin() });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );

  it('is for read_all', async () => {
    server = await borrowServer();
    const token = await server.logIn(ALICE, 'user', 'write', 'payment_wallet');
    expect(errorOf(await server.get('/api/rejected', { token }))).toMatchObject({ status: 403 });
  });
});

describe('POST /api/rejected/{id}/retry', () => {
  it('enters the order once what was wrong is mended, as if it had just come', async () => {
    server = await borrowServer();
    const note = JSON.stringify(server.claimOf(ALICE, '1'));
    await server.webhook(inDollars(1, { note }), { webhookId: 'w1' });
    await server.app.engine.exchangeRates.set('USD', 2_000_000n, 'test');
    server.clock.advance(60_000);
    const answer = await retry(1, await server.logIn(ALICE, 'write'));
    const message = 'Order processed successfully. It is New.';
    expect([answer.status, answer.json]).toEqual([200, { success: true, message }]);
    expect(server.rows('select order_id, status, claimed_by, total_price from orders')).toEqual([
      { order_id: '1', status: 'New', claimed_by: ALICE.account, total_price: 200_000_000n },
    ]);
    expect(server.rows('select type from events order by id')).toEqual([
      { type: 'NewOrder' },
      { type: 'OrderClaimed' },
    ]);
    expect(rowsOf(1)).toEqual([{ state: 'accepted', success: 1n, message, body: null }]);
    expect((await server.get('/api/rejected', { token: await admin() })).json).toEqual([]);
    // The shop hears of it, should it send the same webhook again.
    expect((await server.webhook(inDollars(1), { webhookId: 'w1' })).json).toEqual({ success: true, message });
  });

  it('leaves what still cannot be used, with the reason of now', async () => {
    server = await borrowServer();
    const body = inDollars(1, { total_price: '99999999999' });
    await server.webhook(body);
    const token = await admin();
    expect((await retry(1, token)).json).toEqual({ success: false, message: RATE_MISSING });
    await server.app.engine.exchangeRates.set('USD', 9_000_000_000_000n, 'test');
    const answer = await retry(1, token);
    expect(answer.json).toEqual({ success: false, message: expect.stringContaining('price') as string });
    expect(rowsOf(1)).toEqual([{ state: 'set_aside', success: 0n, message: answer.json.message, body }]);
    expect(server.rows('select * from orders')).toEqual([]);
  });

  it('counts an order that came by another webhook meanwhile as known', async () => {
    server = await borrowServer();
    await server.webhook(inDollars(1));
    await server.order({ id: 1 });
    expect((await retry(1, await admin())).json).toEqual({ success: true, message: 'Order already processed.' });
    expect(server.rows('select currency from orders')).toEqual([{ currency: 'XTM' }]);
  });

  it('says in the audit log who did it, and what it was before and after', async () => {
    server = await borrowServer();
    await server.webhook(inDollars(1));
    await server.app.engine.exchangeRates.set('USD', 1n, 'test');
    await retry(1, await server.logIn(ALICE, 'write'));
    const [row, ...more] = server.rows(`select * from audit_log where action = 'retry webhook'`);
    expect(more).toEqual([]);
    expect(row).toMatchObject({ actor: ALICE.address, subject: 'webhook 1', created_at: NOW.toISOString() });
    expect(JSON.parse(String(row?.before))).toEqual({ state: 'set_aside', message: RATE_MISSING });
    expect(JSON.parse(String(row?.after))).toMatchObject({ state: 'accepted', success: true });
  });

  it('is done once, however often and at once it is asked for', async () => {
    server = await borrowServer();
    await server.webhook(inDollars(1));
    await server.app.engine.exchangeRates.set('USD', 2_000_000n, 'test');
    const token = await admin();
    const answers = await Promise.all([retry(1, token), retry(1, token), retry(1, token)]);
    expect(answers.map((answer) => answer.status).sort()).toEqual([200, 404, 404]);
    expect(server.rows('select type from events')).toEqual([{ type: 'NewOrder' }]);
    expect(server.rows(`select actor from audit_log where action = 'retry webhook'`)).toHaveLength(1);
  });

  it('is answered again under the same Idempotency-Key', async () => {
    server = await borrowServer();
    await server.webhook(inDollars(1));
    await server.app.engine.exchangeRates.set('USD', 2_000_000n, 'test');
    const token = await admin();
    const headers = { 'idempotency-key': 'once' };
    const first = await retry(1, token, headers);
    const again = await retry(1, token, headers);
    expect([again.status, again.text]).toEqual([200, first.text]);
  });

  it('is 404 for what is not set aside', async () => {
    server = await borrowServer();
    await server.order();
    const token = await admin();
    for (const id of [1, 2, 2n ** 63n - 1n]) {
      expect(errorOf(await retry(String(id), token))).toEqual({
        status: 404,
        code: 'webhook_not_set_aside',
        error: `There is no webhook ${id} that is set aside.`,
      });
    }
    expect(server.rows(`select * from audit_log where action = 'retry webhook'`)).toEqual([]);
  });

  it('refuses ids that are none, and callers without write', async () => {
    server = await borrowServer();
    await server.webhook(inDollars(1));
    const token = await admin();
    for (const id of ['x', '-1', '1.5', String(2n ** 63n), '%20']) {
      expect(errorOf(await retry(id, token))).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    const reader = await server.logIn(ALICE, 'user', 'read_all', 'payment_wallet');
    expect(errorOf(await retry(1, reader))).toMatchObject({ status: 403, code: 'permission_missing' });
  });
});

describe('POST /api/rejected/{id}/dismiss', () => {
  const dismiss = (id: number | string, token: string, body: object) =>
    server.post(`/api/rejected/${id}/dismiss`, body, { token });

  it('takes the webhook off the list, and answers its repeat without taking it in', async () => {
    server = await borrowServer();
    await server.webhook(inDollars(1), { webhookId: 'w1' });
    const token = await admin();
    const answer = await dismiss(1, token, { reason: 'a test of ours' });
    const message = 'Webhook 1 is dismissed: a test of ours';
    expect([answer.status, answer.json]).toEqual([200, { success: true, message }]);
    expect((await server.get('/api/rejected', { token })).json).toEqual([]);
    expect(rowsOf(1)).toEqual([{ state: 'ignored', success: 1n, message, body: inDollars(1) }]);
    expect(server.rows(`select action, subject, reason, before from audit_log where action like '%webhook'`)).toEqual([
      {
        action: 'dismiss webhook',
        subject: 'webhook 1',
        reason: 'a test of ours',
        before: JSON.stringify({ state: 'set_aside', topic: 'orders/create', message: RATE_MISSING }),
      },
    ]);
    await server.app.engine.exchangeRates.set('USD', 30_000_000n, 'test');
    expect((await server.webhook(inDollars(1), { webhookId: 'w1' })).json).toEqual({ success: true, message });
    expect(server.rows('select * from orders')).toEqual([]);
    expect(errorOf(await dismiss(1, token, { reason: 'again' })).code).toBe('webhook_not_set_aside');
    expect(errorOf(await retry(1, token)).code).toBe('webhook_not_set_aside');
  });

  it('needs the role write, a reason, and a webhook that is set aside', async () => {
    server = await borrowServer();
    await server.webhook(inDollars(1));
    await server.order({ id: 2 });
    const token = await admin();
    const before = server.everything();
    for (const body of [{}, { reason: null }, { reason: 1 }, { reason: 'x', more: 1 }]) {
      expect(errorOf(await dismiss(1, token, body)).code).toBe('invalid_request');
    }
    expect(errorOf(await dismiss(2, token, { reason: 'x' })).code).toBe('webhook_not_set_aside');
    expect(errorOf(await dismiss('1x', token, { reason: 'x' })).code).toBe('invalid_request');
    expect(server.everything()).toEqual(before);
    const reader = await server.logIn(ALICE, 'read_all');
    expect(errorOf(await dismiss(1, reader, { reason: 'x' })).code).toBe('permission_missing');
  });
});
