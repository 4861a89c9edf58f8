import { readdirSync, readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, borrowServer, errorOf, orderBody, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/** What no database of ours could give back as it was is refused, or replaced where the thing itself must be kept. */

const [ALICE] = ACCOUNTS;

let server: TestServer;

afterEach(() => server.close());

const UNSTORABLE = ['a\0b', '\0', 'a\ud800', '\udc00b'];

const CHANGES: [string, string, (text: string) => object][] = [
  ['POST', '/api/credit', (text) => ({ customer_id: text, amount: 1 })],
  ['POST', '/api/credit', (text) => ({ customer_id: '7001', amount: 1, reason: text })],
  ['POST', '/api/fulfill', (text) => ({ order_id: text, reason: 'x' })],
  ['POST', '/api/fulfill', (text) => ({ order_id: '1001', reason: text })],
  ['POST', '/api/cancel', (text) => ({ order_id: '1001', reason: text })],
  ['PATCH', '/api/order_memo', (text) => ({ order_id: '1001', new_memo: text })],
  ['PATCH', '/api/order_price', (text) => ({ order_id: '1001', new_price: 1, reason: text })],
  ['PATCH', '/api/reassign_order', (text) => ({ order_id: '1001', new_customer_id: text, reason: 'x' })],
  ['POST', '/api/rejected/1/dismiss', (text) => ({ reason: text })],
  ['POST', '/api/dead_letters/1/dismiss', (text) => ({ reason: text })],
  ['POST', '/api/dead_letters/1/retry', (text) => ({ subscriber: text })],
];

describe('a text that cannot be stored', () => {
  it('is refused by every change, which changes nothing', async () => {
    server = await borrowServer();
    await server.order();
    const token = await server.logIn(ADMIN, 'super_admin');
    const before = server.everything();
    for (const [method, path, body] of CHANGES) {
      for (const text of UNSTORABLE) {
        const answer = await server.request(method, path, { body: JSON.stringify(body(text)), token });
        expect([path, errorOf(answer).code]).toEqual([path, 'invalid_request']);
      }
    }
    expect(server.everything()).toEqual(before);
  });

  it('is refused in paths and queries, and in claims', async () => {
    server = await borrowServer();
    const token = await server.logIn(ADMIN, 'super_admin');
    const paths = ['/api/order/id/a%00', '/api/history/customer/%00', '/api/settle/customer/a%00b'];
    const queries = ['memo', 'order_id', 'alt_id', 'customer_id'].map((name) => `/api/search/orders?${name}=a%00b`);
    const log = ['actor', 'action', 'subject'].map((name) => `/api/audit_log?${name}=%00`);
    const cursor = Buffer.from(JSON.stringify(['text', 'a\0'])).toString('base64url');
    for (const path of [...paths, ...queries, ...log, `/api/customer_ids?cursor=${cursor}`]) {
      const method = path.includes('settle') ? 'POST' : 'GET';
      expect([path, errorOf(await server.request(method, path, { token })).code]).toEqual([path, 'invalid_request']);
    }
    for (const text of UNSTORABLE) {
      const claim = { ...server.claimOf(ALICE, '1001'), order_id: text };
      expect(errorOf(await server.post('/order/claim', claim)).code).toBe('invalid_claim');
    }
  });

  it('has a webhook set aside, which itself can be stored', async () => {
    server = await borrowServer();
    const bodies = [orderBody({ note: 'a\0b' }), orderBody({ note: 'x' }).replace('"x"', '"a\0b"')];
    for (const body of bodies) {
      const answer = await server.webhook(body);
      expect([answer.status, answer.json.success]).toEqual([200, false]);
    }
    const kept = server.rows('select body from webhooks').map(({ body }) => String(body));
    expect(kept).toEqual([bodies[0], bodies[1]?.replace('\0', '\ufffd')]);
  });

  it.each([
    ['a note', { note: 'a\ud800b' }],
    ['a name', { name: '#\udc00' }],
    ['a customer', { customer: { id: 'c\ud800' } }],
    ['an id', { id: 'x\ud800' }],
    ['a time before all years', { created_at: '0000-12-31T23:59:59Z' }],
    ['a time after all years', { updated_at: '9999-12-31T23:59:59-01:00' }],
  ])('of the shop’s order, in %s, is no reason for the shop to send it for ever', async (_, poison) => {
    server = await borrowServer();
    for (let times = 0; times < 2; times += 1) {
      const answer = await server.webhook(orderBody(poison), { webhookId: 'the-same' });
      expect([answer.status, answer.json.success]).toEqual([200, false]);
    }
    expect(server.rows('select state from webhooks')).toEqual([{ state: 'set_aside' }]);
    expect(server.rows('select * from orders')).toEqual([]);
    expect((await server.webhook(orderBody({ id: 77, name: '#77' }))).json).toMatchObject({ success: true });
  });

  it('and a sum that passes 2^63 are refused as input, and a webhook of one is set aside', async () => {
    server = await borrowServer();
    await server.order();
    const token = await server.logIn(ADMIN, 'super_admin');
    server.database.tamper(`update customers set total_current = ${2n ** 63n - 1n}`);
    const answer = await server.webhook(orderBody({ id: 2, name: '#2' }));
    expect([answer.status, answer.json]).toEqual([
      200,
      { success: false, message: expect.stringContaining('the database cannot keep') },
    ]);
    const credit = { customer_id: '9000', amount: 1 };
    await server.post('/api/credit', credit, { token });
    server.database.tamper(`update accounts set total_confirmed = ${2n ** 63n - 1n}`);
    const refused = errorOf(await server.post('/api/credit', credit, { token }));
    expect(refused).toMatchObject({ status: 400, code: 'invalid_request' });
    expect(server.logRecords.filter(({ msg }) => String(msg).includes('not the caller'))).toEqual([]);
  });

  it('is known by one rule, in one place', () => {
    const files = readdirSync('src', { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.ts'));
    const own = files.filter((name) =>
      /includes\('(\\u0000|\\0)'\)|\bisStorable\w* =/.test(readFileSync(`src/${name}`, 'utf8')),
    );
    expect(own).toEqual([]);
  });

  it('loses no payment: what its memo holds of it is replaced', async () => {
    server = await borrowServer();
    await server.payConfirmed({ txid: '1', memo: 'a\0b' });
    expect(server.rows('select memo, status from payments')).toEqual([{ memo: 'a\ufffdb', status: 'confirmed' }]);
    const again = await server.reportPayment({ txid: '1', memo: 'a\0b' });
    expect(again.json).toEqual({ success: true, message: 'Payment already processed.' });
  });
});
