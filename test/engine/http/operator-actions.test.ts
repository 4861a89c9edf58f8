import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROLES, type Role } from '#auth/roles.ts';
import { ownerOf } from '#engine/money/owners.ts';
import { addressToEmoji } from '#tari/address.ts';
import { TARI_SUPPLY } from '#tari/micro-tari.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { type Answer, borrowServer, errorOf, type RequestOptions, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, NOW, type Person } from '#test/test-wallets.ts';

const [ALICE, BOB, OPERATOR] = ACCOUNTS;
const TIME = NOW.toISOString();
const CUSTOMER = '7001';
const MADE = ownerOf(syntheticAddressOf(CUSTOMER)).address;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

let server: TestServer;
let token: string;

beforeEach(async () => {
  server = await borrowServer();
  token = await server.logIn(OPERATOR, 'write');
});
afterEach(() => server.close());

// ---- Short words --------------------------------------------------------------------------------------------------

const post = (path: string, body?: unknown, options: RequestOptions = {}) =>
  server.post(path, body, { token, ...options });
const patch = (path: string, body?: unknown, options: RequestOptions = {}) =>
  server.request('PATCH', path, { body, token, ...options });
const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });

/** An order as it is answered, as entered by `server.order()`. */
const ORDER = {
  id: 1,
  order_id: '1001',
  alt_id: '#1001',
  customer_id: CUSTOMER,
  memo: null,
  total_price: 100_000_000,
  original_price: '100.00',
  currency: 'XTM',
  created_at: TIME,
  updated_at: TIME,
  status: 'Unclaimed',
  amount_outstanding: null,
  amount_missing: 100_000_000 as number | null,
  amount_seen: 0,
  pay_to: null,
};

const auditLines = () =>
  server
    .rows('select actor, action, subject, reason, before, after from audit_log order by id')
    .filter((line) => line.actor === OPERATOR.address);

/** What an order claimed by the person, and not payable by that one alone, is made of. */
async function claimedOrder(person: Person, id: number, price: string): Promise<void> {
  await server.order({ id, name: `#${id}`, total_price: price });
  expect((await server.claim(person, String(id))).status).toBe(200);
}

/** Two people with 60 each, and an order of 100 that neither can pay alone. */
async function sharedOrder(): Promise<void> {
  await claimedOrder(ALICE, 1001, '100.00');
  await claimedOrder(BOB, 1002, '1000.00');
  await server.payConfirmed({ sender: ALICE.address, amount: 60_000_000n });
  await server.payConfirmed({ sender: BOB.address, amount: 60_000_000n });
}

async function expectNothingChanged(work: () => Promise<unknown>): Promise<void> {
  const before = server.everything();
  await work();
  expect(server.everything()).toEqual(before);
}

// ---- What is answered ---------------------------------------------------------------------------------------------

describe('POST /api/credit', () => {
  it('answers a settlement, empty where nothing was paid', async () => {
    const answer = await post('/api/credit', { customer_id: CUSTOMER, amount: 5, reason: 'a prize' });
    expect([answer.status, answer.json]).toEqual([200, { orders_paid: [], settlements: [] }]);
    expect(auditLines()).toMatchObject([{ action: 'credit customer', subject: CUSTOMER, reason: 'a prize' }]);
  });

  it('answers what it paid', async () => {
    await server.order();
    const answer = await post('/api/credit', { customer_id: CUSTOMER, amount: 100_000_000 });
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        orders_paid: [{ ...ORDER, status: 'Paid', amount_missing: null }],
        settlements: [
          {
            id: 1,
            created_at: TIME,
            order_id: '1001',
            payment_address: MADE,
            settlement_type: 'single',
            amount: 100_000_000,
          },
        ],
      },
    ]);
  });

  it('takes back, but not more than there is', async () => {
    await post('/api/credit', { customer_id: CUSTOMER, amount: 10_000_000 });
    await expectNothingChanged(async () => {
      const answer = await post('/api/credit', { customer_id: CUSTOMER, amount: -10_000_001 });
      expect(errorOf(answer)).toEqual({
        status: 400,
        code: 'credit_exceeds_balance',
        error: 'The customer has less than that to take back: 10.000000 XTM.',
      });
    });
    expect((await post('/api/credit', { customer_id: CUSTOMER, amount: -10_000_000, reason: null })).status).toBe(200);
    expect(server.rows('select total_confirmed from accounts where address = ?', MADE)).toEqual([
      { total_confirmed: 0n },
    ]);
  });

  it('is not rounded past 2^53', async () => {
    await post('/api/credit', `{"customer_id":"7001","amount":9007199254740993}`);
    expect(server.rows('select amount from payments')).toEqual([{ amount: 9_007_199_254_740_993n }]);
  });

  it('counts twice where it is sent twice at once, without a key', async () => {
    const body = { customer_id: CUSTOMER, amount: 5, reason: 'a prize' };
    const answers = await Promise.all([post('/api/credit', body), post('/api/credit', body)]);
    expect(answers.map((answer) => answer.status)).toEqual([200, 200]);
    expect(server.rows('select count(distinct txid) as count, sum(amount) as sum from payments')).toEqual([
      { count: 2n, sum: 10n },
    ]);
  });
});

