import { afterEach, describe, expect, it } from 'vitest';
import { addressToEmoji, addressToHex, dualAddress, withPaymentId } from '#tari/address.ts';
import { ADMIN, borrowServer, errorOf, startServer, type TestServer } from '#test/server.ts';
import { ACCOUNTS, HOT_WALLET, NOW } from '#test/test-wallets.ts';

const [ALICE, BOB, CAROL] = ACCOUNTS;
const TIME = NOW.toISOString();
const EPOCH = '1970-01-01T00:00:00.000Z';

/** 21 billion Tari and one µT: no double holds it. */
const HUGE = 20_999_999_999_999_999n;

let server: TestServer;

afterEach(() => server.close());

const reader = () => server.logIn(ADMIN, 'read_all');

/** Alice pays order 1001 of customer 7001 and has 50 XTM left; order 1002 of the customer waits for more. */
async function aPaidOrder(): Promise<void> {
  await server.order({ note: 'Leave it at the door' });
  await server.claim(ALICE, '1001');
  await server.payConfirmed({ txid: '77', amount: 150_000_000n, memo: 'Thanks', order_id: '1001' });
  await server.order({ id: 1002, name: '#1002', total_price: '80.00' });
  await server.claim(ALICE, '1002');
  await server.reportPayment({ txid: '78', amount: 5n });
}

const PAID_ORDER = {
  id: 1,
  order_id: '1001',
  alt_id: '#1001',
  customer_id: '7001',
  memo: 'Leave it at the door',
  total_price: 100_000_000,
  original_price: '100.00',
  currency: 'XTM',
  created_at: TIME,
  updated_at: TIME,
  status: 'Paid',
  amount_outstanding: null,
  amount_missing: null,
  amount_seen: 0,
  pay_to: null,
};
/** What operators see of the paid order beside that. */
const FOR_OPERATORS = {
  claimed_by: ALICE.address,
  claim_kind: 'proven',
  claims: [{ address: ALICE.address, created_at: TIME }],
  due_at: null,
  paid_by: [{ txid: '77', sender: ALICE.address, amount: 100_000_000 }],
};
const WAITING_ORDER = {
  ...PAID_ORDER,
  id: 2,
  order_id: '1002',
  alt_id: '#1002',
  memo: null,
  total_price: 80_000_000,
  original_price: '80.00',
  status: 'New',
  amount_missing: 30_000_000,
};
const CONFIRMED_PAYMENT = {
  txid: '77',
  created_at: TIME,
  updated_at: TIME,
  sender: ALICE.address,
  amount: 150_000_000,
  memo: 'Thanks',
  payment_type: 'on_chain',
  status: 'confirmed',
  order_id: '1001',
  payment_reference: null,
  block_height: null,
};
const RECEIVED_PAYMENT = {
  ...CONFIRMED_PAYMENT,
  txid: '78',
  amount: 5,
  memo: null,
  status: 'received',
  order_id: null,
};
const SETTLEMENT = {
  id: 1,
  created_at: TIME,
  order_id: '1001',
  payment_address: ALICE.address,
  settlement_type: 'single',
  amount: 100_000_000,
};
const BALANCE = {
  address: ALICE.address,
  total_confirmed: 150_000_000,
  total_paid: 100_000_000,
  current_balance: 50_000_000,
  last_update: TIME,
};

