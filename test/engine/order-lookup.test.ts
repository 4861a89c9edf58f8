import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from 'vitest';
import type { EngineSettings } from '#engine/context.ts';
import { findNamedOrder } from '#engine/order-lookup.ts';
import { orderNamedInMemo } from '#engine/order-names.ts';
import { orderIdInText, orderNumberInText } from '#tari/order-id-in-text.ts';
import { claimText, closeEngines, forgedClaimText, HOUR, type TestEngine, testEngine } from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;

afterEach(closeEngines);

interface MemoText {
  text: string;
  'id mode': string | null;
  'name mode': string | null;
}
const { texts } = JSON.parse(readFileSync(new URL('../vectors/cases/memo-texts.json', import.meta.url), 'utf8')) as {
  texts: MemoText[];
};

const named = (test: TestEngine, text: string, orderIdField: EngineSettings['orderIdField']) =>
  test.store.read(async (tx) => (await findNamedOrder(tx, text, { orderIdField }))?.orderId);

describe.each(['id', 'name'] as const)('a payment whose texts name an order, where a number means its %s', (field) => {
  const meant = (text: MemoText) => text[`${field} mode`];

  it.each(texts)('by $text finds it, before and after it comes', async (text) => {
    for (const isBefore of [true, false]) {
      const test = await testEngine({ settings: { disableMemoSignatureCheck: true, orderIdField: field } });
      const number = (meant(text) ?? '777').replace(/^#?(\d+).*$/, '$1');
      const order = field === 'id' ? { orderId: number } : { orderId: '8997470732594', altId: `#${number}` };
      const enter = () => test.order({ ...order, customerId: 'c1' });
      if (!isBefore) await enter();
      await test.payConfirmed({ from: alice, memo: text.text });
      if (isBefore) await enter();
      // The order of the memo is also the only one; where the memo names none, it waits.
      expect(await test.statusOf(order.orderId)).toBe(meant(text) === null ? 'Unclaimed' : 'Paid');
    }
  });

  it.each(texts)('by $text in its payment id finds it without the setting', async (text) => {
    const test = await testEngine({ settings: { orderIdField: field } });
    const id = orderIdInText(text.text) ?? null;
    expect(id === null).toBe(meant(text) === null);
    const number = (meant(text) ?? '777').replace(/^#?(\d+).*$/, '$1');
    const order = field === 'id' ? { orderId: number } : { orderId: '8997470732594', altId: `#${number}` };
    await test.order(order);
    await test.payConfirmed({ from: alice, orderId: id });
    expect(await test.statusOf(order.orderId)).toBe(meant(text) === null ? 'Unclaimed' : 'Paid');
  });

  it('finds an order whose id is another one’s name as the setting says', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1001', altId: '#7' });
    await test.order({ orderId: '8997470732594', altId: '#1001', customerId: 'c2' });
    const expected = field === 'id' ? '1001' : '8997470732594';
    for (const text of ['1001', '#1001']) expect(await named(test, text, field)).toBe(expected);
    expect(await named(test, '8997470732594', field)).toBe('8997470732594');
    for (const text of ['7', '#7']) expect(await named(test, text, field)).toBe('1001');
    for (const text of ['', '#', '100', '1001 ', '8997470732594#']) {
      expect(await named(test, text, field)).toBeUndefined();
    }
  });

  it('means the open one of several orders of one name, and none of them where two are open', async () => {
    const test = await testEngine();
    const orders = [1, 2, 3].map((number) => ({ orderId: `899747073259${number}`, altId: '#1001' }));
    for (const order of orders) await test.order({ ...order, customerId: order.orderId });
    expect(await named(test, '1001', field)).toBeUndefined();
    await test.cancel('8997470732591');
    expect(await named(test, '#1001', field)).toBeUndefined();
    await test.cancel('8997470732593');
    expect(await named(test, '1001', field)).toBe('8997470732592');
    await test.cancel('8997470732592');
    expect(await named(test, '1001', field)).toBeUndefined();
  });

  it('finds the only order of a name, also where it is closed', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', altId: '#1001' });
    await test.cancel('1');
    expect(await named(test, '1001', field)).toBe('1');
  });

  it('prefers the name as it is written', async () => {
    const test = await testEngine();
    await test.order({ orderId: '1', altId: '#1001' });
    await test.order({ orderId: '2', altId: '1001', customerId: 'c2' });
    expect([await named(test, '#1001', field), await named(test, '1001', field)]).toEqual(['1', '2']);
  });
});