describe('POST /api/fulfill', () => {
  it('answers the paid order', async () => {
    await server.order();
    const answer = await post('/api/fulfill', { order_id: '1001', reason: 'paid in cash' });
    expect([answer.status, answer.json]).toEqual([200, { ...ORDER, status: 'Paid', amount_missing: null }]);
    expect(auditLines()).toMatchObject([{ action: 'fulfill order', subject: '1001', reason: 'paid in cash' }]);
  });
});

describe('POST /api/cancel', () => {
  it('answers the order with its memo, and tells the shop', async () => {
    await server.close();
    server = await startServer({ shop: true });
    token = await server.logIn(OPERATOR, 'write');
    await server.order({ note: 'please wrap it' });
    const answer = await post('/api/cancel', { order_id: '1001', reason: 'out of stock' });
    expect([answer.status, answer.json]).toEqual([
      200,
      { ...ORDER, memo: 'please wrap it', status: 'Cancelled', amount_missing: null },
    ]);
    const told = `select type, deliveries.subject, state from deliveries join events on events.id = event_id`;
    expect(server.rows(told)).toEqual([{ type: 'OrderAnnulled', subject: '1001', state: 'pending' }]);
    expect(errorOf(await post('/api/cancel', { order_id: '1001', reason: 'again' }))).toMatchObject({
      status: 400,
      code: 'order_change_forbidden',
    });
    expect(server.rows(told)).toHaveLength(1);
  });
});

describe('PATCH /api/order_memo', () => {
  it('answers the order with its new memo', async () => {
    await server.order();
    const answer = await patch('/api/order_memo', { order_id: '1001', new_memo: 'line 1\nline 2 τ' });
    expect([answer.status, answer.json]).toEqual([200, { ...ORDER, memo: 'line 1\nline 2 τ' }]);
    expect(auditLines()).toMatchObject([{ action: 'change memo of order', subject: '1001', reason: null }]);
  });
});

describe('PATCH /api/order_price', () => {
  it('answers the order with its new price', async () => {
    await server.order();
    const answer = await patch('/api/order_price', { order_id: '1001', new_price: 5, reason: 'a discount' });
    expect([answer.status, answer.json]).toEqual([200, { ...ORDER, total_price: 5, amount_missing: 5 }]);
    expect(auditLines()).toMatchObject([
      { action: 'change price of order', reason: 'a discount', before: expect.stringContaining('100000000') },
    ]);
  });

  it('answers the paid order where the new price pays it', async () => {
    await sharedOrder();
    const answer = await patch('/api/order_price', { order_id: '1001', new_price: 60_000_000 });
    expect(answer.json).toMatchObject({
      order_id: '1001',
      total_price: 60_000_000,
      status: 'Paid',
      amount_missing: null,
    });
  });

  it('takes all Tari that there is, and no more', async () => {
    await server.order();
    const price = (amount: bigint) => patch('/api/order_price', { order_id: '1001', new_price: amount });
    expect((await price(TARI_SUPPLY)).text).toContain(`"total_price":${TARI_SUPPLY},`);
    expect(errorOf(await price(TARI_SUPPLY + 1n))).toMatchObject({
      status: 400,
      error: expect.stringContaining('new_price: must be from 0 to 21000000000000000'),
    });
    expect(errorOf(await price(-100n))).toMatchObject({
      status: 400,
      error: expect.stringContaining('The requested order change is forbidden.'),
    });
    expect(server.rows('select total_price, status from orders')).toEqual([
      { total_price: TARI_SUPPLY, status: 'Unclaimed' },
    ]);
  });
});