describe('GET /api/balance/{address}', () => {
  it('answers what is confirmed, spent and left', async () => {
    server = await borrowServer();
    await aPaidOrder();
    const answer = await server.get(`/api/balance/${ALICE.address}`, { token: await reader() });
    expect([answer.status, answer.json]).toEqual([200, BALANCE]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
  });

  it('answers zeros for an address that was never seen', async () => {
    server = await borrowServer();
    const answer = await server.get(`/api/balance/${CAROL.address}`, { token: await reader() });
    expect(answer.text).toBe(
      `{"address":"${CAROL.address}","total_confirmed":0,"total_paid":0,"current_balance":0,"last_update":"${EPOCH}"}`,
    );
  });

  it('takes the address in every form, the longest too, and finds the same account', async () => {
    server = await borrowServer();
    await aPaidOrder();
    const token = await reader();
    const { tariAddress } = ALICE;
    const dual = dualAddress('mainnet', BOB.tariAddress.spendKey, tariAddress.spendKey, 1);
    const longest = withPaymentId(dual, new Uint8Array(256).fill(7));
    const forms = [
      addressToHex(tariAddress),
      addressToEmoji(tariAddress),
      addressToHex(dual),
      addressToEmoji(longest),
      addressToHex(longest),
    ];
    for (const form of forms) {
      const answer = await server.get(`/api/balance/${encodeURIComponent(form)}`, { token });
      expect([answer.status, answer.json.current_balance]).toEqual([200, 50_000_000]);
    }
  });

  it('refuses what is no address', async () => {
    server = await borrowServer();
    const token = await reader();
    for (const wrong of ['nobody', '%20', `${ALICE.address}x`, '%F0%9F%98%80', 'constructor']) {
      const answer = errorOf(await server.get(`/api/balance/${wrong}`, { token }));
      expect(answer).toMatchObject({ status: 400, code: 'invalid_request' });
      expect(answer.error).toContain('address');
    }
  });

  it('writes amounts past 2^53 as whole numbers without loss', async () => {
    server = await borrowServer();
    await server.payConfirmed({ amount: HUGE });
    await server.payConfirmed({ amount: HUGE });
    const token = await reader();
    const balance = await server.get(`/api/balance/${ALICE.address}`, { token });
    expect(balance.text).toContain(`"total_confirmed":${2n * HUGE},"total_paid":0,"current_balance":${2n * HUGE},`);
    const payments = await server.get(`/api/payments/${ALICE.address}`, { token });
    expect(payments.text).toContain(`"total_payments":${2n * HUGE},`);
    expect(payments.text).toContain(`"amount":${HUGE},`);
  });
});

describe('GET /api/history/address/{address}', () => {
  it('answers balance, orders, payments and settlements of the address', async () => {
    server = await borrowServer();
    await aPaidOrder();
    const answer = await server.get(`/api/history/address/${ALICE.address}`, { token: await reader() });
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        address: ALICE.address,
        balance: BALANCE,
        orders: [PAID_ORDER, WAITING_ORDER],
        payments: [CONFIRMED_PAYMENT, RECEIVED_PAYMENT],
        settlements: [SETTLEMENT],
      },
    ]);
  });

  it('answers the same shape for an address that was never seen', async () => {
    server = await borrowServer();
    const answer = await server.get(`/api/history/address/${CAROL.address}`, { token: await reader() });
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        address: CAROL.address,
        balance: { address: CAROL.address, total_confirmed: 0, total_paid: 0, current_balance: 0, last_update: EPOCH },
        orders: [],
        payments: [],
        settlements: [],
      },
    ]);
  });
});

describe('GET /api/history/customer/{id}', () => {
  it('answers balances, sums, orders and settlements of the customer', async () => {
    server = await borrowServer();
    await aPaidOrder();
    const answer = await server.get('/api/history/customer/7001', { token: await reader() });
    const { address: _, last_update: __, ...sums } = BALANCE;
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        customer_id: '7001',
        balance: { ...sums, addresses: [BALANCE] },
        order_balance: {
          customer_id: '7001',
          total_current: 80_000_000,
          total_paid: 100_000_000,
          total_expired: 0,
          total_cancelled: 0,
        },
        orders: [PAID_ORDER, WAITING_ORDER],
        settlements: [SETTLEMENT],
      },
    ]);
  });

  it('answers zeros for a customer that was never seen', async () => {
    server = await borrowServer();
    const answer = await server.get('/api/history/customer/nobody', { token: await reader() });
    expect([answer.status, answer.json]).toEqual([
      200,
      {
        customer_id: 'nobody',
        balance: { total_confirmed: 0, total_paid: 0, current_balance: 0, addresses: [] },
        order_balance: {
          customer_id: 'nobody',
          total_current: 0,
          total_paid: 0,
          total_expired: 0,
          total_cancelled: 0,
        },
        orders: [],
        settlements: [],
      },
    ]);
  });

  it('finds guests, whose ids hold a colon', async () => {
    server = await borrowServer();
    await server.order({ customer: null });
    const answer = await server.get('/api/history/customer/guest%3A1001', { token: await reader() });
    expect(answer.json.orders).toHaveLength(1);
    expect((await server.get('/api/history/customer/guest:1001', { token: await reader() })).text).toBe(answer.text);
  });
});

