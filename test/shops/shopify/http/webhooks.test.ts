import { afterEach, describe, expect, it } from 'vitest';
import { webhookBody } from '#test/fake-shopify/webhooks.ts';
import {
  borrowServer,
  errorOf,
  eventually,
  HMAC_SECRET,
  hmacOf,
  orderBody,
  startServer,
  type TestServer,
} from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const PREVIOUS_SECRET = 'shpss_previous-secret-of-the-tests';

let server: TestServer;

afterEach(() => server.close());

const SET_ASIDE = 'select topic, state, success, body from webhooks where state = ?';

describe('GET /shopify/health', () => {
  it('answers the documented text without an HMAC', async () => {
    server = await borrowServer();
    const answer = await server.get('/shopify/health');
    expect([answer.status, answer.text]).toEqual([200, '👍️\n']);
  });

  it('stands behind the IP list as everything else there', async () => {
    server = await startServer({ settings: { TPG_SHOPIFY_IP_WHITELIST: '192.0.2.7' } });
    expect(errorOf(await server.get('/shopify/health'))).toMatchObject({ status: 403, code: 'forbidden_peer' });
  });
});

describe('POST /shopify/webhook/checkout_create', () => {
  it('takes in an order of the form that Shopify sends', async () => {
    server = await startServer({ shop: true });
    const order = server.shop.addOrder({ id: '820982911946154508', name: '#1001', currency: 'USD', price: '12.34' });
    await server.app.engine.exchangeRates.set('USD', 2_000_000n, 'test');
    const answer = await server.webhook(webhookBody(order));
    expect([answer.status, answer.json]).toEqual([
      200,
      { success: true, message: 'Order processed successfully. It is Unclaimed.' },
    ]);
    expect(server.rows('select order_id, alt_id, customer_id, total_price, currency, status from orders')).toEqual([
      {
        order_id: '820982911946154508',
        alt_id: '#1001',
        customer_id: '115310627314723954',
        total_price: 24_680_000n,
        currency: 'USD',
        status: 'Unclaimed',
      },
    ]);
  });

  it('claims the order by a signed note, and never by a forged one', async () => {
    server = await borrowServer();
    await server.order({ id: 1, note: JSON.stringify(server.claimOf(ALICE, '1')) });
    await server.order({ id: 2, note: JSON.stringify(server.claimOf(BOB, '2', ALICE.tariAddress)) });
    await server.order({ id: 3, note: JSON.stringify(server.claimOf(ALICE, '1')) });
    expect(server.rows('select order_id, status, claimed_by from orders order by order_id')).toEqual([
      { order_id: '1', status: 'New', claimed_by: ALICE.account },
      { order_id: '2', status: 'Unclaimed', claimed_by: null },
      { order_id: '3', status: 'Unclaimed', claimed_by: null },
    ]);
  });

  it('takes ids past 2^53 as they are, and orders of guests', async () => {
    server = await borrowServer();
    await server.order({ id: 9_007_199_254_740_993n, customer: { id: 18_014_398_509_481_985n } });
    await server.order({ id: 9_007_199_254_740_995n, customer: null });
    await server.order({ id: 5, customer: undefined });
    expect(server.rows('select order_id, customer_id from orders')).toEqual([
      { order_id: '9007199254740993', customer_id: '18014398509481985' },
      { order_id: '9007199254740995', customer_id: 'guest:9007199254740995' },
      { order_id: '5', customer_id: 'guest:5' },
    ]);
  });

  it('takes the price from the configured field, and the id whatever a number in a text means', async () => {
    server = await startServer({
      settings: { TPG_SHOPIFY_ORDER_ID_FIELD: 'name', TPG_SHOPIFY_PRICE_FIELD: 'subtotal' },
    });
    await server.order();
    expect(server.rows('select order_id, total_price from orders')).toEqual([
      { order_id: '1001', total_price: 90_000_000n },
    ]);
    await server.close();
    server = await startServer({ settings: { TPG_SHOPIFY_PRICE_FIELD: 'line_items' } });
    await server.order();
    expect(server.rows('select total_price from orders')).toEqual([{ total_price: 80_000_000n }]);
  });

  it('answers a delivery that comes again as before, whatever it holds now, and changes nothing', async () => {
    server = await borrowServer();
    const body = orderBody();
    const first = await server.webhook(body, { webhookId: 'w1' });
    const before = server.everything();
    const again = await server.webhook(body, { webhookId: 'w1' });
    const other = await server.webhook(orderBody({ id: 2 }), { webhookId: 'w1' });
    for (const answer of [again, other]) expect([answer.status, answer.text]).toEqual([200, first.text]);
    expect(server.everything()).toEqual(before);
  });

  it('enters an order once, also under other delivery ids, without any, and all at once', async () => {
    server = await borrowServer();
    const ids = ['w1', 'w2', null, null, 'w1', 'w3'];
    const answers = await Promise.all(ids.map((webhookId) => server.webhook(orderBody(), { webhookId })));
    expect(answers.map((answer) => [answer.status, answer.json.success])).toEqual(ids.map(() => [200, true]));
    expect(server.rows('select count(*) as count from orders')).toEqual([{ count: 1n }]);
    expect(server.rows('select type from events')).toEqual([{ type: 'NewOrder' }]);
    expect(server.rows('select total_current from customers')).toEqual([{ total_current: 100_000_000n }]);
  });

  it('leaves a known order as it is when it comes with another price', async () => {
    server = await borrowServer();
    await server.order();
    const answer = await server.webhook(orderBody({ total_price: '1.00' }));
    expect(answer.json).toEqual({ success: true, message: 'Order already processed.' });
    expect(server.rows('select total_price from orders')).toEqual([{ total_price: 100_000_000n }]);
  });

  it.each([
    ['an unknown currency', orderBody({ currency: 'USD' }), 'USD is not a supported currency'],
    ['a price that is no number', orderBody({ total_price: 'free' }), 'total_price'],
    ['a price below zero', orderBody({ total_price: '-1.00' }), 'total_price'],
    ['a price as number', orderBody({ total_price: 12.5 }), 'total_price'],
    ['a price past all Tari', orderBody({ total_price: '99999999999999999999' }), 'price'],
    ['no price', orderBody({ total_price: undefined }), 'total_price is missing'],
    ['no id', orderBody({ id: null }), 'id is missing'],
    ['an id that was rounded', orderBody({ id: 1.5 }), 'id has to be'],
    ['a time that is none', orderBody({ created_at: 'yesterday' }), 'created_at'],
    ['a customer that is none', orderBody({ customer: 'me' }), 'customer'],
    ['broken JSON', '{"id":1', 'not valid JSON'],
    ['no JSON', 'hello', 'not valid JSON'],
    ['a list', '[]', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['nothing', '', 'not valid JSON'],
    ['deep nesting', `${'['.repeat(100_000)}${']'.repeat(100_000)}`, 'nested deeper'],
    ['a key that reaches a prototype', '{"__proto__":{"id":1}}', 'prototype'],
  ])('answers 200 without success to %s, and sets it aside', async (_, body, reason) => {
    server = await borrowServer();
    const answer = await server.webhook(body, { webhookId: 'w1' });
    expect([answer.status, answer.json]).toEqual([
      200,
      { success: false, message: expect.stringContaining(reason) as string },
    ]);
    expect(server.rows(SET_ASIDE, 'set_aside')).toEqual([
      { topic: 'orders/create', state: 'set_aside', success: 0n, body },
    ]);
    expect(server.rows('select * from orders')).toEqual([]);
    expect((await server.webhook(body, { webhookId: 'w1' })).text).toBe(answer.text);
    expect(server.rows(SET_ASIDE, 'set_aside')).toHaveLength(1);
  });
});

describe('the other paths', () => {
  it.each([
    ['/shopify/webhook/product_updated', 'products/update'],
    ['/shopify/webhook/transaction_create', 'order_transactions/create'],
    ['/shopify/webhook/no_op', 'whatever/it_is'],
  ])('%s answers 200 and touches no order', async (path, topic) => {
    server = await borrowServer();
    const answer = await server.webhook(orderBody(), { path, topic });
    expect([answer.status, answer.json]).toEqual([200, { success: true, message: expect.any(String) as string }]);
    expect(server.rows('select topic, state from webhooks')).toEqual([{ topic, state: 'ignored' }]);
    expect(server.rows('select * from orders')).toEqual([]);
    for (const secret of [null, 'wrong']) {
      expect((await server.webhook(orderBody(), { path, topic, secret })).status).toBe(403);
    }
  });

  it('POST /shopify/webhook takes every topic by its header', async () => {
    server = await borrowServer();
    const path = '/shopify/webhook';
    const others = [
      'orders/updated',
      'orders/cancelled',
      'orders/paid',
      'products/update',
      'order_transactions/create',
      'something/new',
    ];
    for (const topic of others) {
      const answer = await server.webhook(orderBody(), { path, topic });
      expect([answer.status, answer.json.success]).toEqual([200, true]);
    }
    for (const topic of [null, 'ORDERS/CREATE', 'orders', '../../x']) {
      expect((await server.webhook(orderBody(), { path, topic })).status).toBe(200);
    }
    expect(server.rows('select * from orders')).toEqual([]);
    expect((await server.webhook(orderBody(), { path, topic: 'orders/create' })).json.success).toBe(true);
    expect(server.rows('select order_id from orders')).toEqual([{ order_id: '1001' }]);
  });
});

describe('the HMAC', () => {
  it('must be there and right, for the very bytes that came', async () => {
    server = await borrowServer();
    const body = orderBody();
    const right = hmacOf(body, HMAC_SECRET);
    const missing = { status: 403, code: 'hmac_missing', error: 'No HMAC signature found.' };
    const invalid = { status: 403, code: 'hmac_invalid', error: 'Invalid HMAC signature.' };
    expect(errorOf(await server.webhook(body, { secret: null }))).toEqual(missing);
    expect(errorOf(await server.webhook(body, { hmac: '' }))).toEqual(missing);
    const flipped = Buffer.from(body);
    flipped[20] = (flipped[20] ?? 0) ^ 1;
    const refused = [
      await server.webhook(body, { secret: 'wrong' }),
      await server.webhook(body, { secret: '' }),
      await server.webhook(flipped, { hmac: right }),
      await server.webhook(`${body} `, { hmac: right }),
      await server.webhook(body.slice(1), { hmac: right }),
      await server.webhook('', { hmac: right }),
      await server.webhook(JSON.stringify(JSON.parse(body), null, 1), { hmac: right }),
      await server.webhook(body, { hmac: right.replace(/=+$/, '') }),
      await server.webhook(body, { hmac: Buffer.from(right, 'base64').toString('hex') }),
      await server.webhook(body, { hmac: right.toLowerCase() }),
      await server.webhook(body, { hmac: `${right}, ${right}` }),
      await server.webhook(body, { hmac: 'a'.repeat(5000) }),
    ];
    for (const answer of refused) expect(errorOf(answer)).toEqual(invalid);
    expect(server.rows('select * from webhooks')).toEqual([]);
    expect((await server.webhook(body, { hmac: right })).status).toBe(200);
  });

  it('is over bytes that need not be UTF-8 or JSON', async () => {
    server = await borrowServer();
    const answer = await server.webhook(Buffer.from([0xff, 0x00, 0xfe, 0x7b]));
    expect([answer.status, answer.json.success]).toEqual([200, false]);
  });

  it('is checked whatever content type is named, and without any', async () => {
    server = await borrowServer();
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=latin1']) {
      const headers = { 'content-type': type };
      expect((await server.webhook(orderBody(), { secret: 'wrong', headers })).status).toBe(403);
      expect((await server.webhook(orderBody(), { headers })).status).toBe(200);
    }
    const body = orderBody();
    const head = `POST /shopify/webhook/checkout_create HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: ${body.length}\r\n`;
    expect(await server.raw(`${head}\r\n${body}`)).toContain(' 403 ');
    expect(await server.raw(`${head}x-shopify-hmac-sha256: ${hmacOf(body, HMAC_SECRET)}\r\n\r\n${body}`)).toContain(
      ' 200 ',
    );
  });

  it('may be by the previous secret while it changes', async () => {
    server = await startServer({ settings: { TPG_SHOPIFY_HMAC_SECRET_PREVIOUS: PREVIOUS_SECRET } });
    server.secrets.add(PREVIOUS_SECRET);
    expect((await server.webhook(orderBody(), { secret: PREVIOUS_SECRET })).status).toBe(200);
    expect((await server.webhook(orderBody())).status).toBe(200);
    await server.close();
    server = await borrowServer();
    expect((await server.webhook(orderBody(), { secret: PREVIOUS_SECRET })).status).toBe(403);
  });

  it('is refused throughout where no secret is configured', async () => {
    server = await startServer({ settings: { TPG_SHOPIFY_HMAC_SECRET: '' } });
    for (const secret of ['', HMAC_SECRET, null, 'undefined', 'null']) {
      expect((await server.webhook(orderBody(), { secret })).status).toBe(403);
    }
  });

  it('is not looked at where the checks are off', async () => {
    server = await startServer({ settings: { TPG_SHOPIFY_HMAC_CHECKS: 'off' } });
    for (const secret of [null, 'wrong']) expect((await server.webhook(orderBody(), { secret })).status).toBe(200);
  });
});

