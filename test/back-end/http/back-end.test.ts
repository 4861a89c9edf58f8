import { afterEach, describe, expect, it } from 'vitest';
import { type StandInMiddleware, send, startMiddleware } from '#test/directory/stand-in-middleware.ts';
import { ADMIN, type Answer, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, personOf } from '#test/test-wallets.ts';

const EMAIL = 'Jo+shop@example.com';
const SETTINGS = { TPG_CONSOLE: 'true', TPG_PUBLIC_URL: 'https://pay.example.com', TPG_SHOP_NAME: 'Gem Street' };
const ROUTES = [
  'account',
  'checkout',
  'withdrawal',
  'refund',
  'reserve',
  'payer',
  'credit_card',
  'preapproval',
  'preapproval/cancel',
] as const;

const alice = ACCOUNTS[0];
let server: TestServer;
let middleware: StandInMiddleware | undefined;
let token: string;

afterEach(async () => {
  await middleware?.close();
  middleware = undefined;
  await server.close();
});

async function begin(): Promise<void> {
  middleware = await startMiddleware({
    [EMAIL]: [
      { checkout_id: 1001, account_id: 'Gem Street', amount: 1.5, more: { fields: ['are', 'allowed'] } },
      { checkout_id: '9999', account_id: 7 },
    ],
  });
  server = await startServer({
    settings: { ...SETTINGS, TPG_DIRECTORY_URL: middleware.url, TPG_DIRECTORY_SECRET: middleware.secret },
  });
  server.secrets.add(middleware.secret).add(EMAIL);
  token = await server.logIn(ADMIN, 'super_admin');
}

/** An order of 100 XTM that Alice has paid. */
async function paidOrder(id = 1001): Promise<void> {
  await server.dollarOrder({ id, name: `#${id}`, customer: { id: 7001 } });
  await server.payConfirmed({ sender: alice.address, txid: String(id), order_id: String(id), amount: 100_000_000n });
}

const ask = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> =>
  server.post(`/support/${path}`, body, { token, headers });

const askForm = (path: string, form: string): Promise<Answer> =>
  server.post(`/support/${path}`, form, { token, headers: { 'content-type': 'application/x-www-form-urlencoded' } });

/** The documented form of errors, with our code and the request's id. */
function expectForm(answer: Answer, status: number, code: string): void {
  expect(answer.status, answer.text).toBe(status);
  expect(answer.json).toEqual({
    error_code: status,
    error_description: expect.any(String),
    error_message: expect.any(String),
    original_error: expect.any(Object),
    code,
    request_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
  });
}

