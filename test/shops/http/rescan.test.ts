import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, errorOf, startServer, type TestServer, type TestServerOptions } from '#test/server.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [ALICE, BOB] = ACCOUNTS;
const PATH = '/api/rescan_open_orders';
const SCOPES = ['read_orders', 'write_orders', 'read_customers'];
const ADDED = 'Order processed successfully. It is Unclaimed.';

let server: TestServer;
let token: string;

afterEach(() => server.close());

async function start(options: TestServerOptions = {}): Promise<void> {
  server = await startServer({ shop: { scopes: SCOPES }, ...options });
  token = await server.logIn(ALICE, 'write');
  await server.app.engine.exchangeRates.set('USD', 1_000_000n, 'test');
}

const rescan = () => server.post(PATH, undefined, { token });

function addOrder(number: number, fields: Partial<Parameters<TestServer['shop']['addOrder']>[0]> = {}) {
  const createdAt = new Date(Date.UTC(2026, 10, 20) + number * 60_000);
  return server.shop.addOrder({
    id: BigInt(8_997_470_730_000 + number),
    name: `#${number}`,
    // A shop knows no Tari; at the rate of these tests one unit of its currency is one Tari.
    currency: 'USD',
    price: '12.50',
    createdAt,
    ...fields,
  });
}

