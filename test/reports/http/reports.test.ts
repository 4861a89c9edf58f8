import { afterEach, describe, expect, it } from 'vitest';
import { orderReportAnswer } from '#support/reports/http/schemas.ts';
import { microTari } from '#tari/micro-tari.ts';
import { expectSameTotals, sumsOfAll } from '#test/reports/agree-with-audit.ts';
import { ADMIN, borrowServer, errorOf, type TestServer } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const RATE = 100_000_000n;
const DAY_MS = 24 * 3_600_000;

let server: TestServer;

afterEach(() => server.close());

async function begin(): Promise<string> {
  server = await borrowServer();
  return server.logIn(ADMIN, 'read_all', 'write');
}

const [alice, bob] = [ACCOUNTS[0], ACCOUNTS[1]];

/** Today's order of 1 USD, paid by Alice with 130 XTM, and yesterday's that nobody paid. */
async function twoDays(): Promise<string> {
  const now = () => server.clock.now().toISOString();
  await server.dollarOrder({ id: 1001, name: '#1001', customer: { id: 7001 }, created_at: now() });
  server.clock.advance(DAY_MS);
  await server.dollarOrder({ id: 1002, name: '#1002', customer: { id: 7002 }, created_at: now() });
  await server.payConfirmed({ sender: alice.address, txid: '42', order_id: '1002', amount: 130_000_000n });
  return server.logIn(ADMIN, 'read_all', 'write');
}

describe('the report on orders', () => {
  it('has one line per order, with its price, what was paid, and the value of that', async () => {
    await begin();
    const token = await twoDays();
    const answer = await server.get('/api/reports/orders?period=today', { token });
    expect(answer.status).toBe(200);
    const today = server.clock.now().toISOString().slice(0, 10);
    expect(answer.json).toMatchObject({
      period: { from: today, to: today, time_zone: 'UTC' },
      currency: 'USD',
      unit: 'uT',
    });
    expect(answer.json.lines).toEqual([
      {
        order_id: '1002',
        name: '#1002',
        customer_id: '7002',
        created_at: server.clock.now().toISOString(),
        status: 'Paid',
        currency: 'USD',
        original_price: '1.00',
        exchange_rate: Number(RATE),
        price: 100_000_000,
        paid: 100_000_000,
        paid_at: server.clock.now().toISOString(),
        refunded: 0,
        refunded_at: null,
        kept: 100_000_000,
        paid_value: '1.00',
        refunded_value: '0.00',
        kept_value: '1.00',
      },
    ]);
    expect(Object.keys(answer.json)).toEqual(Object.keys(orderReportAnswer.shape));
    const yesterday = await server.get('/api/reports/orders?period=yesterday', { token });
    expect(yesterday.json.lines.map((line: { order_id: string }) => line.order_id)).toEqual(['1001']);
  });

  it('values what was paid by the rate of that time, not by that of the order', async () => {
    const token = await begin();
    await server.dollarOrder({ id: 1001, customer: { id: 7001 } });
    await server.app.engine.exchangeRates.set('USD', 50_000_000n, 'test');
    server.clock.advance(1000);
    await server.payConfirmed({ sender: alice.address, order_id: '1001', amount: 100_000_000n });
    server.clock.advance(1000);
    await server.app.engine.exchangeRates.set('USD', 1n, 'test');
    const { json } = await server.get('/api/reports/orders?period=all', { token });
    expect(json.lines[0]).toMatchObject({ exchange_rate: Number(RATE), paid: 100_000_000, paid_value: '2.00' });
  });

  it('says that a value is not known where no rate of the currency was set at that time', async () => {
    const token = await begin();
    await server.dollarOrder({ id: 1001, customer: { id: 7001 } });
    await server.payConfirmed({ sender: alice.address, order_id: '1001', amount: 100_000_000n });
    server.clock.advance(1000);
    await server.app.engine.exchangeRates.set('EUR', 50_000_000n, 'test');
    const { json } = await server.get('/api/reports/orders?period=all&currency=eur', { token });
    expect(json.currency).toBe('EUR');
    expect(json.lines[0]).toMatchObject({
      paid: 100_000_000,
      paid_value: null,
      kept_value: null,
      refunded_value: '0.00',
    });
    const totals = await server.get('/api/reports/orders/totals?period=all&currency=EUR', { token });
    expect(totals.json.totals).toMatchObject([{ status: 'Paid', lines: 1, without_value: 1, paid: 100_000_000 }]);
  });

  it('goes on where the part before ended', async () => {
    const token = await begin();
    for (const id of [1, 2, 3]) await server.dollarOrder({ id, customer: { id: 7001 } });
    const first = await server.get('/api/reports/orders?period=all&limit=2', { token });
    const cursor = first.headers.get('x-next-cursor');
    const rest = await server.get(`/api/reports/orders?period=all&limit=2&cursor=${cursor}`, { token });
    const ids = [first, rest].flatMap(({ json }) => json.lines.map((line: { order_id: string }) => line.order_id));
    expect(ids).toEqual(['1', '2', '3']);
    expect(rest.headers.get('x-next-cursor')).toBeNull();
  });
});