describe('the IP list', () => {
  const forbidden = { status: 403, code: 'forbidden_peer', error: 'Request was made from a forbidden peer.' };

  it.each(['127.0.0.1', '192.0.2.7, 127.0.0.0/8', '::ffff:127.0.0.1'])('with %s lets our address in', async (list) => {
    server = await startServer({ settings: { TPG_SHOPIFY_IP_WHITELIST: list } });
    expect((await server.webhook(orderBody())).status).toBe(200);
  });

  it.each(['192.0.2.7', '127.0.0.2', '10.0.0.0/8, 2001:db8::/32'])('with %s keeps it out', async (list) => {
    server = await startServer({ settings: { TPG_SHOPIFY_IP_WHITELIST: list } });
    expect(errorOf(await server.webhook(orderBody()))).toEqual(forbidden);
  });

  it.each(['none', 'false', '0', ''])('is off with "%s"', async (list) => {
    server = await startServer({ settings: { TPG_SHOPIFY_IP_WHITELIST: list } });
    expect((await server.webhook(orderBody())).status).toBe(200);
  });

  it('is looked at before the HMAC, and before the body is read', async () => {
    server = await startServer({ settings: { TPG_SHOPIFY_IP_WHITELIST: '192.0.2.7' } });
    for (const secret of [null, 'wrong'])
      expect(errorOf(await server.webhook(orderBody(), { secret }))).toEqual(forbidden);
    const head = 'POST /shopify/webhook/no_op HTTP/1.1\r\nhost: a\r\ncontent-length: 1000\r\nconnection: close\r\n\r\n';
    expect(await server.raw(head, { waitMs: 500 })).toContain('forbidden peer');
  });

  it('goes by X-Forwarded-For where that is on and a trusted proxy sends it', async () => {
    const settings = { TPG_SHOPIFY_IP_WHITELIST: '203.0.113.0/24', TPG_USE_X_FORWARDED_FOR: 'on' };
    server = await startServer({ settings });
    const from = (address: string) => server.webhook(orderBody(), { headers: { 'x-forwarded-for': address } });
    expect((await from('203.0.113.9')).status).toBe(200);
    expect((await from('198.51.100.1, 203.0.113.9')).status).toBe(200);
    expect(errorOf(await from('203.0.113.9, 198.51.100.1'))).toEqual(forbidden);
    expect(errorOf(await server.webhook(orderBody()))).toEqual(forbidden);
    await server.close();

    server = await startServer({ settings: { ...settings, TPG_TRUSTED_PROXIES: '10.0.0.0/8' } });
    expect(errorOf(await from('203.0.113.9'))).toEqual(forbidden);
    await server.close();

    server = await startServer({ settings: { ...settings, TPG_USE_X_FORWARDED_FOR: 'off' } });
    expect(errorOf(await from('203.0.113.9'))).toEqual(forbidden);
  });
});

