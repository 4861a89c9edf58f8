import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROLES, withIncluded } from '#auth/roles.ts';
import { audit } from '#engine/reconciliation.ts';
import { addressToBase58, singleAddress } from '#tari/address.ts';
import { type Answer, borrowServer, errorOf, type RequestOptions, type TestServer } from '#test/server.ts';
import { ACCOUNTS, NOW, type Person } from '#test/test-wallets.ts';

/** Money that has paid no order yet, as operators see it and give it away, over HTTP. */

const [ALICE, BOB, OPERATOR] = ACCOUNTS;
const MINUTE_MS = 60_000;
const XTM = 1_000_000n;
const NOBODY = '';

let server: TestServer;
let token: string;

beforeEach(async () => {
  server = await borrowServer();
  token = await server.logIn(OPERATOR, 'user', 'read_all', 'write');
});
afterEach(async () => {
  // Whatever was given to whom, and however often at once: every µT is in exactly one place.
  expect((await audit(server.app.store)).differences).toEqual([]);
  await server.close();
});

const list = (query = '') => server.get(`/api/held${query}`, { token });
const assign = (txid: string, body: unknown, options: RequestOptions = {}) =>
  server.post(`/api/held/${encodeURIComponent(txid)}/assign`, body, { token, ...options });
const toOrder = (orderId: string) => ({ order_id: orderId, reason: 'the customer called' });
const toCustomer = (customerId: string) => ({ customer_id: customerId, reason: 'the customer called' });
const withKey = (key: string) => ({ headers: { 'idempotency-key': key } });
const rowOf = async (txid: string) => (await list()).json.find((row: { txid: string }) => row.txid === txid);
const statusOf = (orderId: string) =>
  server.rows('select status from orders where order_id = ?', orderId).map(({ status }) => status)[0];
const creditOf = (customerId: string) =>
  server.rows('select credit from customers where customer_id = ?', customerId).map(({ credit }) => credit)[0];
const freeCreditOf = ({ account }: Person) =>
  server.rows('select free_credit from accounts where account = ?', account)[0]?.free_credit;
const assignments = () => server.rows(`select id from events where type = 'PaymentAssigned'`).length;

/** Confirmed money of a sender whose owner has signed nothing. */
const heldMoney = (txid: string, amount: bigint, sender = ALICE.address) =>
  server.payConfirmed({ txid, amount, sender });

async function expectNothingChanged(work: () => Promise<unknown>): Promise<void> {
  const before = server.everything();
  await work();
  expect(server.everything()).toEqual(before);
}

describe('GET /api/held', () => {
  it('is empty where nothing is held, and where all has paid', async () => {
    expect((await list()).json).toEqual([]);
    await server.order();
    await server.payConfirmed({ order_id: '1001' });
    expect(statusOf('1001')).toBe('Paid');
    expect((await list()).json).toEqual([]);
  });

  it('says of each amount what is left, why, since when, from whom and for what', async () => {
    await server.order();
    await server.payConfirmed({ txid: 'short', amount: 40n * XTM, order_id: '1001', sender: BOB.address });
    server.clock.advance(MINUTE_MS);
    await server.reportPayment({ txid: 'coming', amount: 7n * XTM, order_id: '1001' });
    server.clock.advance(MINUTE_MS);
    await heldMoney('unnamed', 5n * XTM);
    server.clock.advance(MINUTE_MS);
    await server.reportConfirmation('early');
    server.clock.advance(MINUTE_MS);
    await heldMoney('nobody', 3n * XTM, NOBODY);
    const since = (minutes: number) => new Date(NOW.getTime() + minutes * MINUTE_MS).toISOString();
    expect((await list()).json).toMatchObject([
      { txid: 'short', amount: 40_000_000, reason: 'short', since: since(0), order_id: '1001', customer_id: '7001' },
      { txid: 'coming', amount: 7_000_000, reason: 'unconfirmed', since: since(1), order_id: '1001' },
      { txid: 'unnamed', amount: 5_000_000, reason: 'unclaimed_sender', since: since(2), sender: ALICE.address },
      { txid: 'early', amount: 0, reason: 'early_confirmation', since: since(3), sender: null, order_id: null },
      { txid: 'nobody', amount: 3_000_000, reason: 'no_sender', since: since(4), order_id: null, customer_id: null },
    ]);
  });

  it('names late money and what is left over', async () => {
    await server.order();
    await server.payConfirmed({ txid: 'over', amount: 130n * XTM, order_id: '1001' });
    await server.payConfirmed({ txid: 'late', amount: 2n * XTM, order_id: '1001' });
    expect(await rowOf('over')).toMatchObject({ reason: 'surplus', amount: 30_000_000, customer_id: '7001' });
    expect(await rowOf('late')).toMatchObject({ reason: 'late', amount: 2_000_000, customer_id: '7001' });
  });

  it('comes in pages that leave nothing out and name nothing twice, also where times are the same', async () => {
    const txids = Array.from({ length: 7 }, (_, index) => `t${index}`);
    for (const txid of txids) await heldMoney(txid, XTM);
    await server.reportConfirmation('t3a');
    const all = [...txids, 't3a'].sort();
    for (const limit of [1, 3, 8]) {
      const seen: string[] = [];
      let cursor: string | null = null;
      do {
        const after: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page = await list(`?limit=${limit}${after}`);
        expect(page.json.length).toBeLessThanOrEqual(limit);
        seen.push(...page.json.map((row: { txid: string }) => row.txid));
        cursor = page.headers.get('x-next-cursor');
      } while (cursor !== null);
      expect(seen).toEqual(all);
    }
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'limit=-1', 'cursor=nonsense', 'cursor=', 'limit=1&limit=2'])(
    'refuses %s',
    async (query) => {
      expect(errorOf(await list(`?${query}`))).toMatchObject({ status: 400, code: 'invalid_request' });
    },
  );

  it('refuses the cursor of another list', async () => {
    for (const id of [1001, 1002]) await server.order({ id, name: `#${id}` });
    const cursor = (await server.get('/api/orders?limit=1', { token })).headers.get('x-next-cursor') ?? 'order';
    expect((await list(`?cursor=${encodeURIComponent(cursor)}`)).status).toBe(400);
  });

  it('is shown to who may read all, and to nobody else', async () => {
    const others = ROLES.filter((role) => role !== 'super_admin' && !withIncluded([role]).has('read_all'));
    const without = await server.logIn(BOB, ...others);
    expect(errorOf(await server.get('/api/held', { token: without }))).toMatchObject({ status: 403 });
    expect(errorOf(await server.get('/api/held'))).toMatchObject({ status: 401, code: 'access_token_missing' });
  });
});

