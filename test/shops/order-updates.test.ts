import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { stringifyJson } from '#platform/json.ts';
import { subscribeShop } from '#shops/notify-shop.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import type { WebhookAnswer } from '#shops/store/webhooks.ts';
import {
  aDelivery,
  aShopOrder,
  claimText,
  closeEngines,
  DAY,
  HOUR,
  MINUTE,
  SECOND,
  type TestEngine,
  type TestEngineOptions,
  tari,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

afterEach(closeEngines);

/** The shop's clock, so many seconds after the order was made. */
const at = (seconds: number) => new Date(NOW.getTime() + seconds * SECOND);

/** News of the order 1001, one second old. */
const news = (order: Partial<ShopOrder> = {}) => aShopOrder({ updatedAt: at(1), ...order });
const CANCELLED: Partial<ShopOrder> = { isCancelledInShop: true };
const PAID: Partial<ShopOrder> = { isPaidInShop: true };

function tell(test: TestEngine, order: ShopOrder, webhookId: string | null = null): Promise<WebhookAnswer> {
  const delivery = aDelivery({ webhookId, topic: 'orders/updated' });
  return test.engine.webhooks.receive(delivery, { kind: 'order_updated', order }, stringifyJson(order));
}

/** An engine whose events a shop and a plugin hear of for sure. */
async function engineWithSubscribers(options: TestEngineOptions = {}): Promise<TestEngine> {
  const test = await testEngine({ ...options });
  const never = () => Promise.reject(new Error('Nobody carries anything here'));
  subscribeShop(test.bus, { name: 'shop', markPaid: never, cancel: never }, test.log);
  for (const type of ['NewOrder', 'OrderAnnulled', 'OrderModified'] as const) {
    test.bus.onDurable('plugin', type, () => undefined);
  }
  return test;
}

const audited = (test: TestEngine) =>
  test.rows(`select actor, action, subject, reason from audit_log where actor = 'shop' order by id`);
const heardBy = (test: TestEngine, subscriber: string) =>
  test
    .rows(`select type from deliveries join events on id = event_id where subscriber = '${subscriber}' order by id`)
    .map((row) => row.type);

describe.each([
  { how: 'cancelled', closing: CANCELLED, said: 'was cancelled in the shop', why: 'It was cancelled in the shop.' },
  {
    how: 'paid by other means',
    closing: PAID,
    said: 'was paid in the shop by other means',
    why: 'It was paid in the shop by other means.',
  },
])('an order that is $how in the shop', ({ closing, said, why }) => {
  it.each(['Unclaimed', 'New'])('is cancelled here while it is %s, and the shop is not told of it', async (status) => {
    const test = await engineWithSubscribers();
    await test.order({ memo: status === 'New' ? claimText(alice, '1001') : null });
    expect(await tell(test, news(closing))).toEqual({
      state: 'accepted',
      success: true,
      message: `Order 1001 ${said}. It is Cancelled.`,
    });
    const order = await test.orderOf('1001');
    expect(order).toMatchObject({ status: 'Cancelled', totalPrice: tari(100), shopUpdatedAt: at(1) });
    expect(order.memo).toBe(status === 'New' ? claimText(alice, '1001') : null);
    expect((await test.eventNames()).at(-1)).toBe('OrderAnnulled 1001');
    expect(JSON.parse((await test.events()).at(-1)?.payload ?? '')).toEqual({
      order: expect.objectContaining({ order_id: '1001', status: 'Cancelled' }),
      status: 'Cancelled',
    });
    expect(heardBy(test, 'shop')).toEqual([]);
    expect(heardBy(test, 'plugin')).toEqual(['NewOrder', 'OrderAnnulled']);
    expect(audited(test)).toEqual([{ actor: 'shop', action: 'cancel order', subject: '1001', reason: why }]);
  });

  it('costs the customer nothing, whatever credit there is and comes', async () => {
    const test = await testEngine();
    await test.order({ memo: claimText(alice, '1001') });
    await tell(test, news(closing));
    await test.payConfirmed({ from: alice, orderId: '1001' });
    expect(await test.balanceOf(alice)).toEqual({ confirmed: tari(100), paid: 0n, credit: tari(100) });
    expect(await test.statusOf('1001')).toBe('Cancelled');
  });

  it('is cancelled once, however often that is told', async () => {
    const test = await testEngine();
    await test.order();
    const first = await tell(test, news(closing), 'w1');
    const before = test.dump('webhooks');
    expect(await tell(test, news(closing), 'w1')).toEqual(first);
    expect(await tell(test, news({ ...closing, updatedAt: at(9) }), 'w2')).toEqual({
      state: 'ignored',
      success: true,
      message: 'Order 1001 is Cancelled and stays as it is.',
    });
    expect(test.dump('webhooks')).toEqual(before);
  });

  it('stays Expired where it has expired before', async () => {
    const test = await testEngine();
    await test.order();
    test.clock.advance(DAY);
    await test.engine.expiry.run();
    const before = test.dump('webhooks');
    expect((await tell(test, news(closing))).message).toBe('Order 1001 is Expired and stays as it is.');
    expect(test.dump('webhooks')).toEqual(before);
  });

  it('is cancelled also by news that comes late: the shop cannot take that back', async () => {
    const test = await testEngine();
    await test.order();
    await tell(test, news({ price: '7', updatedAt: at(5) }));
    expect((await tell(test, news({ ...closing, updatedAt: at(2) }))).state).toBe('accepted');
    expect(await test.orderOf('1001')).toMatchObject({ status: 'Cancelled', shopUpdatedAt: at(5) });
  });

  it('is not opened by an orders/create that comes after it', async () => {
    const test = await engineWithSubscribers();
    expect(await tell(test, news(closing))).toEqual({
      state: 'accepted',
      success: true,
      message: 'Order 1001 is not known yet; this is kept until it comes.',
    });
    expect(await test.eventNames()).toEqual([]);
    await test.payConfirmed({ from: alice, orderId: '1001' });
    const late = aShopOrder({ memo: claimText(alice, '1001') });
    expect((await test.deliver(late)).message).toBe('Order processed successfully. It is Cancelled.');
    expect((await test.deliver(late)).message).toBe('Order already processed.');
    expect(await test.creditOf(alice)).toBe(tari(100));
    expect(heardBy(test, 'shop')).toEqual([]);
    expect(heardBy(test, 'plugin')).toEqual(['NewOrder', 'OrderAnnulled']);
    expect(audited(test)).toEqual([{ actor: 'shop', action: 'cancel order', subject: '1001', reason: why }]);
    await expect(test.claim(alice, '1001')).rejects.toMatchObject({ code: 'order_not_found' });
  });

  it('is closed by an orders/create that tells of it, and never entered by one', async () => {
    const test = await testEngine();
    expect((await test.deliver(aShopOrder({ orderId: '7', ...closing }))).state).toBe('ignored');
    await expect(test.orderOf('7')).rejects.toThrow();
    await test.order();
    await test.deliver(news(closing));
    expect(await test.statusOf('1001')).toBe('Cancelled');
  });

  it('needs no rate', async () => {
    const test = await testEngine();
    expect((await tell(test, news({ ...closing, currency: 'DOGE' }))).state).toBe('accepted');
    await test.order();
    expect((await tell(test, news({ ...closing, currency: 'DOGE' }))).state).toBe('ignored');
  });
});

describe('an order that is Paid here', () => {
  const paidOrder = async () => {
    const test = await testEngine();
    await test.order();
    await test.payConfirmed({ from: alice, orderId: '1001' });
    expect(await test.statusOf('1001')).toBe('Paid');
    return { test, before: test.dump('webhooks') };
  };

  it('is left alone when the shop tells that it is paid, which is what we told it', async () => {
    const { test, before } = await paidOrder();
    const answer = { state: 'ignored', success: true, message: 'Order 1001 is Paid and stays as it is.' };
    expect(await tell(test, news(PAID))).toEqual(answer);
    expect(await tell(test, news({ ...PAID, price: '7', updatedAt: at(2) }))).toEqual(answer);
    expect(test.dump('webhooks')).toEqual(before);
    expect(test.log.lines.filter((line) => line.level === 'warn')).toEqual([]);
  });

  it('is left alone when it is cancelled in the shop, and the log calls for somebody', async () => {
    const { test, before } = await paidOrder();
    const answer = await tell(test, news(CANCELLED), 'w1');
    expect(answer).toEqual({
      state: 'ignored',
      success: false,
      message: expect.stringMatching(/^Order 1001 was cancelled in the shop but is Paid here and stays so: a person/),
    });
    expect(await tell(test, news(CANCELLED), 'w1')).toEqual(answer);
    expect(test.dump('webhooks')).toEqual(before);
    expect(test.log.lines.filter((line) => line.level === 'warn')).toMatchObject([
      { sentence: expect.stringContaining(answer.message) },
    ]);
  });

  it('keeps its price', async () => {
    const { test, before } = await paidOrder();
    expect((await tell(test, news({ price: '7' }))).state).toBe('ignored');
    expect(test.dump('webhooks')).toEqual(before);
  });
});

describe('a price that changes in the shop', () => {
  it('is converted by the rate of now', async () => {
    const test = await engineWithSubscribers();
    await test.engine.exchangeRates.set('USD', 2_000_000n, 'admin');
    await test.order({ currency: 'USD', price: '10.00' });
    await test.engine.exchangeRates.set('USD', 3_000_000n, 'admin');
    test.clock.advance(HOUR);
    expect(await tell(test, news({ currency: 'USD', price: '12.50' }))).toMatchObject({
      state: 'accepted',
      success: true,
    });
    expect(await test.orderOf('1001')).toMatchObject({
      totalPrice: 37_500_000n,
      originalPrice: '12.50',
      exchangeRate: 3_000_000n,
      status: 'Unclaimed',
      updatedAt: new Date(NOW.getTime() + HOUR),
      shopUpdatedAt: at(1),
    });
    const last = (await test.events()).at(-1);
    expect([last?.type, JSON.parse(last?.payload ?? '')]).toMatchObject([
      'OrderModified',
      {
        field_changed: 'total_price',
        orders: { old_order: { total_price: 20_000_000 }, new_order: { total_price: 37_500_000 } },
      },
    ]);
    expect(heardBy(test, 'plugin')).toEqual(['NewOrder', 'OrderModified']);
    expect(audited(test)).toEqual([
      {
        actor: 'shop',
        action: 'change price of order',
        subject: '1001',
        reason: 'Its price was changed in the shop.',
      },
    ]);
  });

  it('is paid at once where it can be paid then', async () => {
    const test = await testEngine();
    await test.order({ memo: claimText(alice, '1001') });
    await test.payConfirmed({ from: alice, amount: tari(40) });
    expect(await test.statusOf('1001')).toBe('New');
    expect((await tell(test, news({ price: '30' }))).message).toMatch(
      /^The price of order 1001 is now .* It is Paid\.$/,
    );
    expect(await test.balanceOf(alice)).toMatchObject({ paid: tari(30), credit: tari(10) });
  });

  it('changes nothing where it is the same, though the rate is another one or it is written otherwise', async () => {
    const test = await testEngine();
    await test.engine.exchangeRates.set('USD', 2_000_000n, 'admin');
    await test.order({ currency: 'USD', price: '10.50' });
    await test.engine.exchangeRates.set('USD', 3_000_000n, 'admin');
    test.clock.advance(MINUTE);
    const before = test.dump('webhooks', 'orders');
    const order = await test.orderOf('1001');
    for (const [index, price] of ['10.50', '10.5', '010.500'].entries()) {
      const answer = await tell(test, news({ currency: 'usd', price, updatedAt: at(index + 1) }));
      expect(answer).toMatchObject({ state: 'ignored', success: true });
    }
    expect(test.dump('webhooks', 'orders')).toEqual(before);
    // Its time-out runs on, and only the age of the news is noted.
    expect(await test.orderOf('1001')).toEqual({ ...order, shopUpdatedAt: at(3) });
  });

  it('leaves what an operator set before it', async () => {
    const test = await testEngine();
    await test.order();
    await test.engine.orderChanges.changePrice(
      { actor: 'admin' },
      { orderId: '1001', price: tari(50), reason: undefined },
    );
    const events = await test.eventNames();
    expect((await tell(test, news())).message).toBe('Order 1001 is Unclaimed and has the same price.');
    expect((await tell(test, news({ price: '50', updatedAt: at(2) }))).message).toContain('has that price already');
    expect(await test.eventNames()).toEqual(events);
    expect(await test.orderOf('1001')).toMatchObject({ totalPrice: tari(50), originalPrice: '50' });
  });

  it('is not taken from older news', async () => {
    const test = await testEngine();
    await test.order();
    await tell(test, news({ price: '7', updatedAt: at(9) }));
    const before = test.dump('webhooks');
    expect((await tell(test, news({ price: '8', updatedAt: at(8) }))).message).toContain('has had newer news');
    await test.deliver(aShopOrder());
    expect(test.dump('webhooks')).toEqual(before);
  });

  it('holds for an order that comes after it, unless that is newer', async () => {
    const test = await testEngine();
    for (const [orderId, updatedAt] of [
      ['old', at(0)],
      ['new', at(9)],
    ] as const) {
      await tell(test, news({ orderId, price: '7', updatedAt: at(5) }));
      await tell(test, news({ orderId, price: '8', updatedAt: at(4) }));
      await test.order({ orderId, price: '9', updatedAt });
    }
    expect(await test.orderOf('old')).toMatchObject({ totalPrice: tari(7), originalPrice: '7', shopUpdatedAt: at(5) });
    expect(await test.orderOf('new')).toMatchObject({ totalPrice: tari(9), originalPrice: '9', shopUpdatedAt: at(9) });
  });

  it.each([{ currency: 'DOGE' }, { price: 'a lot' }])('is set aside where it is no good: %o', async (bad) => {
    const test = await testEngine();
    await test.order();
    const before = test.dump('webhooks');
    expect(await tell(test, news(bad))).toMatchObject({ state: 'set_aside', success: false });
    expect(test.dump('webhooks')).toEqual(before);
  });
});

describe('news of orders that never come', () => {
  it('is forgotten after a month', async () => {
    const test = await testEngine();
    await tell(test, news({ orderId: 'old' }));
    test.clock.advance(30 * DAY);
    await tell(test, news({ orderId: 'young' }));
    test.clock.advance(1);
    await test.engine.webhooks.forgetOld();
    expect(test.dump().early_news?.map((row) => row.order_id)).toEqual(['young']);
  });
});

describe('webhooks in any order and number', () => {
  /** What the shop did to an order, one after the other; nothing follows its closing but repetitions of it. */
  const histories = fc.record({
    prices: fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 4 }),
    closing: fc.constantFrom({}, {}, CANCELLED, PAID),
    later: fc.integer({ min: 0, max: 2 }),
    seed: fc.array(fc.nat(), { minLength: 30, maxLength: 30 }),
    repeats: fc.array(fc.nat(), { maxLength: 6 }),
  });

  it('end as the newest news says', async () => {
    const test = await testEngine();
    let orders = 0;
    await fc.assert(
      fc.asyncProperty(histories, async ({ prices, closing, later, seed, repeats }) => {
        orders += 1;
        const orderId = String(orders);
        const last = String(prices.at(-1));
        const ends = Object.keys(closing).length === 0 ? [] : Array.from({ length: later + 1 }, () => closing);
        const versions = [
          ...prices.map((price) => ({ price: String(price) })),
          ...ends.map((end) => ({ price: last, ...end })),
        ].map((version, index) => aShopOrder({ orderId, ...version, updatedAt: at(index) }));
        const sent = versions.map((order, index) => () => (index === 0 ? test.deliver(order) : tell(test, order)));
        const again = repeats.map((index) => sent[index % sent.length] as (typeof sent)[number]);
        const shuffled = [...sent, ...again]
          .map((send, index) => ({ send, key: seed[index] ?? 0 }))
          .sort((a, b) => a.key - b.key);
        for (const { send } of shuffled) expect((await send()).success).toBe(true);

        const order = await test.orderOf(orderId);
        const newest = versions.at(-1) as ShopOrder;
        if (ends.length > 0) expect(order.status).toBe('Cancelled');
        else {
          expect(order).toMatchObject({ status: 'Unclaimed', originalPrice: last, shopUpdatedAt: newest.updatedAt });
          expect(order.totalPrice).toBe(tari(Number(last)));
        }
      }),
      { numRuns: 150 },
    );
    expect((await test.engine.audit()).differences).toEqual([]);
  }, 60_000);
});