describe('PATCH /api/reassign_order', () => {
  it('answers the order before and after, and what paid it', async () => {
    await server.order();
    await post('/api/credit', { customer_id: 'c2', amount: 150_000_000 });
    const body = { order_id: '1001', new_customer_id: 'c2', reason: 'wrong account' };
    const answer = await patch('/api/reassign_order', body);
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        orders: { old_order: ORDER, new_order: { ...ORDER, customer_id: 'c2', status: 'Paid', amount_missing: null } },
        settlements: [
          {
            id: 1,
            created_at: TIME,
            order_id: '1001',
            payment_address: ownerOf(syntheticAddressOf('c2')).address,
            settlement_type: 'single',
            amount: 100_000_000,
          },
        ],
      },
    ]);
    expect(
      server.rows('select customer_id, total_current, total_paid from customers order by customer_id'),
    ).toMatchObject([
      { customer_id: CUSTOMER, total_current: 0n, total_paid: 0n },
      { customer_id: 'c2', total_current: 0n, total_paid: 100_000_000n },
    ]);
  });
});

describe('PATCH /api/reset_order', () => {
  it('answers the order before and after', async () => {
    await server.order();
    await post('/api/cancel', { order_id: '1001', reason: 'a mistake' });
    const answer = await patch('/api/reset_order/1001');
    expect([answer.status, answer.json]).toEqual([
      200,
      { old_order: { ...ORDER, status: 'Cancelled', amount_missing: null }, new_order: ORDER },
    ]);
    expect(errorOf(await patch('/api/reset_order/1001'))).toMatchObject({
      status: 400,
      code: 'order_change_forbidden',
      error: 'The requested order change is forbidden. Order 1001 is Unclaimed and cannot be reset.',
    });
    expect(errorOf(await patch('/api/reset_order/nowhere'))).toMatchObject({ status: 404, code: 'order_not_found' });
  });

  it('is impossible while the shop cannot take a cancelled order back', async () => {
    await server.close();
    server = await startServer({ shop: true });
    token = await server.logIn(OPERATOR, 'write');
    await server.order();
    await post('/api/cancel', { order_id: '1001', reason: 'a mistake' });
    await expectNothingChanged(async () => {
      for (const orderId of ['1001', 'nowhere']) {
        expect(errorOf(await patch(`/api/reset_order/${orderId}`))).toEqual({
          status: 501,
          code: 'order_reset_impossible',
          error: 'The shop cannot take a cancelled order back, so it cannot be reset here either.',
        });
      }
    });
  });
});

describe('POST /api/settle', () => {
  const forms: readonly [whose: string, path: string][] = [
    ['a customer', `/api/settle/customer/${CUSTOMER}`],
    ['an address', `/api/settle/address/${ALICE.address}`],
    ['an address as emoji', `/api/settle/address/${encodeURIComponent(addressToEmoji(ALICE.tariAddress))}`],
  ];

  it.each(forms)('answers what was paid for %s, and then null', async (_, path) => {
    await sharedOrder();
    const answer = await post(path);
    expect(answer.json).toMatchObject({
      orders_paid: [{ order_id: '1001', status: 'Paid', amount_missing: null }],
      settlements: [
        { settlement_type: 'multiple', amount: 60_000_000 },
        { settlement_type: 'multiple', amount: 40_000_000 },
      ],
    });
    await expectNothingChanged(async () => {
      const again = await post(path);
      expect([again.status, again.text]).toEqual([200, 'null']);
      expect(again.headers.get('content-type')).toContain('application/json');
    });
  });

  it('shows callers their own part, and those who may read all the whole', async () => {
    for (const roles of [[], ['user'], ['read_all'], ['super_admin']] as Role[][]) {
      await server.close();
      server = await borrowServer();
      await sharedOrder();
      const settled = await post('/api/settle', undefined, { token: await server.logIn(ALICE, ...roles) });
      expect(settled.status).toBe(200);
      expect(settled.json.orders_paid).toMatchObject([{ order_id: '1001', status: 'Paid', amount_missing: null }]);
      const payers = settled.json.settlements.map((entry: { payment_address: string }) => entry.payment_address);
      const seesAll = roles.includes('read_all') || roles.includes('super_admin');
      expect(payers.sort()).toEqual(seesAll ? [ALICE.address, BOB.address].sort() : [ALICE.address]);
      expect(server.rows(`select actor, subject from audit_log where action = 'settle address'`)).toEqual([
        { actor: ALICE.address, subject: ALICE.address },
      ]);
    }
  });

  it('is null for somebody who has nothing', async () => {
    const answer = await post('/api/settle');
    expect([answer.status, answer.text]).toEqual([200, 'null']);
  });
});