describe('the documented back end', () => {
  it('1. answers one checkout', async () => {
    await begin();
    await paidOrder();
    const { status, json } = await ask('checkout', { checkout_id: '1001', account_id: 'Gem Street' });
    expect(status).toBe(200);
    expect(json).toMatchObject({
      checkout_id: '1001',
      account_id: 'Gem Street',
      state: 'Paid',
      amount: 100_000_000,
      currency: 'XTM',
      unit: 'uT',
      payer: { customer_id: '7001' },
      payment_method: { type: 'wallet', id: alice.address },
      refund: { amount_refunded: 0, refund_reason: null },
      original_price: '1.00',
    });
  });

  it('2. answers the newest 50 checkouts, and those behind from start on', async () => {
    await begin();
    const created = (id: number) => new Date(Date.parse('2026-01-01T00:00:00Z') + id * 1000).toISOString();
    for (let id = 1; id <= 53; id += 1) {
      await server.dollarOrder({ id, name: `#${id}`, customer: { id: 7001 }, created_at: created(id) });
    }
    const first = await ask('checkout', { account_id: 'Gem Street' });
    expect(first.json.map((one: { checkout_id: string }) => one.checkout_id).slice(0, 2)).toEqual(['53', '52']);
    expect(first.json).toHaveLength(50);
    const rest = await ask('checkout', { start: 50 });
    expect(rest.json.map((one: { checkout_id: string }) => one.checkout_id)).toEqual(['3', '2', '1']);
    expect((await askForm('checkout', 'start=52&account_id=')).json).toHaveLength(1);
  });

  it('3. says in its form that there is no such checkout', async () => {
    await begin();
    expectForm(await ask('checkout', { checkout_id: 'nosuch' }), 404, 'order_not_found');
  });

  it('4. answers the shop’s account, with why money does not flow', async () => {
    await begin();
    const all = await ask('account', {});
    expect(all.json).toHaveLength(1);
    const one = await ask('account', { account_id: 'Gem Street' });
    expect(one.json).toMatchObject({ account_id: 'Gem Street', balances: [{ currency: 'XTM', unit: 'uT' }] });
    expect(['active', 'action_required']).toContain(one.json.state);
    expect(one.json.state === 'active').toBe(one.json.action_reasons.length === 0);
    expectForm(await ask('account', { account_id: 'another' }), 404, 'support_account_not_found');
  });

  it('5. finds a payer’s checkouts by e-mail, through the merchant’s own program', async () => {
    await begin();
    await paidOrder();
    const { json } = await ask('payer', { email: EMAIL });
    expect(json).toEqual({
      payer_checkouts: [
        expect.objectContaining({
          checkout_id: '1001',
          account_id: 'Gem Street',
          amount: 100_000_000,
          unit: 'uT',
          credit_card_id: alice.address,
        }),
      ],
    });
    const [asked] = middleware?.asked ?? [];
    expect(asked?.path).toBe('/base/payer');
    expect(asked?.body).toEqual({ payer_email: EMAIL, num_elements: 50 });
    expect(asked?.headers.authorization).toBe(middleware?.secret);
    expect(asked?.headers['content-type']).toBe('application/json');
  });

  it('6. answers an empty list for a payer that nobody knows', async () => {
    await begin();
    for (const body of [
      { email: 'nobody@example.com' },
      { customer_id: '1' },
      { order: '1' },
      { address: alice.address },
    ]) {
      expect((await ask('payer', body)).json).toEqual({ payer_checkouts: [] });
    }
  });

  it('7. finds a payer by customer, wallet and order', async () => {
    await begin();
    await paidOrder();
    for (const body of [{ customer_id: 7001 }, { address: alice.address }, { order: '1001' }]) {
      const { json } = await ask('payer', body);
      expect(json.payer_checkouts.map((one: { checkout_id: string }) => one.checkout_id)).toEqual(['1001']);
    }
  });

  it('8. refunds a part, and says so in the checkout', async () => {
    await begin();
    await paidOrder();
    const refunded = await ask('refund', { checkout_id: '1001', refund_reason: 'broken', amount: 40_000_000 });
    expect(refunded.status, refunded.text).toBe(200);
    expect(refunded.json).toMatchObject({
      checkout_id: '1001',
      refund: { amount_refunded: 40_000_000, refund_reason: 'broken' },
      unit: 'uT',
    });
    const { json } = await ask('checkout', { checkout_id: '1001' });
    expect(json.refund).toEqual({ amount_refunded: 40_000_000, refund_reason: 'broken' });
  });

  it('9. refunds all of the rest where the amount is left out', async () => {
    await begin();
    await paidOrder();
    await ask('refund', { checkout_id: '1001', refund_reason: 'broken', amount: '30000000' });
    const all = await askForm('refund', 'checkout_id=1001&refund_reason=all+of+it');
    expect(all.json.refund.amount_refunded).toBe(70_000_000);
    expect((await ask('checkout', { checkout_id: '1001' })).json.refund.amount_refunded).toBe(100_000_000);
    expectForm(await ask('refund', { checkout_id: '1001', refund_reason: 'again' }), 422, expect.any(String) as never);
  });

  it('10. answers payouts as withdrawals', async () => {
    await begin();
    await paidOrder();
    expect((await ask('withdrawal', {})).json).toEqual([]);
    await server.grant(alice, 'user');
    const { json } = await ask('refund', {
      checkout_id: '1001',
      refund_reason: 'broken',
      amount: 5_000_000,
      address: alice.address,
    });
    const { json: withdrawals } = await ask('withdrawal', { account_id: 'Gem Street', start: 0 });
    if (json.state === 'approved')
      expect(withdrawals).toMatchObject([{ amount: 5_000_000, destination: alice.address }]);
    else expect(withdrawals).toEqual([]);
  });

  it('11. answers held money as the reserve, with a reason in place of a day', async () => {
    await begin();
    await server.payConfirmed({ sender: alice.address, txid: '77', amount: 9_000_000n });
    const { json } = await ask('reserve', { account_id: 'Gem Street' });
    expect(json).toMatchObject({ currency: 'XTM', unit: 'uT', reserved_amount: 9_000_000, is_complete: true });
    expect(json.withdrawals_schedule).toMatchObject([{ time: null, amount: 9_000_000, reason: 'unclaimed_sender' }]);
  });

  it('12. answers a wallet as the card, by either name of its id', async () => {
    await begin();
    await paidOrder();
    for (const name of ['id', 'credit_card_id']) {
      const { json } = await ask('credit_card', { [name]: alice.address });
      expect(json).toMatchObject({
        credit_card_id: alice.address,
        create_time: expect.any(String),
        state: 'stated',
        shared: false,
        customers: [{ customer_id: '7001' }],
      });
    }
    expectForm(await ask('credit_card', { id: personOf(99).address }), 404, 'support_wallet_not_found');
  });

  it('13. answers a pull pointer as the preapproval, and cancels it for good', async () => {
    await begin();
    const terms = {
      amount: 1000n,
      asset: { code: 'XTM', scale: 6 },
      startAt: null,
      expiryAt: null,
      interval: 'P1D',
      cycles: 3,
      cap: true,
      maxPull: null,
      webhook: null,
      description: null,
      reference: 'contract 7',
    };
    const { id } = await server.app.services.pullPayments.create(terms);
    server.secrets.add(id);
    const shown = await ask('preapproval', { preapproval_id: id });
    expect(shown.json).toMatchObject({ preapproval_id: id, period: 'P1D', auto_recur: true, state: 'active' });
    expect((await ask('preapproval', { id })).json).toEqual(shown.json);
    const cancelled = await ask('preapproval/cancel', { preapproval_id: id });
    expect(cancelled.json).toMatchObject({ preapproval_id: id, state: 'cancelled' });
    expectForm(await ask('preapproval/cancel', { preapproval_id: id }), 409, 'pull_pointer_cancelled');
  });

  it('15. hands on what the merchant’s program says for people, and its whole error', async () => {
    await begin();
    const error = { error: 'E_DB', error_message: 'Our database is away.', trace: { id: 7 } };
    for (const status of [200, 403, 500]) {
      if (middleware !== undefined) middleware.misbehave = (response) => send(response, status, error);
      const answer = await ask('payer', { email: EMAIL });
      expectForm(answer, 502, 'directory_failed');
      expect(answer.json).toMatchObject({ error_message: 'Our database is away.', original_error: error });
    }
  });
});