describe('POST /api/rescan_open_orders', () => {
  it('adds the orders that are missing, as their webhooks would have done, and answers for each open one', async () => {
    await start();
    const claimed = 8_997_470_730_003;
    addOrder(1, { customerId: null, note: 'For Anna' });
    addOrder(2, { id: '820982911946154508', customerId: '18014398509481985' });
    addOrder(3, { noteAttributes: [{ name: 'claim', value: JSON.stringify(server.claimOf(BOB, String(claimed))) }] });
    addOrder(4, { financialStatus: 'PAID' });
    addOrder(5).cancelledAt = new Date();
    const answer = await rescan();
    expect([answer.status, answer.json]).toEqual([
      200,
      [
        { success: true, message: `Order #1: ${ADDED}` },
        { success: true, message: `Order #2: ${ADDED}` },
        { success: true, message: 'Order #3: Order processed successfully. It is New.' },
      ],
    ]);
    const columns = 'order_id, alt_id, customer_id, memo, total_price, original_price, status, claimed_by, created_at';
    const common = { total_price: 12_500_000n, original_price: '12.5', claimed_by: null };
    expect(server.rows(`select ${columns} from orders order by id`)).toMatchObject([
      { ...common, order_id: '8997470730001', alt_id: '#1', customer_id: 'guest:8997470730001', memo: 'For Anna' },
      { ...common, order_id: '820982911946154508', customer_id: '18014398509481985', memo: null },
      { ...common, order_id: '8997470730003', status: 'New', claimed_by: BOB.account },
    ]);
    expect(server.rows('select actor, action, subject from audit_log where action = ?', 'add order')).toEqual(
      ['8997470730001', '820982911946154508', '8997470730003'].map((subject) => ({
        actor: ALICE.address,
        action: 'add order',
        subject,
      })),
    );
    expect(server.shop.effects).toEqual([]);
  });

  it('changes nothing when it is repeated', async () => {
    await start();
    addOrder(1);
    await rescan();
    await server.app.engine.orders.claim(server.claimOf(BOB, '8997470730001'));
    const before = server.everything();
    const answer = await rescan();
    expect(answer.json).toEqual([{ success: true, message: 'Order #1: Order already processed.' }]);
    expect(server.everything()).toEqual(before);
  });

  it('adds no order that the shop has closed meanwhile', async () => {
    await start();
    const order = addOrder(1);
    const closed = JSON.stringify({
      id: Number(order.id),
      currency: 'USD',
      total_price: '12.50',
      created_at: order.createdAt,
      updated_at: new Date(order.createdAt.getTime() + 1000),
      cancelled_at: new Date(order.createdAt.getTime() + 1000),
    });
    await server.webhook(closed, { path: '/shopify/webhook', topic: 'orders/cancelled' });
    expect((await rescan()).json).toEqual([
      { success: true, message: 'Order #1: Order processed successfully. It is Cancelled.' },
    ]);
    expect(server.rows('select * from deliveries')).toEqual([]);
  });

  it('reads page after page, within the cost that the shop allows', async () => {
    await start();
    for (let number = 1; number <= 120; number += 1) addOrder(number);
    const answer = await rescan();
    expect(answer.json).toHaveLength(120);
    expect(answer.json.every((one: { success: boolean }) => one.success)).toBe(true);
    expect(server.shop.calls.map((call) => [call.operation, call.variables.after])).toEqual([
      ['ReadOpenOrders', null],
      ['ReadOpenOrders', 'gid://shopify/Order/8997470730050'],
      ['ReadOpenOrders', 'gid://shopify/Order/8997470730100'],
    ]);
    expect(server.rows('select count(*) as count from orders')).toEqual([{ count: 120n }]);
  }, 30_000);

  it('says what could not be added, and adds the rest', async () => {
    await start();
    addOrder(1, { currency: 'EUR' });
    addOrder(2, { financialStatus: 'PARTIALLY_PAID' });
    addOrder(3, { note: 'x'.repeat(70_000) });
    addOrder(4);
    expect((await rescan()).json).toEqual([
      { success: false, message: expect.stringContaining('Order #1: EUR is not a supported currency') },
      { success: false, message: expect.stringContaining('Order #2: A part of it is paid in the shop') },
      { success: false, message: expect.stringContaining("Order #3: The order's note has to be") },
      { success: true, message: `Order #4: ${ADDED}` },
    ]);
    expect(server.rows('select alt_id from orders')).toEqual([{ alt_id: '#4' }]);
    await server.app.engine.exchangeRates.set('EUR', 2_000_000n, 'test');
    expect((await rescan()).json[0]).toEqual({ success: true, message: `Order #1: ${ADDED}` });
  });

  it('takes in what is due of edited orders, and what a gift card has left', async () => {
    await start();
    server.shop.edit(addOrder(1, { price: '25.80' }), { price: '9.90', quantities: [0, 1, 1] });
    server.shop.payByOther(addOrder(2), '2.50');
    server.shop.authorize(addOrder(3), '5.00');
    server.shop.authorize(addOrder(4), '12.50');
    expect((await rescan()).json).toEqual([
      ...[1, 2, 3].map((number) => ({ success: true, message: `Order #${number}: ${ADDED}` })),
      { success: true, message: 'Order #4: The order is paid in the shop by other means.' },
    ]);
    expect(server.rows('select alt_id, total_price from orders order by id')).toEqual([
      { alt_id: '#1', total_price: 9_900_000n },
      { alt_id: '#2', total_price: 10_000_000n },
      { alt_id: '#3', total_price: 7_500_000n },
    ]);
  });

  it('has orders that are known follow what the shop says now', async () => {
    await start();
    const edited = addOrder(1, { price: '25.80' });
    const taken = addOrder(2);
    await rescan();
    server.shop.edit(edited, { price: '9.90' });
    server.shop.authorize(taken, '12.50');
    expect((await rescan()).json).toEqual([
      { success: true, message: expect.stringMatching(/^Order #1: The price of order .* is now 9\.900000 XTM/) },
      { success: true, message: expect.stringMatching(/^Order #2: Order .* was paid in the shop by other means\./) },
    ]);
    expect(server.rows('select total_price, status from orders order by id')).toEqual([
      { total_price: 9_900_000n, status: 'Unclaimed' },
      { total_price: 12_500_000n, status: 'Cancelled' },
    ]);
  });

  it('leaves orders of other payment methods alone, and says so', async () => {
    await start({ shop: { scopes: SCOPES }, settings: { TPG_SHOPIFY_PAYMENT_METHOD: 'Tari' } });
    addOrder(1, { gateways: ['Bank Deposit'] });
    addOrder(2, { gateways: ['gift_card', 'tari'] });
    addOrder(3, { gateways: [] });
    expect((await rescan()).json).toEqual([
      { success: true, message: 'Order #1: It is to be paid by Bank Deposit, not by Tari.' },
      { success: true, message: `Order #2: ${ADDED}` },
      { success: true, message: 'Order #3: The shop names no payment method for it, so that it is none of Tari.' },
    ]);
    expect(server.rows('select alt_id from orders')).toEqual([{ alt_id: '#2' }]);
  });

  it('does without customers where the app may not know them, and says so', async () => {
    await start({ shop: true });
    addOrder(1);
    addOrder(2);
    const remark = expect.stringMatching(
      /^Order #\d: .* It is Unclaimed\. Its customer is not known, .* read_customers/,
    );
    expect((await rescan()).json).toEqual([
      { success: true, message: remark },
      { success: true, message: remark },
    ]);
    expect(server.rows('select customer_id from orders order by id')).toEqual([
      { customer_id: 'guest:8997470730001' },
      { customer_id: 'guest:8997470730002' },
    ]);
    expect(server.shop.calls.map((call) => call.variables.withCustomers)).toEqual([true, false]);
  });

  it.each([
    ['subtotal', 12_500_000n],
    ['line_items', 30_000_000n],
  ])(
    'takes the price from the configured field, and the id whatever a number in a text means: %s',
    async (field, price) => {
      await start({
        shop: { scopes: SCOPES },
        settings: { TPG_SHOPIFY_ORDER_ID_FIELD: 'name', TPG_SHOPIFY_PRICE_FIELD: field },
      });
      addOrder(1, { lineItems: Array.from({ length: 30 }, () => ({ title: 'Pen', price: '0.50', quantity: 2 })) });
      await rescan();
      expect(server.rows('select order_id, total_price from orders')).toEqual([
        { order_id: '8997470730001', total_price: price },
      ]);
    },
  );

  it('answers 502 where the shop does not tell all, and keeps what it told', async () => {
    await start();
    for (let number = 1; number <= 60; number += 1) addOrder(number);
    server.shop.beforeNext('ReadOpenOrders', () => server.shop.failNext(1, 'http_500', 'ReadOpenOrders'));
    expect(errorOf(await rescan())).toMatchObject({ status: 502, code: 'shop_unreachable' });
    expect(server.rows('select count(*) as count from orders')).toEqual([{ count: 50n }]);
    expect((await rescan()).json).toHaveLength(60);
    server.shop.down = true;
    expect(errorOf(await rescan())).toMatchObject({ status: 502, code: 'shop_unreachable' });
  }, 30_000);

  it('answers 501 where no shop is configured', async () => {
    await start({ shop: false });
    expect(errorOf(await rescan())).toEqual({
      status: 501,
      code: 'shop_not_configured',
      error: 'No shop is configured whose orders could be read.',
    });
  });

  it('is for those who may write, and nobody else', async () => {
    await start();
    addOrder(1);
    expect(errorOf(await server.post(PATH))).toMatchObject({ status: 401, code: 'access_token_missing' });
    for (const role of ['user', 'read_all', 'payment_wallet'] as const) {
      const answer = await server.post(PATH, undefined, { token: await server.logIn(BOB, role) });
      expect(errorOf(answer)).toMatchObject({ status: 403, code: 'permission_missing' });
    }
    expect(server.shop.calls).toEqual([]);
    expect((await server.post(PATH, undefined, { token: await server.logIn(ADMIN, 'super_admin') })).status).toBe(200);
  });
});