// ---- Who may ------------------------------------------------------------------------------------------------------

/** Every change, with a request that is right in form. */
const CHANGES: readonly [method: 'POST' | 'PATCH', path: string, body: Record<string, unknown> | undefined][] = [
  ['POST', '/api/credit', { customer_id: CUSTOMER, amount: 5, reason: 'r' }],
  ['POST', '/api/fulfill', { order_id: '1001', reason: 'r' }],
  ['POST', '/api/cancel', { order_id: '1001', reason: 'r' }],
  ['PATCH', '/api/order_memo', { order_id: '1001', new_memo: 'new', reason: 'r' }],
  ['PATCH', '/api/order_price', { order_id: '1001', new_price: 5, reason: 'r' }],
  ['PATCH', '/api/reassign_order', { order_id: '1001', new_customer_id: 'c2', reason: 'r' }],
  ['PATCH', '/api/reset_order/1001', undefined],
  ['POST', `/api/settle/address/${ALICE.address}`, undefined],
  ['POST', `/api/settle/customer/${CUSTOMER}`, undefined],
];

describe.each(CHANGES)('%s %s', (method, path, body) => {
  const send = (options: RequestOptions = {}): Promise<Answer> =>
    server.request(method, path, { body, token, ...options });

  it('is refused to whoever lacks the role', async () => {
    await server.order();
    const others = ROLES.filter((role) => role !== 'write' && role !== 'super_admin');
    const strangers = await server.logIn(ALICE, ...others);
    await expectNothingChanged(async () => {
      expect(errorOf(await send({ token: strangers }))).toEqual({
        status: 403,
        code: 'permission_missing',
        error: 'Insufficient permissions.',
      });
    });
  });

  it('does one thing under one key, also at once in parallel', async () => {
    await server.order();
    if (path.includes('reset')) await post('/api/cancel', { order_id: '1001', reason: 'r' });
    const first = await send(withKey('key-1'));
    expect(first.status).toBe(200);
    server.clock.advance(HOUR_MS);
    await expectNothingChanged(async () => {
      const repeats = await Promise.all(Array.from({ length: 5 }, () => send(withKey('key-1'))));
      for (const repeat of repeats) expect([repeat.status, repeat.text]).toEqual([200, first.text]);
    });
  });
});

// ---- Idempotency-Key ----------------------------------------------------------------------------------------------

describe('an Idempotency-Key', () => {
  const body = { customer_id: CUSTOMER, amount: 5, reason: 'r' };
  const given = () => server.rows('select coalesce(sum(amount), 0) as sum from payments')[0]?.sum;

  it('makes requests that come at once in parallel one', async () => {
    const answers = await Promise.all(Array.from({ length: 10 }, () => post('/api/credit', body, withKey('k'))));
    expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
    expect(given()).toBe(5n);
    expect(auditLines()).toHaveLength(1);
  });

  it('stands for one request: method, path and body as they were sent', async () => {
    await post('/api/credit', body, withKey('k'));
    await expectNothingChanged(async () => {
      for (const other of [
        () => post('/api/credit', { ...body, amount: 6 }, withKey('k')),
        () => post('/api/credit', JSON.stringify(body, undefined, 1), withKey('k')),
        () => post('/api/credit?again', body, withKey('k')),
        () => post(`/api/settle/customer/${CUSTOMER}`, undefined, withKey('k')),
      ]) {
        expect(errorOf(await other())).toEqual({
          status: 422,
          code: 'idempotency_key_reused',
          error: 'The Idempotency-Key was used for another request before.',
        });
      }
    });
  });

  it('is each caller’s own', async () => {
    await post('/api/credit', body, withKey('k'));
    const another = await server.logIn(BOB, 'write');
    const answer = await post('/api/credit', { ...body, amount: 7 }, { ...withKey('k'), token: another });
    expect(answer.status).toBe(200);
    expect(given()).toBe(12n);
  });

  it('holds for a caller who logs in again, and no longer than 24 hours', async () => {
    await post('/api/credit', body, withKey('k'));
    server.clock.advance(DAY_MS);
    token = await server.logIn(OPERATOR, 'write');
    await post('/api/credit', body, withKey('k'));
    expect(given()).toBe(5n);
    server.clock.advance(1);
    await post('/api/credit', body, withKey('k'));
    expect(given()).toBe(10n);
  });

  it('is not used up by a request that was refused', async () => {
    const fulfill = () => post('/api/fulfill', { order_id: '1001', reason: 'r' }, withKey('k'));
    expect((await fulfill()).status).toBe(404);
    await server.order();
    expect((await fulfill()).json).toMatchObject({ status: 'Paid', amount_missing: null });
    expect((await fulfill()).json).toMatchObject({ status: 'Paid', amount_missing: null });
  });

  it.each([
    ['is empty', ''],
    ['holds spaces', 'a b'],
    ['is too long', 'x'.repeat(256)],
    ['is not ASCII', 'k\u00e9y'],
  ])('that %s is refused', async (_, key) => {
    await expectNothingChanged(async () => {
      expect(errorOf(await post('/api/credit', body, withKey(key)))).toEqual({
        status: 400,
        code: 'invalid_request',
        error: expect.stringContaining('Idempotency-Key: must be 1 to 255 visible ASCII characters.'),
      });
    });
  });

  it('may have 255 characters, and case counts', async () => {
    for (const key of ['x'.repeat(255), 'k', 'K']) {
      expect((await post('/api/credit', body, withKey(key))).status).toBe(200);
    }
    expect(given()).toBe(15n);
  });
});

