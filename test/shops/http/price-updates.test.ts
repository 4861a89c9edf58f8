import { afterEach, describe, expect, it } from 'vitest';
import type { StandInOptions } from '#test/fake-shopify/server.ts';
import { borrowServer, errorOf, eventually, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [ALICE] = ACCOUNTS;
const TIME = NOW.toISOString();

let server: TestServer;

afterEach(() => server.close());

const staff = () => server.logIn(ALICE, 'read_all', 'write');

async function startWithShop(shop: StandInOptions = {}, start = false): Promise<string> {
  server = await startServer({ shop, start });
  return staff();
}

const setRate = (token: string, rate: number, currency = 'USD') =>
  server.post('/api/exchange_rate', { currency, rate }, { token });

/** The shop tells of a product. */
const tellOf = (body: string, path = '/shopify/webhook/product_updated', topic = 'products/update') =>
  server.webhook(body, { path, topic });

const requested = () => server.rows('select product_id, state from price_updates order by id');

describe('setting a rate', () => {
  it('prices the shop, which can be followed until it is done', async () => {
    const token = await startWithShop({}, true);
    server.shop.addProduct({ id: 1, variants: [{ price: '1.00' }, { price: '12.50' }] });
    expect((await setRate(token, 30_000_000)).status).toBe(200);
    await eventually(async () => {
      const answer = await server.get('/api/price_updates/1', { token });
      expect(answer.status).toBe(200);
      expect(answer.json).toEqual({
        id: 1,
        kind: 'shop',
        product_id: null,
        currency: 'USD',
        rate: 30_000_000,
        state: 'done',
        variants_total: 2,
        variants_seen: 2,
        variants_changed: 2,
        variants_left_out: 0,
        attempts: 0,
        next_attempt_at: null,
        last_error: null,
        remark: null,
        created_at: TIME,
        updated_at: TIME,
        finished_at: TIME,
      });
    });
    expect(Object.values(server.shop.tariPrices())).toEqual(['30000000', '375000000']);
    expect(server.shop.metaobjects.get('tari_price/tari-price-global')?.get('usd')).toBe('30000000');
  });

  it('is done at the next start where the process died before it began', async () => {
    const token = await startWithShop();
    server.shop.addProduct({ id: 1, variants: Array.from({ length: 60 }, () => ({ price: '1.00' })) });
    await setRate(token, 5);
    expect(Object.values(server.shop.tariPrices())).not.toContain('5');
    // What the process that died had requested is there when the next one starts.
    await server.app.start();
    await eventually(() => expect(new Set(Object.values(server.shop.tariPrices()))).toEqual(new Set(['5'])));
  });

  it('without a shop requests nothing', async () => {
    server = await startServer({ start: true });
    const token = await staff();
    expect((await setRate(token, 5)).status).toBe(200);
    expect((await server.get('/api/price_updates', { token })).json).toEqual([]);
    expect(server.logText).toContain('no shop is configured whose prices could be updated');
  });
});

describe('GET /api/price_updates', () => {
  it('lists them newest first, by kind and state, in pages', async () => {
    const token = await startWithShop();
    await setRate(token, 1);
    await tellOf('{"id": 77}');
    await setRate(token, 2);
    await setRate(token, 3, 'EUR');
    const ids = async (query: string) =>
      (await server.get(`/api/price_updates${query}`, { token })).json.map((update: { id: number }) => update.id);
    expect(await ids('')).toEqual([4, 3, 2, 1]);
    expect(await ids('?kind=shop')).toEqual([4, 3, 1]);
    expect(await ids('?kind=product')).toEqual([2]);
    expect(await ids('?state=superseded')).toEqual([1]);
    expect(await ids('?kind=product&state=pending')).toEqual([2]);
    expect(await ids('?state=failed')).toEqual([]);

    const first = await server.get('/api/price_updates?kind=shop&limit=2', { token });
    expect(first.json.map((update: { id: number }) => update.id)).toEqual([4, 3]);
    const cursor = first.headers.get('x-next-cursor') ?? '';
    const second = await server.get(`/api/price_updates?kind=shop&limit=2&cursor=${cursor}`, { token });
    expect(second.json.map((update: { id: number }) => update.id)).toEqual([1]);
    expect(second.headers.get('x-next-cursor')).toBeNull();
  });

  it.each([
    '?kind=x',
    '?state=x',
    '?limit=0',
    '?limit=1001',
    '?cursor=x',
    '?since=2024',
    '/x',
    '/99999999999999999999',
  ])('refuses %s', async (query) => {
    const token = await startWithShop();
    const answer = await server.get(`/api/price_updates${query}`, { token });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('takes no cursor of another list', async () => {
    const token = await startWithShop();
    for (const rate of [1, 2]) await setRate(token, rate);
    const cursor = (await server.get('/api/exchange_rate/USD/history?limit=1', { token })).headers.get('x-next-cursor');
    expect(cursor).not.toBeNull();
    const answer = await server.get(`/api/price_updates?cursor=${cursor}`, { token });
    expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
  });

  it('says that there is none of an id', async () => {
    const token = await startWithShop();
    expect(errorOf(await server.get('/api/price_updates/5', { token }))).toEqual({
      status: 404,
      code: 'price_update_not_found',
      error: 'There is no price update 5.',
    });
  });
});

describe('POST /api/price_updates', () => {
  it('has all prices set at the rate that holds, once for an Idempotency-Key', async () => {
    const token = await startWithShop();
    await setRate(token, 5);
    const options = { token, headers: { 'idempotency-key': 'k1' } };
    const first = await server.post('/api/price_updates', { currency: 'usd' }, options);
    expect(first.json).toMatchObject({ id: 2, currency: 'USD', rate: 5, state: 'pending' });
    const again = await server.post('/api/price_updates', { currency: 'usd' }, options);
    expect(again.text).toBe(first.text);
    expect(requested()).toHaveLength(2);
    const records = server.rows(`select actor, action, subject from audit_log where action = 'start price update'`);
    expect(records).toEqual([{ actor: ALICE.address, action: 'start price update', subject: 'price update 2' }]);
  });

  it.each([
    [{ currency: 'EUR' }, 404, 'exchange_rate_not_found'],
    [{ currency: 'XTM' }, 400, 'exchange_rate_fixed'],
    [{ currency: '$' }, 400, 'invalid_request'],
    [{}, 400, 'invalid_request'],
    [{ currency: 'USD', rate: 5 }, 400, 'invalid_request'],
    [undefined, 400, 'invalid_request'],
  ])('refuses %j with %d', async (body, status, code) => {
    const token = await startWithShop();
    expect(errorOf(await server.post('/api/price_updates', body, { token }))).toMatchObject({ status, code });
    expect(requested()).toEqual([]);
  });

  it('is answered 501 without a shop', async () => {
    server = await borrowServer();
    const token = await staff();
    const answer = await server.post('/api/price_updates', { currency: 'USD' }, { token });
    expect(errorOf(answer)).toEqual({
      status: 501,
      code: 'no_shop_for_prices',
      error: 'No shop is configured whose prices could be set.',
    });
  });
});

describe('POST /api/price_updates/{id}/retry', () => {
  it('has one that failed go on once the cause is mended', async () => {
    const token = await startWithShop({ scopes: ['write_orders'] }, true);
    server.shop.addProduct({ id: 1, variants: [{ price: '1.00' }] });
    await setRate(token, 5);
    await eventually(async () => {
      const { json } = await server.get('/api/price_updates/1', { token });
      expect(json).toMatchObject({ state: 'failed', last_error: expect.stringContaining('grant it write_products') });
    });
    expect((await server.get('/health/ready')).json).toMatchObject({
      ready: true,
      price_updates: { waiting: 0, failed: 1 },
    });
    server.shop.options.scopes.push('write_products', 'write_metaobjects', 'write_metaobject_definitions');
    const answer = await server.post('/api/price_updates/1/retry', undefined, { token });
    expect(answer.json).toMatchObject({ id: 1, state: 'pending', last_error: null });
    await eventually(() => expect(Object.values(server.shop.tariPrices())).toEqual(['5']));
    await eventually(async () => {
      expect((await server.get('/api/price_updates/1', { token })).json).toMatchObject({ state: 'done' });
    });
    expect(errorOf(await server.post('/api/price_updates/1/retry', undefined, { token }))).toEqual({
      status: 409,
      code: 'price_update_finished',
      error: 'Price update 1 is done, so there is nothing to try again.',
    });
  });
});

describe('the webhook of a product', () => {
  it.each([
    ['/shopify/webhook/product_updated', 'products/update'],
    ['/shopify/webhook', 'products/update'],
    ['/shopify/webhook', 'products/create'],
  ])('at %s as %s is kept before it is answered, once for many', async (path, topic) => {
    await startWithShop();
    for (let time = 0; time < 3; time += 1) {
      const answer = await tellOf('{"id": 788032119674292922, "title": "Shirt"}', path, topic);
      expect([answer.status, answer.json]).toEqual([
        200,
        { success: true, message: 'The Tari prices of the product 788032119674292922 will be looked at.' },
      ]);
    }
    expect(requested()).toEqual([{ product_id: '788032119674292922', state: 'pending' }]);
  });

  it('has the prices of its variants corrected', async () => {
    const token = await startWithShop({}, true);
    const variants = server.shop.addProduct({ id: 7, variants: [{ price: '1.00' }, { price: '2.00' }] });
    await setRate(token, 30_000_000);
    await eventually(() => expect(Object.values(server.shop.tariPrices())).toEqual(['30000000', '60000000']));
    const [first] = variants;
    if (first) first.price = '3.00';
    await tellOf('{"id": 7}');
    await eventually(() => expect(Object.values(server.shop.tariPrices())).toEqual(['90000000', '60000000']));
  });

  it('is not answered with success, and sent again, where it cannot be kept', async () => {
    await startWithShop();
    const unlock = server.lockDatabase();
    expect((await tellOf('{"id": 7}')).status).toBe(503);
    unlock();
    expect(requested()).toEqual([]);
  });

  it('changes nothing without its signature', async () => {
    await startWithShop();
    const answer = await server.webhook('{"id": 7}', {
      path: '/shopify/webhook/product_updated',
      topic: 'products/update',
      secret: 'another',
    });
    expect(errorOf(answer)).toMatchObject({ status: 403, code: 'hmac_invalid' });
    expect(requested()).toEqual([]);
  });

  it('that cannot be read is set aside', async () => {
    await startWithShop();
    expect((await tellOf('{"title": "Shirt"}')).json).toEqual({
      success: false,
      message: "The product could not be read: The product's id is missing.",
    });
    expect(requested()).toEqual([]);
    expect(server.rows('select state from webhooks')).toEqual([{ state: 'set_aside' }]);
  });

  it('is passed over without a shop', async () => {
    server = await borrowServer();
    expect((await tellOf('{"id": 7}')).json).toEqual({
      success: true,
      message: 'No shop is configured whose prices could be set.',
    });
    expect(requested()).toEqual([]);
  });
});

describe('GET /api/exchange_rate/{currency}/history', () => {
  it('tells every rate that was set, when and by whom, newest first, in pages', async () => {
    server = await borrowServer();
    const token = await staff();
    for (const rate of [1, 2, 3]) {
      await setRate(token, rate);
      server.clock.advance(1000);
    }
    await setRate(token, 9, 'EUR');
    const all = await server.get('/api/exchange_rate/usd/history', { token });
    expect(all.json).toEqual([
      { id: 3, currency: 'USD', rate: 3, updated_at: '2026-03-10T12:00:02.000Z', actor: ALICE.address },
      { id: 2, currency: 'USD', rate: 2, updated_at: '2026-03-10T12:00:01.000Z', actor: ALICE.address },
      { id: 1, currency: 'USD', rate: 1, updated_at: TIME, actor: ALICE.address },
    ]);
    expect(all.headers.get('x-next-cursor')).toBeNull();
    const first = await server.get('/api/exchange_rate/USD/history?limit=2', { token });
    const cursor = first.headers.get('x-next-cursor');
    const second = await server.get(`/api/exchange_rate/USD/history?limit=2&cursor=${cursor}`, { token });
    expect([...first.json, ...second.json]).toEqual(all.json);
  });

  it('does not round, and is empty where none was set', async () => {
    server = await borrowServer();
    const token = await staff();
    await server.post('/api/exchange_rate', '{"currency":"BTC","rate":9007199254740993}', { token });
    expect((await server.get('/api/exchange_rate/BTC/history', { token })).text).toContain('"rate":9007199254740993,');
    for (const currency of ['EUR', 'XTM']) {
      expect((await server.get(`/api/exchange_rate/${currency}/history`, { token })).json).toEqual([]);
    }
  });

  it.each(['$/history', 'USD/history?limit=x', 'USD/history?cursor=x', 'USD/history?after=1'])(
    'refuses %s',
    async (path) => {
      server = await borrowServer();
      const answer = await server.get(`/api/exchange_rate/${path}`, { token: await staff() });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );
});

describe('the rate of an order', () => {
  it('stays on it when a new one is set', async () => {
    server = await borrowServer();
    const token = await staff();
    await setRate(token, 3);
    await server.order({ currency: 'USD' });
    await setRate(token, 4);
    expect(server.rows('select total_price, exchange_rate, original_price, currency from orders')).toEqual([
      { total_price: 300n, exchange_rate: 3n, original_price: '100.00', currency: 'USD' },
    ]);
  });
});