describe('histories', () => {
  /** Five orders of one customer, of which Alice pays three, one after the other. */
  async function fiveOrders(): Promise<void> {
    for (let id = 1; id <= 5; id += 1) {
      await server.order({ id, name: `#${id}`, created_at: `2026-03-10T07:00:0${id}-05:00` });
      await server.claim(ALICE, String(id));
    }
    for (let txid = 1; txid <= 3; txid += 1) await server.payConfirmed({ txid: String(txid) });
  }

  it.each([
    [`/api/history/address/${ALICE.address}`, ['orders', 'payments', 'settlements']],
    ['/api/history/customer/7001', ['orders', 'settlements']],
    ['/api/history', ['orders', 'payments', 'settlements']],
  ])('of %s are read in parts, every row of each list once', async (path, lists) => {
    server = await borrowServer();
    await fiveOrders();
    const token = await server.logIn(ALICE, 'read_all');
    const whole = await server.get(path, { token });
    expect(whole.headers.get('x-next-cursor')).toBeNull();
    expect(whole.json.orders).toHaveLength(5);
    expect(whole.json.settlements).toHaveLength(3);
    const read = Object.fromEntries(lists.map((name) => [name, [] as unknown[]]));
    const lengths: number[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const part = await server.get(`${path}?limit=2${query}`, { token });
      expect(part.status).toBe(200);
      expect(part.json.balance).toEqual(whole.json.balance);
      for (const name of lists) read[name]?.push(...part.json[name]);
      lengths.push(part.json.orders.length);
      cursor = part.headers.get('x-next-cursor');
    }
    expect(lengths).toEqual([2, 2, 1]);
    expect(read).toEqual(Object.fromEntries(lists.map((name) => [name, whole.json[name]])));
  });

  it('refuse limits and cursors that are none', async () => {
    server = await borrowServer();
    const token = await reader();
    const cursor = (...parts: string[]) => Buffer.from(JSON.stringify(['history', ...parts])).toString('base64url');
    const wrong = [
      'limit=0',
      'limit=1001',
      'cursor=x',
      `cursor=${cursor('', '', '', '')}`,
      `cursor=${cursor('', '', '', '', '', '')}`,
      `cursor=${cursor('', '', '', '', '-1')}`,
      `cursor=${cursor('2026-03-10', '1', '', '', '')}`,
      `cursor=${cursor('', '', TIME, 'a\0', '')}`,
    ];
    for (const query of wrong) {
      const answer = await server.get(`/api/history/customer/7001?${query}`, { token });
      expect([query, errorOf(answer).code]).toEqual([query, 'invalid_request']);
    }
    const beginning = await server.get(`/api/history/customer/7001?cursor=${cursor('', '', '', '', '')}`, { token });
    expect(beginning.status).toBe(200);
  });
});

describe('GET /api/payments/{address}', () => {
  it('answers the payments with their sum, oldest first', async () => {
    server = await borrowServer();
    await aPaidOrder();
    const answer = await server.get(`/api/payments/${ALICE.address}`, { token: await reader() });
    expect([answer.status, answer.json]).toEqual([
      200,
      { address: ALICE.address, total_payments: 150_000_005, payments: [CONFIRMED_PAYMENT, RECEIVED_PAYMENT] },
    ]);
  });

  it('answers none for an address that was never seen', async () => {
    server = await borrowServer();
    const answer = await server.get(`/api/payments/${CAROL.address}`, { token: await reader() });
    expect(answer.text).toBe(`{"address":"${CAROL.address}","total_payments":0,"payments":[]}`);
  });
});

