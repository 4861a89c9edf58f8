import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { borrowServer, type TestServer } from '#test/server.ts';
import { type ConsoleServer, startConsole } from './console-server.ts';
import { TOKEN, visitorCookie } from './stand-in-visitors.ts';

/** The forms of the console: what they do, who may use them, and what is refused. */

const WILMA = visitorCookie('Wilma', 'write');
const ANA = visitorCookie('Ana', 'support');
const HTML = 'text/html,application/xhtml+xml';
const ORDER = '8997470732594';

interface Sent {
  cookie?: string;
  token?: string | undefined;
  key?: string;
  headers?: Record<string, string>;
}

describe('the forms of the console', () => {
  let server: TestServer;
  let console: ConsoleServer;
  let keys = 0;

  beforeAll(async () => {
    server = await borrowServer();
    console = await startConsole(server);
  });

  afterAll(async () => {
    await console?.close();
    await server?.close();
  });

  const newKey = () => {
    keys += 1;
    return `key-of-form-${keys}`;
  };
  const get = (path: string, cookie = WILMA) =>
    fetch(console.url + path, { redirect: 'manual', headers: { accept: HTML, cookie } });
  const post = async (path: string, fields: Record<string, string>, sent: Sent = {}) => {
    const { cookie = WILMA, key = newKey(), headers = {} } = sent;
    const token = 'token' in sent ? sent.token : TOKEN + (cookie === WILMA ? 'Wilma' : 'Ana');
    const body = new URLSearchParams({ ...fields, ...(token !== undefined && { _csrf: token }), idempotency_key: key });
    const answer = await fetch(console.url + path, {
      method: 'POST',
      redirect: 'manual',
      headers: { accept: HTML, cookie, ...headers },
      body,
    });
    return { status: answer.status, to: answer.headers.get('location'), text: await answer.text() };
  };
  const statusOf = async (id = ORDER) => (await server.app.services.engine.accounts.anyOrder(id))?.order.status;
  const auditLines = () => server.rows('select actor, action, subject, reason from audit_log order by id');

  describe('on one order', () => {
    let id: string;

    beforeEach(async () => {
      id = String(9_000_000_000_000n + BigInt(keys));
      await server.order({ id: Number(id), name: `#${id.slice(-4)}` });
    });

    it('cancel it once, with the person and the reason in the audit log', async () => {
      const key = newKey();
      const fields = { reason: 'ordered twice' };
      const first = await post(`/orders/${id}/cancel`, fields, { key });
      expect([first.status, first.to]).toEqual([303, `/console/orders/${id}`]);
      expect(await statusOf(id)).toBe('Cancelled');
      const again = await post(`/orders/${id}/cancel`, fields, { key });
      expect([again.status, again.to]).toEqual([303, `/console/orders/${id}`]);
      const lines = auditLines().filter(({ subject }) => subject === id);
      expect(lines).toMatchObject([{ actor: 'staff:Wilma', action: 'cancel order', reason: 'ordered twice' }]);
    });

    it('change nothing when the key is used for something else', async () => {
      const key = newKey();
      await post(`/orders/${id}/price`, { price: '5', reason: 'agreed' }, { key });
      const other = await post(`/orders/${id}/price`, { price: '6', reason: 'agreed' }, { key });
      expect(other.status).toBe(422);
      expect((await server.app.services.engine.accounts.anyOrder(id))?.order.totalPrice).toBe(5_000_000n);
    });

    it.each([
      ['no amount', ''],
      ['a negative one', '-1'],
      ['a text', 'five'],
      ['too many decimals', '1.0000001'],
      ['more than there is', '99999999999999999'],
      ['a float', '1e3'],
      ['hex', '0x10'],
    ])('refuse a price that is %s, beside the field, and keep what was typed', async (_what, price) => {
      const answer = await post(`/orders/${id}/price`, { price, reason: 'the reason' });
      expect(answer.status).toBe(422);
      expect(answer.text).toContain('id="price-problem"');
      expect(answer.text).toContain('the reason</textarea>');
      expect((await server.app.services.engine.accounts.anyOrder(id))?.order.totalPrice).not.toBe(0n);
    });

    it.each(['', '   ', '\n\t '])('refuse the reason %j', async (reason) => {
      const answer = await post(`/orders/${id}/cancel`, { reason });
      expect(answer.status).toBe(422);
      expect(await statusOf(id)).toBe('Unclaimed');
    });

    it('refuse a reason that no database keeps', async () => {
      expect((await post(`/orders/${id}/cancel`, { reason: 'a\0b' })).status).toBe(422);
      expect(await statusOf(id)).toBe('Unclaimed');
    });

    it.each([
      ['without a token', { token: undefined }],
      ['with another session’s token', { token: `${TOKEN}Ana` }],
      ['with a token that is none', { token: 'x' }],
      ['from another site', { headers: { 'sec-fetch-site': 'cross-site' } }],
      ['from another origin', { headers: { origin: 'https://evil.example' } }],
    ])('are refused %s', async (_what, sent: Sent) => {
      const answer = await post(`/orders/${id}/cancel`, { reason: 'x' }, sent);
      expect(answer.status).toBe(403);
      expect(await statusOf(id)).toBe('Unclaimed');
    });

    it('are refused without a key, and with a key that is none', async () => {
      for (const key of ['', 'short', 'with space in it']) {
        expect((await post(`/orders/${id}/cancel`, { reason: 'x' }, { key })).status).toBe(400);
      }
      expect(await statusOf(id)).toBe('Unclaimed');
    });

    it('are for those who may: the page says which role has it', async () => {
      for (const action of ['cancel', 'price', 'reassign', 'memo', 'fulfill']) {
        const page = await get(`/orders/${id}/${action}`, ANA);
        expect(page.status).toBe(403);
        expect(await page.text()).toContain('<code>write</code>');
        expect((await post(`/orders/${id}/${action}`, { reason: 'x' }, { cookie: ANA })).status).toBe(403);
      }
      expect(await statusOf(id)).toBe('Unclaimed');
    });

    it('say so when an action is not possible any more', async () => {
      await post(`/orders/${id}/cancel`, { reason: 'x' });
      const page = await get(`/orders/${id}/cancel`);
      expect(page.status).toBe(409);
      expect(await page.text()).toContain('the order is Cancelled');
      expect((await post(`/orders/${id}/cancel`, { reason: 'y' })).status).toBe(400);
    });

    it('mark it as paid, give it to another customer, and replace its note', async () => {
      expect((await post(`/orders/${id}/reassign`, { customer: '7777', reason: 'moved' })).status).toBe(303);
      expect((await post(`/orders/${id}/memo`, { memo: 'line one\r\nline two', reason: 'clearer' })).status).toBe(303);
      expect((await post(`/orders/${id}/fulfill`, { reason: 'paid in cash' })).status).toBe(303);
      const order = (await server.app.services.engine.accounts.anyOrder(id))?.order;
      expect(order).toMatchObject({ status: 'Paid', customerId: '7777', memo: 'line one\nline two' });
    });

    it('show a note that has markup in it as text', async () => {
      await post(`/orders/${id}/memo`, { memo: '"><script>alert(1)</script>', reason: 'test' });
      const page = await (await get(`/orders/${id}/memo`)).text();
      expect(page).not.toContain('<script>alert');
      expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
    });

    it('add notes of support, and strike them out', async () => {
      const added = await post(`/orders/${id}/notes`, { text: 'He pays tonight.' }, { cookie: ANA });
      expect([added.status, added.to]).toEqual([303, `/console/orders/${id}`]);
      const [note] = (await server.app.services.notes.list({ orderId: id }, { limit: 10 })).rows;
      expect(note).toMatchObject({ author: 'staff:Ana', text: 'He pays tonight.' });
      const struck = await post(`/notes/${note?.id}/strike`, { reason: 'wrong order' }, { cookie: ANA });
      expect([struck.status, struck.to]).toEqual([303, `/console/orders/${id}`]);
      expect((await post(`/orders/${id}/notes`, { text: '  ' }, { cookie: ANA })).status).toBe(422);
      expect((await post(`/orders/${id}/notes`, { text: '\u202egnp.exe' }, { cookie: ANA })).status).toBe(422);
    });

    it('answer 404 for an order that is not there, and never 500', async () => {
      expect((await get('/orders/404/cancel')).status).toBe(404);
      expect((await post('/orders/404/cancel', { reason: 'x' })).status).toBe(404);
      expect((await post('/orders/%00/cancel', { reason: 'x' })).status).toBe(404);
      expect((await post(`/orders/${'9'.repeat(5000)}/cancel`, { reason: 'x' })).status).toBeLessThan(500);
    });
  });

  it('give a customer credit, and take back no more than there is', async () => {
    const give = { direction: 'give', amount: '12.5', reason: 'goodwill' };
    expect((await post('/customers/8001/credit', give)).status).toBe(303);
    const available = async () =>
      (await server.app.services.engine.accounts.customerHistory('8001', { limit: 1 })).available;
    expect(await available()).toBe(12_500_000n);
    for (const amount of ['', '0', '-1', '12.500001']) {
      const answer = await post('/customers/8001/credit', { direction: 'take', amount, reason: 'mistake' });
      expect([400, 422], `taking ${amount}`).toContain(answer.status);
    }
    expect((await post('/customers/8001/credit', { amount: '1', reason: 'neither' })).status).toBe(422);
    expect(await available()).toBe(12_500_000n);
    expect((await post('/customers/8001/credit', { ...give, direction: 'take' })).status).toBe(303);
    expect(await available()).toBe(0n);
  });

  it('assign held money to the customer whose it is, and no more than once', async () => {
    await server.registerWallet();
    const txid = '777000111';
    await server.payConfirmed({ txid });
    expect(await (await get(`/held/${txid}/assign`)).text()).toContain('Not yet used');
    for (const to of ['', '\u0000', 'x'.repeat(300)]) {
      expect((await post(`/held/${txid}/assign`, { kind: 'customer', to, reason: 'theirs' })).status).toBe(422);
    }
    const fields = { kind: 'customer', to: '8002', reason: 'they sent a receipt' };
    expect((await post(`/held/${txid}/assign`, fields)).status).toBe(303);
    expect((await post(`/held/${txid}/assign`, fields)).status).toBe(400);
    const { available } = await server.app.services.engine.accounts.customerHistory('8002', { limit: 1 });
    expect(available).toBe(100_000_000n);
  });

  it('say that there is nothing to send again, rather than claim it', async () => {
    for (const path of [
      '/deliveries/dead/1/nobody/retry',
      '/deliveries/dead/1/nobody/dismiss',
      '/deliveries/set-aside/99/retry',
      '/deliveries/set-aside/99/dismiss',
      '/deliveries/webhooks/9/9/resend',
    ]) {
      const answer = await post(path, { reason: 'x' });
      expect(answer.status, path).toBe(404);
    }
  });
});