// ---- What is refused ----------------------------------------------------------------------------------------------

describe('a change that makes no sense', () => {
  const NOT_FOUND = 'The requested order nowhere does not exist';

  it.each([
    ['POST', '/api/fulfill', { reason: 'r' }],
    ['POST', '/api/cancel', { reason: 'r' }],
    ['PATCH', '/api/order_memo', { new_memo: 'm' }],
    ['PATCH', '/api/order_price', { new_price: 5 }],
    ['PATCH', '/api/reassign_order', { new_customer_id: 'c2', reason: 'r' }],
  ] as const)('%s %s is refused for an order that does not exist', async (method, path, body) => {
    await expectNothingChanged(async () => {
      const answer = await server.request(method, path, { body: { order_id: 'nowhere', ...body }, token });
      expect(errorOf(answer)).toEqual({ status: 404, code: 'order_not_found', error: NOT_FOUND });
    });
  });

  it.each([
    ['/api/order_memo', { new_memo: 'same' }],
    ['/api/order_price', { new_price: 100_000_000 }],
    ['/api/reassign_order', { new_customer_id: CUSTOMER, reason: 'r' }],
  ])('PATCH %s is refused where it would change nothing', async (path, body) => {
    await server.order({ note: 'same' });
    await expectNothingChanged(async () => {
      expect(errorOf(await patch(path, { order_id: '1001', ...body }))).toEqual({
        status: 400,
        code: 'order_change_no_op',
        error: expect.stringContaining('The requested order change would result in a no-op.'),
      });
    });
  });

  it.each([
    ['POST', '/api/fulfill', { reason: 'r' }],
    ['POST', '/api/cancel', { reason: 'r' }],
    ['PATCH', '/api/order_price', { new_price: 5 }],
    ['PATCH', '/api/reassign_order', { new_customer_id: 'c2', reason: 'r' }],
  ] as const)('%s %s is refused for an order that is Paid', async (method, path, body) => {
    await server.order();
    await post('/api/fulfill', { order_id: '1001', reason: 'r' });
    await expectNothingChanged(async () => {
      const answer = await server.request(method, path, { body: { order_id: '1001', ...body }, token });
      expect(errorOf(answer)).toEqual({
        status: 400,
        code: 'order_change_forbidden',
        error: expect.stringMatching(/^The requested order change is forbidden\. Order 1001 is Paid/),
      });
    });
  });
});