describe('GET /api/order/id/{order_id}', () => {
  it('shows any order to read_all and super_admin, by both of its names', async () => {
    server = await borrowServer();
    await aPaidOrder();
    for (const token of [await server.logIn(BOB, 'user', 'read_all'), await server.logIn(CAROL, 'super_admin')]) {
      for (const name of ['1001', '%231001']) {
        const answer = await server.get(`/api/order/id/${name}`, { token });
        expect([answer.status, answer.json]).toEqual([200, { ...PAID_ORDER, ...FOR_OPERATORS }]);
      }
    }
  });

  it('shows others the orders that they claimed or paid, and no more', async () => {
    server = await borrowServer();
    await aPaidOrder();
    await server.order({ id: 1003, name: '#1003' });
    await server.order({ id: 2000, name: '#2000', customer: { id: 9 } });
    const token = await server.logIn(ALICE, 'user');
    const bobsToken = await server.logIn(BOB, 'user');
    expect((await server.get('/api/order/id/1001', { token })).json).toEqual(PAID_ORDER);
    expect((await server.get('/api/order/id/1002', { token })).json).toEqual(WAITING_ORDER);
    // An order of somebody else, one that is nobody's yet, and one that does not exist look the same.
    for (const answer of [
      await server.get('/api/order/id/2000', { token }),
      await server.get('/api/order/id/404', { token }),
      await server.get('/api/order/id/1001', { token: bobsToken }),
      await server.get('/api/order/id/1002', { token: bobsToken }),
    ]) {
      expect([answer.status, answer.text]).toEqual([200, 'null']);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    }
  });

  it('does not show a customer’s other orders to whoever claimed one of them', async () => {
    server = await borrowServer();
    await server.order();
    await server.order({ id: 1002 });
    await server.claim(ALICE, '1001');
    const token = await server.logIn(ALICE, 'user');
    expect((await server.get('/api/order/id/1001', { token })).json.status).toBe('New');
    expect((await server.get('/api/order/id/1002', { token })).text).toBe('null');
  });

  it('knows the other name of an own order only where the mode is not strict', async () => {
    for (const [strict, shown] of [['on', false] as const, ['off', true] as const]) {
      server = await startServer({ settings: { TPG_STRICT_MODE: strict } });
      await server.order();
      await server.claim(ALICE, '1001');
      const answer = await server.get('/api/order/id/%231001', { token: await server.logIn(ALICE, 'user') });
      expect(answer.text !== 'null').toBe(shown);
      await server.close();
    }
  });

  it('reads ids with any characters, and refuses those that are none', async () => {
    server = await borrowServer();
    const id = "#10/01 'ä' %2F; drop table orders; --";
    await server.order({ id });
    const token = await reader();
    const admin = await server.logIn(ADMIN, 'super_admin');
    expect((await server.get(`/api/order/id/${encodeURIComponent(id)}`, { token: admin })).json.order_id).toBe(id);
    for (const wrong of ['%00', 'a%0Ab', 'a'.repeat(257)]) {
      const answer = await server.get(`/api/order/id/${wrong}`, { token: admin });
      expect(errorOf(answer)).toMatchObject({ status: 400, code: 'invalid_request' });
    }
    expect((await server.get('/api/order/id/', { token })).status).toBe(404);
  });

  it('writes prices past 2^53 without loss, and every nullable field', async () => {
    server = await borrowServer();
    await server.order({ name: undefined, total_price: '9007199254.740993' });
    const answer = await server.get('/api/order/id/1001', { token: await server.logIn(ADMIN, 'super_admin') });
    expect(answer.text).toBe(
      `{"id":1,"order_id":"1001","alt_id":null,"customer_id":"7001","memo":null,"total_price":9007199254740993,` +
        `"original_price":"9007199254.740993","currency":"XTM","created_at":"${TIME}","updated_at":"${TIME}",` +
        `"status":"Unclaimed","amount_outstanding":null,"amount_missing":9007199254740993,"amount_seen":0,"pay_to":null,` +
        `"claimed_by":null,"claim_kind":null,"claims":[],"due_at":"2026-03-10T14:00:00.000Z","paid_by":[]}`,
    );
  });
});

describe('all of them', () => {
  it('read while another process holds the database', async () => {
    server = await borrowServer();
    await aPaidOrder();
    const token = await reader();
    const unlock = server.lockDatabase();
    expect((await server.get(`/api/balance/${ALICE.address}`, { token })).json).toEqual(BALANCE);
    unlock();
  });

  it('do not answer to a hot wallet’s address as to a customer’s', async () => {
    server = await borrowServer();
    await aPaidOrder();
    const answer = await server.get(`/api/payments/${HOT_WALLET.address}`, { token: await reader() });
    expect(answer.json.payments).toEqual([]);
  });
});