describe('the report on movements', () => {
  it('has one line per movement, by its kind, and never one for two', async () => {
    await begin();
    const token = await twoDays();
    await server.reportPayment({ sender: bob.address, txid: '43', amount: 7_000_000n });
    await server.post('/api/credit', { customer_id: '7002', amount: 5_000_000, reason: '=HYPERLINK("x")' }, { token });
    await server.post('/api/credit', { customer_id: '7002', amount: -2_000_000, reason: 'too much' }, { token });
    const { json } = await server.get('/api/reports/movements?period=today', { token });
    const shown = json.lines.map((line: Record<string, unknown>) => [
      line.kind,
      line.amount,
      line.value,
      line.order_id,
    ]);
    expect(shown).toEqual(
      expect.arrayContaining([
        ['payment', 130_000_000, '1.30', '1002'],
        ['unconfirmed', 7_000_000, '0.07', null],
        ['credit', 5_000_000, '0.05', null],
        ['credit', -2_000_000, '-0.02', null],
        ['settlement', 100_000_000, '1.00', '1002'],
      ]),
    );
    expect(shown).toHaveLength(5);
  });

  it('goes through all of a moment, whichever part ends where', async () => {
    const token = await begin();
    for (const id of [1, 2, 3]) {
      await server.dollarOrder({ id, customer: { id: 7000 + id } });
      await server.payConfirmed({
        sender: alice.address,
        txid: String(id),
        order_id: String(id),
        amount: 100_000_000n,
      });
    }
    const all = await server.get('/api/reports/movements?period=all', { token });
    const found: unknown[] = [];
    for (let cursor = ''; ; ) {
      const part = await server.get(`/api/reports/movements?period=all&limit=1${cursor}`, { token });
      found.push(...part.json.lines);
      const next = part.headers.get('x-next-cursor');
      if (next === null) break;
      cursor = `&cursor=${next}`;
    }
    expect(found).toHaveLength(6);
    expect(found).toEqual(all.json.lines);
  });

  it('leaves out what was cancelled', async () => {
    const token = await begin();
    await server.reportPayment({ sender: bob.address, txid: '43', amount: 7_000_000n });
    await server.database.execute(`update payments set status = 'cancelled' where txid = '43'`);
    const { json } = await server.get('/api/reports/movements?period=all', { token });
    expect(json.lines).toEqual([]);
  });
});

describe('refunds', () => {
  it('are negative in both reports, and positive where their money came back', async () => {
    const token = await begin();
    await server.dollarOrder({ id: 1001, customer: { id: 7001 } });
    await server.payConfirmed({ sender: alice.address, order_id: '1001', amount: 100_000_000n });
    server.clock.advance(1000);
    const { refunds } = server.app.services.payouts;
    const ask = { orderId: '1001', kind: 'part', to: 'customer', reason: 'broken' } as const;
    await refunds.request({ actor: 'test' }, { ...ask, amount: microTari(40_000_000n) });
    const other = await refunds.request({ actor: 'test' }, { ...ask, amount: microTari(10_000_000n) });
    server.clock.advance(1000);
    await server.app.engine.exchangeRates.set('USD', 50_000_000n, 'test');
    await refunds.cancel({ actor: 'test' }, other.id, 'kept after all');
    const { json } = await server.get('/api/reports/orders?period=all', { token });
    expect(json.lines[0]).toMatchObject({
      paid: 100_000_000,
      refunded: -40_000_000,
      kept: 60_000_000,
      // The part that came back was worth more by then.
      refunded_value: '-0.30',
      kept_value: '0.70',
    });
    const movements = await server.get('/api/reports/movements?period=all', { token });
    const shown = movements.json.lines
      .filter(({ kind }: { kind: string }) => kind === 'refund')
      .map((line: Record<string, unknown>) => [line.amount, line.value, line.order_id, line.memo]);
    expect(shown.sort()).toEqual(
      [
        [-40_000_000, '-0.40', '1001', 'broken'],
        [-10_000_000, '-0.10', '1001', 'broken'],
        [10_000_000, '0.20', '1001', 'broken'],
      ].sort(),
    );
    expectSameTotals(await sumsOfAll(server.app.engine.reports, 'USD'), await server.app.engine.audit());
  });
});