describe('bad input', () => {
  const long = 'x'.repeat(300);
  const badCredit: readonly [field: string, body: unknown][] = [
    ['customer_id', { amount: 5 }],
    ['customer_id', { customer_id: '', amount: 5 }],
    ['customer_id', { customer_id: long, amount: 5 }],
    ['customer_id', { customer_id: 7001, amount: 5 }],
    ['amount', { customer_id: 'c' }],
    ['amount', { customer_id: 'c', amount: 0 }],
    ['amount', { customer_id: 'c', amount: 1.5 }],
    ['amount', { customer_id: 'c', amount: '5' }],
    ['amount', { customer_id: 'c', amount: null }],
    ['amount', { customer_id: 'c', amount: TARI_SUPPLY + 1n }],
    ['amount', { customer_id: 'c', amount: -TARI_SUPPLY - 1n }],
    ['amount', { customer_id: 'c', amount: 2n ** 64n }],
    ['reason', { customer_id: 'c', amount: 5, reason: 'x'.repeat(1001) }],
    ['reason', { customer_id: 'c', amount: 5, reason: 5 }],
  ];
  const badNaming = (more: object): readonly [field: string, body: unknown][] => [
    ['order_id', { reason: 'r', ...more }],
    ['order_id', { order_id: '', reason: 'r', ...more }],
    ['order_id', { order_id: long, reason: 'r', ...more }],
    ['order_id', { order_id: 'a\u0000', reason: 'r', ...more }],
    ['order_id', { order_id: 1001, reason: 'r', ...more }],
    ['reason', { order_id: '1001', ...more, reason: 'x'.repeat(1001) }],
  ];
  const BAD: readonly (readonly [method: string, path: string, bodies: readonly (readonly [string, unknown])[]])[] = [
    ['POST', '/api/credit', badCredit],
    ['POST', '/api/fulfill', [...badNaming({}), ['reason', { order_id: '1001' }]]],
    ['POST', '/api/cancel', [...badNaming({}), ['reason', { order_id: '1001', reason: null }]]],
    [
      'PATCH',
      '/api/order_memo',
      [
        ...badNaming({ new_memo: 'm' }),
        ['new_memo', { order_id: '1001' }],
        ['new_memo', { order_id: '1001', new_memo: null }],
        ['new_memo', { order_id: '1001', new_memo: 'x'.repeat(16 * 1024 + 1) }],
      ],
    ],
    [
      'PATCH',
      '/api/order_price',
      [
        ...badNaming({ new_price: 5 }),
        ['new_price', { order_id: '1001' }],
        ['new_price', { order_id: '1001', new_price: -1 }],
        ['new_price', { order_id: '1001', new_price: 0.5 }],
        ['new_price', { order_id: '1001', new_price: '5' }],
        ['new_price', { order_id: '1001', new_price: TARI_SUPPLY + 1n }],
      ],
    ],
    [
      'PATCH',
      '/api/reassign_order',
      [
        ...badNaming({ new_customer_id: 'c2' }),
        ['new_customer_id', { order_id: '1001', reason: 'r' }],
        ['new_customer_id', { order_id: '1001', new_customer_id: '', reason: 'r' }],
        ['new_customer_id', { order_id: '1001', new_customer_id: long, reason: 'r' }],
        ['reason', { order_id: '1001', new_customer_id: 'c2' }],
      ],
    ],
  ];

  it.each(BAD)('of %s %s is refused with the name of the field', async (method, path, bodies) => {
    await server.order();
    await expectNothingChanged(async () => {
      for (const [field, body] of bodies) {
        expect(errorOf(await server.request(method, path, { body, token }))).toEqual({
          status: 400,
          code: 'invalid_request',
          error: expect.stringMatching(new RegExp(`^The request is not as expected: ${field}: .+\\.$`)),
        });
      }
    });
  });

  it.each(CHANGES.filter(([, , body]) => body !== undefined))(
    'of %s %s that is no object is refused',
    async (...change) => {
      const [method, path] = change;
      for (const body of [undefined, '', '{', '[]', '"text"', 'null']) {
        const headers = { 'content-type': 'application/json' };
        expect(errorOf(await server.request(method, path, { body, token, headers }))).toMatchObject({ status: 400 });
      }
    },
  );

  it('in the paths of settle and reset is refused with the name of the parameter', async () => {
    expect(errorOf(await post('/api/settle/address/nobody'))).toMatchObject({
      status: 400,
      error: expect.stringContaining('address: is not a Tari address'),
    });
    expect(errorOf(await post(`/api/settle/customer/${long}`))).toMatchObject({
      status: 400,
      error: expect.stringContaining('id: '),
    });
    expect(errorOf(await patch(`/api/reset_order/${long}`))).toMatchObject({
      status: 400,
      error: expect.stringContaining('order_id: '),
    });
  });
});