describe('a webhook', () => {
  it('for another shop is refused', async () => {
    server = await startServer({
      settings: { TPG_SHOPIFY_SHOP: 'our-shop', TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: 'shpat_unused-token-of-the-tests' },
      fetch: () => Promise.reject(new Error('There is no shop here')),
    });
    server.secrets.add('shpat_unused-token-of-the-tests');
    const sent = (domain: string) => server.webhook(orderBody(), { headers: { 'x-shopify-shop-domain': domain } });
    expect(errorOf(await sent('other-shop.myshopify.com'))).toMatchObject({ status: 403, code: 'shop_unknown' });
    expect(server.rows('select * from webhooks')).toEqual([]);
    expect((await sent('our-shop.myshopify.com')).status).toBe(200);
    expect((await sent('OUR-SHOP.myshopify.com')).status).toBe(200);
    expect((await server.webhook(orderBody())).status).toBe(200);
  });

  it('of 3 MB is refused, one of nearly 2 MB taken', async () => {
    server = await borrowServer();
    const large = orderBody({ more: 'x'.repeat(3 * 1024 * 1024) });
    const answer = errorOf(await server.webhook(large));
    expect(answer).toMatchObject({ status: 413, code: 'body_too_large' });
    expect(answer.error).toContain(String(2 * 1024 * 1024));
    const fitting = orderBody({ more: 'x'.repeat(2 * 1024 * 1024 - 1000) });
    expect((await server.webhook(fitting)).json.success).toBe(true);
  });

  it('that cannot be stored is answered 5xx and not lost: the shop sends it again', async () => {
    server = await borrowServer();
    const unlock = server.lockDatabase();
    const first = await server.webhook(orderBody(), { webhookId: 'w1' });
    expect(errorOf(first)).toMatchObject({ status: 503, code: 'unavailable' });
    unlock();
    expect(server.rows('select * from webhooks')).toEqual([]);
    const second = await server.webhook(orderBody(), { webhookId: 'w1' });
    expect([second.status, second.json.success]).toEqual([200, true]);
    expect(server.rows('select order_id from orders')).toEqual([{ order_id: '1001' }]);
  });

  it('has its order paid and told to the shop, from the webhook to the confirmation', async () => {
    server = await startServer({ shop: true, start: true });
    await server.app.engine.exchangeRates.set('USD', 1_000_000n, 'test');
    const order = server.shop.addOrder({ id: '7', name: '#7', currency: 'USD', price: '100.00' });
    await server.webhook(webhookBody(order));
    expect((await server.claim(ALICE, '7')).json.status).toBe('New');
    await server.payConfirmed();
    await eventually(() => expect(server.shop.effectCount('7', 'paid')).toBe(1));
    expect(order.financialStatus).toBe('PAID');
  });
});