describe('POST /api/held/{txid}/assign', () => {
  it('gives all of it to an order, pays that, and answers what was paid', async () => {
    await server.order();
    await heldMoney('t', 100n * XTM);
    const answer = await assign('t', toOrder('1001'));
    expect([answer.status, answer.json]).toMatchObject([
      200,
      {
        orders_paid: [{ order_id: '1001', status: 'Paid', amount_missing: null }],
        settlements: [
          { order_id: '1001', payment_address: ALICE.address, settlement_type: 'single', amount: 100_000_000 },
        ],
      },
    ]);
    expect([freeCreditOf(ALICE), assignments()]).toEqual([0n, 1]);
    expect((await list()).json).toEqual([]);
    expect(server.rows('select actor, action, subject, reason from audit_log').at(-1)).toEqual({
      actor: OPERATOR.address,
      action: 'assign payment',
      subject: 't',
      reason: 'the customer called',
    });
  });

  it('that does not reach the price stays with the order, and the rest pays it', async () => {
    await server.order();
    await heldMoney('t', 99n * XTM);
    expect((await assign('t', toOrder('1001'))).json).toEqual({ orders_paid: [], settlements: [] });
    expect(await rowOf('t')).toMatchObject({ reason: 'short', amount: 99_000_000 });
    expect((await server.get('/api/order/id/1001', { token })).json).toMatchObject({ amount_missing: 1_000_000 });
    await server.payConfirmed({ amount: XTM, order_id: '1001', sender: BOB.address });
    expect(statusOf('1001')).toBe('Paid');
  });

  it('that passes the price is used up to it, and the rest is the customer’s', async () => {
    await server.order();
    await heldMoney('t', 250n * XTM);
    await assign('t', toOrder('1001'));
    expect([statusOf('1001'), creditOf('7001'), freeCreditOf(ALICE)]).toEqual(['Paid', 150n * XTM, 0n]);
    expect(await rowOf('t')).toMatchObject({ reason: 'surplus', amount: 150_000_000 });
  });

  it('gives to a customer, known or not, whose orders it pays oldest first', async () => {
    await server.order();
    await server.order({ id: 1002, name: '#1002', total_price: '30.00', created_at: '2026-03-10T08:00:00-05:00' });
    await heldMoney('t', 120n * XTM);
    const answer = await assign('t', toCustomer('7001'));
    expect(answer.json.orders_paid).toMatchObject([{ order_id: '1001' }]);
    expect([statusOf('1002'), creditOf('7001')]).toEqual(['Unclaimed', 20n * XTM]);
    await heldMoney('u', XTM);
    expect((await assign('u', toCustomer('nobody-yet'))).status).toBe(200);
    expect(creditOf('nobody-yet')).toBe(XTM);
  });

  it('gives only what is left of what was used in part', async () => {
    await server.order();
    await server.order({ id: 1002, name: '#1002', total_price: '25.00', customer: { id: 7002 } });
    await server.payConfirmed({ txid: 't', amount: 130n * XTM, order_id: '1001' });
    await assign('t', toOrder('1002'));
    expect([statusOf('1002'), creditOf('7001'), creditOf('7002')]).toEqual(['Paid', 0n, 5n * XTM]);
    const used = server.rows('select sum(amount) as sum from payment_uses');
    expect(used).toEqual([{ sum: 125n * XTM }]);
  });

  it('lets nothing else of the sender pay, and links nobody', async () => {
    await server.order();
    await heldMoney('one', 40n * XTM);
    await heldMoney('two', 100n * XTM);
    await assign('one', toOrder('1001'));
    expect([statusOf('1001'), freeCreditOf(ALICE)]).toEqual(['New', 100n * XTM]);
    const spending = server.rows(
      `select account from customer_addresses where kind <> 'stated' and account = ?`,
      ALICE.account,
    );
    expect(spending).toEqual([]);
  });

  it('takes money of a sender on another network, or of none', async () => {
    const elsewhere = addressToBase58(singleAddress('esmeralda', ALICE.tariAddress.spendKey));
    await server.order({ total_price: '3.00' });
    await heldMoney('there', 2n * XTM, elsewhere);
    await heldMoney('nobody', XTM, NOBODY);
    await assign('there', toOrder('1001'));
    await assign('nobody', toOrder('1001'));
    expect(statusOf('1001')).toBe('Paid');
    expect(server.rows('select amount from settlements order by amount')).toEqual([
      { amount: XTM },
      { amount: 2n * XTM },
    ]);
  });

  it('finds a transaction by its whole id, whatever is in it', async () => {
    await server.order();
    for (const txid of ['a/b', '..%2f', 'x?y=1#z', '../assign']) await heldMoney(txid, XTM);
    for (const txid of ['a/b', '..%2f', 'x?y=1#z', '../assign']) {
      expect((await assign(txid, toOrder('1001'))).status).toBe(200);
    }
    expect(server.rows(`select txid from payments where owner_kind = 'order'`)).toHaveLength(4);
  });

  describe('changes nothing where', () => {
    const refusals: readonly [why: string, txid: string, body: object, status: number, code: string][] = [
      ['the payment is not known', 'nowhere', toOrder('1001'), 409, 'payment_not_held'],
      ['it is not confirmed', 'coming', toOrder('1001'), 409, 'payment_not_held'],
      ['only its confirmation has come', 'early', toOrder('1001'), 409, 'payment_not_held'],
      ['all of it has paid', 'used', toOrder('1001'), 409, 'payment_not_held'],
      ['it is a credit that was taken back', 'used', toCustomer('7001'), 409, 'payment_not_held'],
      ['the order is not known', 'held', toOrder('9999'), 404, 'order_not_found'],
      ['the order is Paid', 'held', toOrder('1002'), 400, 'order_change_forbidden'],
      ['the order is Cancelled', 'held', toOrder('1003'), 400, 'order_change_forbidden'],
      ['it is there already', 'short', toOrder('1001'), 400, 'order_change_no_op'],
      ['the customer has it already', 'credit', toCustomer('7004'), 400, 'order_change_no_op'],
    ];

    async function everyKindOfMoney(): Promise<void> {
      for (const id of [1001, 1002, 1003]) await server.order({ id, name: `#${id}` });
      await server.order({ id: 1004, name: '#1004', customer: { id: 7004 }, total_price: '1.00' });
      await server.payConfirmed({ txid: 'used', order_id: '1002' });
      await server.post('/api/cancel', { order_id: '1003', reason: 'r' }, { token });
      await server.payConfirmed({ txid: 'credit', amount: 3n * XTM, order_id: '1004' });
      await server.reportPayment({ txid: 'coming' });
      await server.reportConfirmation('early');
      await server.payConfirmed({ txid: 'short', amount: XTM, order_id: '1001', sender: BOB.address });
      await heldMoney('held', XTM, NOBODY);
    }

    it.each(refusals)('%s', async (_why, txid, body, status, code) => {
      await everyKindOfMoney();
      await expectNothingChanged(async () => {
        expect(errorOf(await assign(txid, body))).toMatchObject({ status, code });
      });
    });

    it.each([
      ['neither order nor customer', { reason: 'r' }],
      ['both', { order_id: '1001', customer_id: '7001', reason: 'r' }],
      ['no reason', { order_id: '1001' }],
      ['a part of it: only all that is left can be given', { order_id: '1001', reason: 'r', amount: 1 }],
      ['more than there is', { customer_id: '7001', reason: 'r', amount: 10_000_000_000 }],
      ['an order that is no text', { order_id: 1001, reason: 'r' }],
      ['an empty customer', { customer_id: '', reason: 'r' }],
      ['a customer longer than any', { customer_id: 'x'.repeat(300), reason: 'r' }],
      ['a text that no database stores', { customer_id: 'a\0b', reason: 'r' }],
      ['nothing', null],
      ['a list', []],
    ])('the request names %s', async (_what, body) => {
      await server.order();
      await heldMoney('held', XTM);
      await expectNothingChanged(async () => {
        expect((await assign('held', body)).status).toBe(400);
      });
    });

    it('the caller may not write, or is nobody', async () => {
      await server.order();
      await heldMoney('held', XTM);
      const reader = await server.logIn(BOB, ...ROLES.filter((role) => role !== 'write' && role !== 'super_admin'));
      await expectNothingChanged(async () => {
        expect(errorOf(await assign('held', toOrder('1001'), { token: reader }))).toMatchObject({ status: 403 });
        const path = '/api/held/held/assign';
        expect(errorOf(await server.post(path, toOrder('1001')))).toMatchObject({ status: 401 });
      });
    });
  });

  describe('twice at once', () => {
    const outcomes = (answers: readonly Answer[]) => answers.map(({ status }) => status).sort();

    it('under one key is done once, and answered alike', async () => {
      await server.order();
      await heldMoney('t', 40n * XTM);
      const answers = await Promise.all(Array.from({ length: 6 }, () => assign('t', toOrder('1001'), withKey('k'))));
      expect(new Set(answers.map(({ status, text }) => `${status} ${text}`)).size).toBe(1);
      expect([outcomes(answers)[0], assignments()]).toEqual([200, 1]);
    });

    it('without a key is done once, and the others change nothing', async () => {
      await server.order();
      await heldMoney('t', 40n * XTM);
      const answers = await Promise.all(Array.from({ length: 6 }, () => assign('t', toOrder('1001'))));
      expect(outcomes(answers)).toEqual([200, 400, 400, 400, 400, 400]);
      expect(assignments()).toBe(1);
    });

    it('to two orders pays one of them, and never both', async () => {
      for (const id of [1001, 1002]) await server.order({ id, name: `#${id}`, customer: { id: 7000 + id } });
      await heldMoney('t', 100n * XTM);
      const answers = await Promise.all(['1001', '1002'].map((orderId) => assign('t', toOrder(orderId))));
      expect(outcomes(answers)).toEqual([200, 409]);
      expect([statusOf('1001'), statusOf('1002')].sort()).toEqual(['Paid', 'Unclaimed']);
      expect(server.rows('select sum(amount) as sum from settlements')).toEqual([{ sum: 100n * XTM }]);
    });

    it('with a claim of the same order by its sender uses no µT twice', async () => {
      await server.order();
      await heldMoney('t', 100n * XTM);
      await Promise.all([assign('t', toOrder('1001')), server.claim(ALICE, '1001')]);
      expect([statusOf('1001'), freeCreditOf(ALICE)]).toEqual(['Paid', 0n]);
      expect(server.rows('select sum(amount) as sum from payment_uses')).toEqual([{ sum: 100n * XTM }]);
    });
  });

  it('under a key that was used for another is refused, and under each caller’s own is done', async () => {
    await server.order();
    await heldMoney('t', XTM);
    await heldMoney('u', XTM);
    expect((await assign('t', toOrder('1001'), withKey('k'))).status).toBe(200);
    await expectNothingChanged(async () => {
      const other = await assign('u', toOrder('1001'), withKey('k'));
      expect(errorOf(other)).toMatchObject({ status: 422, code: 'idempotency_key_reused' });
    });
    const second = await server.logIn(BOB, 'write');
    const answer = await assign('u', toOrder('1001'), { ...withKey('k'), token: second });
    expect(answer.status).toBe(200);
    expect(server.rows('select own_money from orders')).toEqual([{ own_money: 2n * XTM }]);
  });

  it('can be given again: what was given to a wrong order goes to the right one', async () => {
    for (const id of [1001, 1002]) await server.order({ id, name: `#${id}`, customer: { id: 7000 + id } });
    await heldMoney('t', 60n * XTM);
    await assign('t', toOrder('1001'));
    await assign('t', toOrder('1002'));
    await heldMoney('rest', 40n * XTM);
    await assign('rest', toOrder('1002'));
    expect([statusOf('1001'), statusOf('1002')]).toEqual(['New', 'Paid']);
    // What has paid cannot be taken back.
    expect(errorOf(await assign('t', toOrder('1001')))).toMatchObject({ code: 'payment_not_held' });
  });
});
