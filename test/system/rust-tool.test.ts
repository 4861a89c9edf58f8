import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { clientWithLogin } from '#auth/cli/login.ts';
import { type Answer, borrowServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

/**
 * The Rust server's tool works on: its requests, and answers that its types accept. It reads each answer into a structure
 * with typed fields; a field of another type, or one that is missing, makes it refuse the whole answer.
 */

const [ALICE, BOB] = ACCOUNTS;

/** As it names itself with each request. */
const HEADERS = { 'user-agent': 'Tari Payment Server Client' };

let server: TestServer;

beforeEach(async () => {
  server = await borrowServer();
  await server.grant(BOB, 'super_admin', 'read_all', 'write', 'user');
});
afterEach(() => server.close());

// ---- What its types accept --------------------------------------------------------------------------------------------

type Check = (value: unknown) => boolean;
type Shape = Check | readonly [Shape] | { readonly [field: string]: Shape };

const text: Check = (value) => typeof value === 'string';
const whole: Check = (value) => typeof value === 'bigint' || Number.isInteger(value);
/** chrono reads RFC 3339. */
const time: Check = (value) =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(value);
const optional =
  (shape: Shape): Check =>
  (value) =>
    value === null || problemsOf(value, shape).length === 0;
const oneOf =
  (...values: string[]): Check =>
  (value) =>
    values.includes(String(value));

/** Where an answer is not what the shape says; fields that the shape does not know are passed over, as serde does. */
function problemsOf(value: unknown, shape: Shape, path = '$'): string[] {
  if (typeof shape === 'function') return shape(value) ? [] : [`${path}: ${String(value)}`];
  if (isList(shape)) {
    if (!Array.isArray(value)) return [`${path} is no list`];
    return value.flatMap((each, index) => problemsOf(each, shape[0], `${path}[${index}]`));
  }
  if (typeof value !== 'object' || value === null) return [`${path} is no object`];
  return Object.entries(shape).flatMap(([field, wanted]) =>
    Object.hasOwn(value, field)
      ? problemsOf((value as Record<string, unknown>)[field], wanted, `${path}.${field}`)
      : [`${path}.${field} is missing`],
  );
}

function isList(shape: Exclude<Shape, Check>): shape is readonly [Shape] {
  return Array.isArray(shape);
}

const order = {
  id: whole,
  order_id: text,
  alt_id: optional(text),
  customer_id: text,
  memo: optional(text),
  total_price: whole,
  original_price: optional(text),
  currency: text,
  created_at: time,
  updated_at: time,
  status: oneOf('Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled'),
  amount_outstanding: optional(text),
};
const payment = {
  txid: text,
  created_at: time,
  updated_at: time,
  sender: text,
  amount: whole,
  memo: optional(text),
  payment_type: oneOf('on_chain', 'manual'),
  status: oneOf('received', 'confirmed', 'cancelled'),
  order_id: optional(text),
};
const settlement = {
  id: whole,
  created_at: time,
  order_id: text,
  payment_address: text,
  settlement_type: oneOf('single', 'multiple'),
  amount: whole,
};
const balance = { address: text, total_confirmed: whole, total_paid: whole, current_balance: whole, last_update: time };
const settled = { orders_paid: [order], settlements: [settlement] } as const;
const changed = { old_order: order, new_order: order };
const history = { address: text, balance, orders: [order], payments: [payment], settlements: [settlement] } as const;
const customerHistory = {
  customer_id: text,
  balance: { total_confirmed: whole, total_paid: whole, current_balance: whole, addresses: [balance] },
  order_balance: {
    customer_id: text,
    total_current: whole,
    total_paid: whole,
    total_expired: whole,
    total_cancelled: whole,
  },
  orders: [order],
  settlements: [settlement],
} as const;
const claimed = {
  order_id: text,
  total_price: whole,
  expires_at: time,
  status: oneOf('New', 'Paid'),
  send_to: { Single: { network: text, features: whole, public_spend_key: text } },
};

// ---- Its requests -----------------------------------------------------------------------------------------------------

/** It logs in with the seconds of its clock, and sends the bare token with each call. */
async function logIn(person: typeof ALICE, roles: string[], seconds: bigint): Promise<Answer> {
  const token = server.loginToken(person, roles, seconds);
  return server.request('POST', '/auth', { headers: { ...HEADERS, tpg_auth_token: token } });
}

const secondsNow = () => BigInt(Math.floor(server.clock.now().getTime() / 1000));

async function loggedIn(person: typeof ALICE, roles: string[]) {
  const { status, text: token } = await logIn(person, roles, secondsNow());
  expect(status).toBe(200);
  server.clock.advance(1_000);
  return async (method: string, path: string, body?: unknown): Promise<Answer> => {
    const answer = await server.request(method, path, { headers: HEADERS, token, ...(body !== undefined && { body }) });
    expect([method, path, answer.status, answer.text]).toEqual([method, path, 200, answer.text]);
    return answer;
  };
}

const accepts = (answer: Answer, shape: Shape) => expect(problemsOf(answer.json, shape)).toEqual([]);

describe('the tool of the Rust server', () => {
  it('runs through an operator’s day', async () => {
    await server.order();
    await server.order({ id: 1002, name: '#1002' });
    await server.payConfirmed({ order_id: '1001' });
    const call = await loggedIn(BOB, ['read_all', 'write', 'super_admin', 'user']);
    expect((await call('GET', '/api/check_token')).text).toBe('Token is valid.');
    accepts(await call('GET', `/api/balance/${ALICE.address}`), balance);
    accepts(await call('GET', `/api/history/address/${ALICE.address}`), history);
    accepts(await call('GET', '/api/history/customer/7001'), customerHistory);
    accepts(await call('GET', `/api/orders/${ALICE.address}`), { address: text, total_orders: whole, orders: [order] });
    accepts(await call('GET', `/api/payments/${ALICE.address}`), {
      address: text,
      total_payments: whole,
      payments: [payment],
    });
    accepts(await call('GET', '/api/search/orders?customer_id=7001'), [order]);
    accepts(await call('GET', '/api/order/id/1001'), order);
    accepts(await call('GET', '/api/payments-for-order/1001'), [payment]);
    accepts(await call('GET', '/api/creditors'), [{ customer_id: text, status: text, total_orders: whole }]);
    accepts(await call('GET', '/api/customer_ids?offset=0&count=20'), [text]);
    accepts(await call('GET', '/api/addresses?offset=0&count=20'), [text]);
    await call('POST', '/api/exchange_rate', { currency: 'USD', rate: 25_000_000 });
    accepts(await call('GET', '/api/exchange_rate/USD'), { currency: text, rate: whole, updated_at: time });
    accepts(await call('GET', '/api/wallets'), [{ address: text, ip_address: text, last_nonce: whole }]);
    accepts(await call('PATCH', '/api/order_memo', { order_id: '1002', new_memo: 'new', reason: 'r' }), order);
    accepts(await call('PATCH', '/api/order_price', { order_id: '1002', new_price: 90_000_000, reason: 'r' }), order);
    accepts(await call('PATCH', '/api/reassign_order', { order_id: '1002', new_customer_id: '7002', reason: 'r' }), {
      orders: changed,
      settlements: [settlement],
    });
    accepts(await call('POST', '/api/credit', { customer_id: '7002', amount: 90_000_000, reason: 'r' }), settled);
    accepts(await call('POST', '/api/settle/customer/7001'), optional(settled));
    await server.order({ id: 1003, name: '#1003' });
    accepts(await call('POST', '/api/fulfill', { order_id: '1003', reason: 'r' }), order);
    await server.order({ id: 1004, name: '#1004' });
    accepts(await call('POST', '/api/cancel', { order_id: '1004', reason: 'r' }), order);
  });

  it('claims an order, pays it, and looks at it', async () => {
    await server.order();
    const answer = await server.post('/order/claim', server.claimOf(ALICE, '1001'), { headers: HEADERS });
    accepts(answer, claimed);
    const call = await loggedIn(ALICE, ['user']);
    accepts(await call('GET', '/api/balance'), balance);
    accepts(await call('GET', '/api/history'), history);
    accepts(await call('GET', '/api/unfulfilled_orders'), { address: text, total_orders: whole, orders: [order] });
    accepts(await call('GET', '/api/payments'), { address: text, total_payments: whole, payments: [payment] });
    accepts(await call('POST', '/api/settle'), optional(settled));
    accepts(await server.request('GET', '/wallet/send_to', { headers: HEADERS }), [text]);
    await server.payConfirmed({ order_id: '1001' });
    accepts(await call('GET', '/api/orders'), { address: text, total_orders: whole, orders: [order] });
  });

  it('refuses nothing of a list for what the shop says is due: that is text, or null', async () => {
    await server.order({ total_outstanding: '100.00' });
    const call = await loggedIn(BOB, ['read_all', 'user']);
    const [found] = (await call('GET', '/api/search/orders?order_id=1001')).json as { amount_outstanding: unknown }[];
    expect(found?.amount_outstanding).toBe('100.00');
  });

  it('logs in after our tool, and our tool after it, ten times by turns', async () => {
    const ours = () =>
      clientWithLogin(
        {
          clock: server.clock,
          randomBytes: (length) => new Uint8Array(length).fill(7),
          fetch,
          sleep: async (milliseconds) => server.clock.advance(milliseconds),
        },
        { server: server.url, roles: ['user'], signer: { secretKey: ALICE.secretKey, address: ALICE.tariAddress } },
      );
    for (let turn = 1; turn <= 10; turn += 1) {
      const theirs = await logIn(ALICE, ['user'], secondsNow());
      expect([turn, theirs.status]).toEqual([turn, 200]);
      // In the same second: ours takes the next free number, which theirs is above when that second has passed.
      const client = ours();
      await client.logIn();
      expect(client.loggedInUntil()).toBeDefined();
      server.clock.advance(2_000);
    }
    const [kept] = server.rows(`select last_nonce from nonces where purpose = 'login' and account = ?`, ALICE.account);
    expect(BigInt(String(kept?.last_nonce))).toBeLessThanOrEqual(secondsNow());
  });
});