describe('an order by its other name', () => {
  it.each([
    ['#1001', '1001'],
    ['#1001', '#1001'],
    ['1001', '#1001'],
    ['1001', '1001'],
  ])('%s is found by a payment that names %s, before and after it comes', async (altId, named) => {
    const test = await testEngine({ settings: { strictMode: false } });
    await test.order({ orderId: '8997470732594', altId });
    await test.payConfirmed({ from: alice, orderId: named });
    expect(await test.statusOf('8997470732594')).toBe('Paid');
    await test.payConfirmed({ from: alice, orderId: named.replace('1001', '1002') });
    await test.order({ orderId: '8997470732595', altId: altId.replace('1001', '1002'), customerId: 'c2' });
    expect(await test.statusOf('8997470732595')).toBe('Paid');
  });

  it('is found by it in strict mode too, where a payment names it; a claim is not, and no other name does', async () => {
    const test = await testEngine();
    await test.order({ orderId: '8997470732594', altId: '#1001' });
    await expect(test.claim(alice, '#1001')).rejects.toMatchObject({ code: 'order_not_found' });
    for (const orderId of ['#', '1001#', '100', '#10011', '8997470732594#']) await test.pay({ from: alice, orderId });
    expect(await test.statusOf('8997470732594')).toBe('Unclaimed');
    await test.pay({ from: alice, orderId: '1001' });
    expect(await test.statusOf('8997470732594')).toBe('New');
  });

  it('is an order id first', async () => {
    const test = await testEngine({ settings: { strictMode: false } });
    await test.order({ orderId: '1001' });
    await test.order({ orderId: '8997470732594', altId: '#1001', customerId: 'c2' });
    await test.pay({ from: alice, orderId: '1001' });
    expect([await test.statusOf('1001'), await test.statusOf('8997470732594')]).toEqual(['New', 'Unclaimed']);
  });
});