describe('what goes wrong', () => {
  it('is refused in the form without a token, before anything is read', async () => {
    await begin();
    for (const path of ROUTES) {
      expectForm(await server.post(`/support/${path}`, { checkout_id: '1' }), 403, 'support_token_missing');
      expectForm(await server.post(`/support/${path}`, '{'), 403, 'support_token_missing');
    }
    expectForm(await server.post('/support/checkout', {}, { token: 'nonsense' }), 401, 'access_token_invalid');
  });

  it('is refused to who lacks the role', async () => {
    await begin();
    const bob = ACCOUNTS[1];
    token = await server.logIn(bob, 'user');
    for (const path of ROUTES) {
      expectForm(await ask(path, {}), 403, 'permission_missing');
    }
    token = await server.logIn(personOf(151), 'read_all');
    expectForm(await ask('refund', { checkout_id: '1', refund_reason: 'x' }), 403, 'permission_missing');
    expect((await ask('checkout', {})).status).toBe(200);
  });

  it('is 405 for every other method, with the one that is served', async () => {
    await begin();
    for (const path of ROUTES) {
      for (const method of ['GET', 'PUT', 'DELETE']) {
        const answer = await server.request(method, `/support/${path}`, { token });
        expectForm(answer, 405, 'method_not_allowed');
        expect(answer.headers.get('allow')).toBe('POST');
      }
    }
    expectForm(await ask('nosuch', {}), 404, 'route_not_found');
  });

  it('is 4xx and never 5xx without a body, and with one that cannot be read', async () => {
    await begin();
    for (const path of ROUTES) {
      for (const body of [undefined, '', '{', '[]', '"x"', 'null', '{"a":1,"a":2}x']) {
        const { status, json } = await ask(path, body, { 'content-type': 'application/json' });
        expect(status, `${path} ${body}`).toBeGreaterThanOrEqual(400);
        expect(status, `${path} ${body}`).toBeLessThan(500);
        expect(json).toHaveProperty('error_message');
      }
    }
    expectForm(
      await server.post('/support/payer', 'x', { token, headers: { 'content-type': 'text/xml' } }),
      415,
      'unsupported_media_type',
    );
    expectForm(await askForm('refund', 'amount=1&amount=2&checkout_id=1&refund_reason=x'), 400, 'invalid_request');
  });

  it.each([
    ['empty in a form', 'checkout_id=1001&refund_reason=x&amount='],
    ['0 in a form', 'checkout_id=1001&refund_reason=x&amount=0'],
    ['a decimal in a form', 'checkout_id=1001&refund_reason=x&amount=1.5'],
  ])('refuses an amount that is %s, and moves nothing', async (_, form) => {
    await begin();
    await paidOrder();
    const before = server.everything();
    expectForm(await askForm('refund', form), 422, 'support_amount_refused');
    expect(server.everything()).toEqual(before);
  });

  it.each([
    ['null', null],
    ['empty', ''],
    ['0', 0],
    ['-1', -1],
    ['a decimal', 1.5],
    ['a text', 'all'],
    ['a list', [1]],
    ['true', true],
    ['more than the rest', 100_000_001],
    ['more than all Tari', '99999999999999999999'],
  ])('refuses an amount that is %s in JSON, and moves nothing', async (_, amount) => {
    await begin();
    await paidOrder();
    const before = server.everything();
    const answer = await ask('refund', { checkout_id: '1001', refund_reason: 'x', amount });
    expectForm(answer, 422, expect.any(String) as never);
    expect(server.everything()).toEqual(before);
  });

  it('refuses a fee, a missing reason, an order that is not paid, and one that is not there', async () => {
    await begin();
    await server.dollarOrder({ id: 1002, customer: { id: 7001 } });
    const refund = { checkout_id: '1002', refund_reason: 'x' };
    expectForm(await ask('refund', { ...refund, app_fee: 0 }), 422, 'support_fee_refused');
    expectForm(await ask('refund', { checkout_id: '1002' }), 400, 'invalid_request');
    expectForm(await ask('refund', { ...refund, refund_reason: ' ' }), 400, 'invalid_request');
    expect((await ask('refund', refund)).status).toBe(422);
    expectForm(await ask('refund', { ...refund, checkout_id: '1' }), 404, 'order_not_found');
  });

  it('refunds once under one key, however often it is asked', async () => {
    await begin();
    await paidOrder();
    const body = { checkout_id: '1001', refund_reason: 'broken', amount: 40_000_000 };
    const key = { 'idempotency-key': 'refund-1' };
    const answers = await Promise.all([1, 2, 3].map(() => ask('refund', body, key)));
    expect(new Set(answers.map(({ text }) => text)).size).toBe(1);
    expect(answers[0]?.status).toBe(200);
    expect((await ask('checkout', { checkout_id: '1001' })).json.refund.amount_refunded).toBe(40_000_000);
    expectForm(await ask('refund', { ...body, amount: 1_000_000 }, key), 422, 'idempotency_key_reused');
    const form = { 'content-type': 'application/x-www-form-urlencoded', ...key };
    const other = await server.post('/support/refund', 'checkout_id=1001&refund_reason=x&amount=7', {
      token,
      headers: form,
    });
    expectForm(other, 422, 'idempotency_key_reused');
  });

  it('lives on when the merchant’s program is out of reach', async () => {
    await begin();
    await middleware?.close();
    const answer = await ask('payer', { email: EMAIL });
    expectForm(answer, 502, 'directory_failed');
    expect(answer.text).toContain('ECONNREFUSED');
    expect((await ask('checkout', {})).status).toBe(200);
  });

  it.each<[string, NonNullable<StandInMiddleware['misbehave']>]>([
    ['breaks off', (response) => response.destroy()],
    ['sends no JSON', (response) => response.end('<html>It works!</html>')],
    ['sends another form', (response) => send(response, 200, { payer_checkouts: { length: 1 } })],
    ['sends ids that are none', (response) => send(response, 200, { payer_checkouts: [{ checkout_id: {} }] })],
    ['redirects', (response) => response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end()],
    ['answers 500', (response) => response.writeHead(500).end('{}')],
    ['never ends its answer', (response) => response.writeHead(200).write(`{"payer_checkouts": [${' '.repeat(100)}`)],
    ['sends far too much', (response) => flood(response)],
  ])('is 502 when the merchant’s program %s', async (_, misbehave) => {
    await begin();
    if (middleware !== undefined) middleware.misbehave = misbehave;
    expectForm(await ask('payer', { email: EMAIL }), 502, 'directory_failed');
    expect((await ask('checkout', {})).status).toBe(200);
  });

  it('names ids that are not ours without a fault', async () => {
    await begin();
    const ids = ['', '\u0000', "'; drop table orders; --", 'x'.repeat(269), '99999999999999999999999'];
    const lie = { payer_checkouts: [...ids, ...ids.map((id) => `#${id}`)].map((id) => ({ checkout_id: id })) };
    if (middleware !== undefined) middleware.misbehave = (response) => send(response, 200, lie);
    const answer = await ask('payer', { email: EMAIL });
    expect(answer.status).toBeLessThan(500);
    if (answer.status === 200) expect(answer.json).toEqual({ payer_checkouts: [] });
  });

  it('refuses texts that are no e-mail addresses, and asks nobody', async () => {
    await begin();
    for (const email of ['x', 'a@b"c', 'a b@c', '"a"@b.c', 'a@b\\c', `${'a'.repeat(65)}@b.c`, 'a@b\nc', 'a@b@c']) {
      expectForm(await ask('payer', { email }), 400, 'invalid_request');
    }
    expectForm(await ask('payer', { email: EMAIL, order: '1' }), 400, 'invalid_request');
    expect(middleware?.asked).toEqual([]);
  });

  it('says why an e-mail address cannot be looked up where there is no directory', async () => {
    server = await startServer({ settings: SETTINGS });
    token = await server.logIn(ADMIN, 'super_admin');
    expectForm(await ask('payer', { email: EMAIL }), 422, 'directory_missing');
  });

  it('is not there while the console is off', async () => {
    server = await startServer();
    token = await server.logIn(ADMIN, 'super_admin');
    expect((await ask('checkout', {})).status).toBe(404);
  });
});

function flood(response: Parameters<NonNullable<StandInMiddleware['misbehave']>>[0]): void {
  response.writeHead(200);
  const more = () => {
    while (!response.destroyed && response.write('x'.repeat(65_536)));
  };
  response.on('drain', more);
  more();
}