describe('an order’s number in a plain memo', () => {
  const settings = { disableMemoSignatureCheck: true, orderIdField: 'id' } as const;

  it.each([
    ['paid for 12, order 13', '12'],
    ['oid554432', '554432'],
    ['5674. Phone 555-666-1111', '5674'],
    ['555-666-1111 for order 12', '12'],
    ['+1-555-666-1111: #12', '12'],
    ['Bestellung Nr.4711!', '4711'],
    ['{"note":"order 12"}', '12'],
    ['٣ order 12', '12'],
  ])('is the first in %j', (memo, number) => {
    expect(orderNamedInMemo(memo, settings)).toBe(number);
    expect(orderNamedInMemo(memo, { ...settings, orderIdField: 'name' })).toBe(`#${number}`);
    expect(orderNamedInMemo(memo, { ...settings, disableMemoSignatureCheck: false })).toBeUndefined();
  });

  it.each([
    '',
    ' ',
    'thank you',
    '#',
    'Order#',
    '555-666-1111',
    '1-555-666-1111',
    `1${'0'.repeat(256)}`,
    '1 '.repeat(600),
  ])('is not in %j', (memo) => {
    expect(orderNamedInMemo(memo, settings)).toBeUndefined();
  });

  it('is not looked for in a claim, signed or not', () => {
    expect(orderNamedInMemo(claimText(alice, '1001'), settings)).toBeUndefined();
    expect(orderNamedInMemo(forgedClaimText(alice, bob, '1001'), settings)).toBeUndefined();
    expect(orderNamedInMemo(null, settings)).toBeUndefined();
  });

  it('gives way to the order id of the report', async () => {
    const test = await testEngine({ settings });
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2', customerId: 'c2' });
    await test.pay({ from: alice, orderId: '1', memo: 'order 2' });
    expect([await test.statusOf('1'), await test.statusOf('2')]).toEqual(['New', 'Unclaimed']);
  });

  it('takes no time to find, whatever the text', () => {
    const started = performance.now();
    for (const piece of ['1-', '555-', '555-666-', '1 555-666-11', '#']) orderNumberInText(piece.repeat(200));
    expect(performance.now() - started).toBeLessThan(200);
  });
});

describe('an order that is known by its name since ids stood for names', () => {
  /** As an older version entered it: its name in place of its id. */
  const enterByName = async (createdAt = NOW) => {
    const test = await testEngine();
    await test.order({ orderId: '#1001', altId: '#1001', createdAt, updatedAt: createdAt });
    return test;
  };
  const told = { orderId: '8997470732594', altId: '#1001' };

  it('is not entered again when the shop tells of it by its id', async () => {
    const test = await enterByName();
    expect((await test.deliver({ ...(await shopOrder(test)), ...told })).message).toBe('Order already processed.');
    expect(test.rows('select order_id from orders')).toEqual([{ order_id: '#1001' }]);
  });

  it('is found by the shop’s id once that was told, and deleted by it', async () => {
    const test = await enterByName();
    expect(await named(test, told.orderId, 'id')).toBeUndefined();
    await test.deliver({ ...(await shopOrder(test)), ...told });
    for (const text of [told.orderId, '1001', '#1001']) expect(await named(test, text, 'id')).toBe('#1001');
    const deletion = { webhookId: null, topic: 'orders/delete', eventId: null, triggeredAt: null };
    await test.engine.webhooks.receive(deletion, { kind: 'order_deleted', orderId: told.orderId }, '{}');
    expect(await test.statusOf('#1001')).toBe('Cancelled');
  });

  it('follows the shop', async () => {
    const test = await enterByName();
    const news = { ...(await shopOrder(test)), ...told, price: '7', updatedAt: new Date(NOW.getTime() + HOUR) };
    const receive = (order: object) =>
      test.engine.webhooks.receive(
        { webhookId: null, topic: 'orders/updated', eventId: null, triggeredAt: null },
        { kind: 'order_updated', order: { ...news, ...order } },
        '{}',
      );
    expect((await receive({})).message).toMatch(/^The price of order #1001 is now/);
    expect((await receive({ isCancelledInShop: true })).message).toMatch(/It is Cancelled\.$/);
  });

  it('is another one than a later order of that name', async () => {
    const test = await enterByName(new Date(NOW.getTime() - 30 * 24 * HOUR));
    await test.order(told);
    expect(test.rows('select order_id from orders order by id')).toEqual([
      { order_id: '#1001' },
      { order_id: '8997470732594' },
    ]);
  });

  async function shopOrder(test: TestEngine) {
    const order = await test.orderOf('#1001');
    return {
      orderId: order.orderId,
      altId: order.altId,
      customerId: order.customerId,
      memo: null,
      claimTexts: [],
      price: '100.00',
      currency: 'XTM',
      outstanding: null,
      isPaidInShop: false,
      isCancelledInShop: false,
      createdAt: order.createdAt,
      updatedAt: order.shopUpdatedAt,
    };
  }
});