describe('CSV', () => {
  it('is the whole report, with numbers as they are and texts that are no formulas', async () => {
    const token = await begin();
    const createdAt = server.clock.now().toISOString();
    await server.dollarOrder({ id: 1001, name: '=1+1', customer: { id: 7001 }, created_at: createdAt });
    await server.post('/api/credit', { customer_id: '7001', amount: 5_000_000, reason: '+cmd|calc, "x"' }, { token });
    await server.post('/api/credit', { customer_id: '7001', amount: -2_000_000, reason: 'back' }, { token });
    const orders = await server.get('/api/reports/orders?period=today&format=csv', { token });
    expect(orders.headers.get('content-type')).toBe('text/csv; charset=utf-8');
    const today = server.clock.now().toISOString().slice(0, 10);
    expect(orders.headers.get('content-disposition')).toBe(`attachment; filename="orders-${today}-${today}.csv"`);
    const [header = '', line = '', ...more] = orders.text.split('\r\n');
    expect(header.split(',').slice(0, 3)).toEqual(['order_id', 'name', 'customer_id']);
    expect(line).toContain(`1001,"'=1+1",7001,`);
    expect(line.endsWith(',0.00,0.00,0.00,USD')).toBe(true);
    expect(more).toEqual(['']);
    const movements = await server.get('/api/reports/movements?period=today&format=csv', { token });
    expect(movements.text).toContain(`"'+cmd|calc, ""x"""`);
    expect(movements.text).toContain(',-2000000,100000000,-0.02,back,USD');
  });

  it('is no part of a report', async () => {
    const token = await begin();
    const answer = await server.get('/api/reports/orders?format=csv&limit=5', { token });
    expect([answer.status, errorOf(answer).code]).toEqual([400, 'invalid_request']);
  });
});

describe('a report', () => {
  it('is refused without the role', async () => {
    await begin();
    const token = await server.logIn(bob, 'user');
    for (const path of ['orders', 'movements', 'orders/totals', 'movements/totals']) {
      expect((await server.get(`/api/reports/${path}`, { token })).status).toBe(403);
      expect((await server.get(`/api/reports/${path}`)).status).toBe(401);
    }
  });

  it.each([
    'period=century',
    'from=2026-01-01',
    'from=2026-02-30&to=2026-03-01',
    'from=2026-03-02&to=2026-03-01',
    'period=today&from=2026-01-01&to=2026-01-02',
    'time_zone=Mars/Olympus',
    'currency=$',
    'format=xls',
    'kind=payment',
    'cursor=x',
  ])('with %s is refused', async (query) => {
    const token = await begin();
    for (const report of ['orders', 'movements']) {
      expect((await server.get(`/api/reports/${report}?${query}`, { token })).status).toBe(400);
    }
  });

  it('sums to the totals of the audit', async () => {
    await begin();
    const token = await twoDays();
    await server.reportPayment({ sender: bob.address, txid: '43', amount: 7_000_000n });
    await server.payConfirmed({ sender: bob.address, txid: '44', amount: 9_000_001n });
    await server.post('/api/credit', { customer_id: '7002', amount: 5_000_000, reason: 'kind' }, { token });
    const audit = await server.app.engine.audit();
    expectSameTotals(await sumsOfAll(server.app.engine.reports, 'USD'), audit);
    const { json } = await server.get('/api/reports/movements/totals?period=all', { token });
    expect(json.totals.find(({ kind }: { kind: string }) => kind === 'settlement')).toEqual({
      kind: 'settlement',
      lines: 1,
      without_value: 0,
      amount: Number(audit.money.settled),
      value: '1.00',
    });
  });
});
