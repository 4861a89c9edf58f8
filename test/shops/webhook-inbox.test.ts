import { afterEach, describe, expect, it } from 'vitest';
import type { WebhookContent } from '#shops/webhook-content.ts';
import { aDelivery, aShopOrder, claimText, closeEngines, DAY, MINUTE, testEngine } from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
const UNUSABLE: WebhookContent = { kind: 'unusable', reason: 'The order has no id.' };
const IGNORED: WebhookContent = { kind: 'ignored', reason: 'Products do not concern us.' };

afterEach(closeEngines);

describe('a delivery of the shop', () => {
  it('with a new order is accepted, and says what became of the order', async () => {
    const test = await testEngine();
    expect(await test.deliver(aShopOrder({ orderId: '1' }), 'w1')).toEqual({
      state: 'accepted',
      success: true,
      message: 'Order processed successfully. It is Unclaimed.',
    });
    const claimed = aShopOrder({ orderId: '2', memo: claimText(alice, '2') });
    expect((await test.deliver(claimed, 'w2')).message).toBe('Order processed successfully. It is New.');
  });

  it('that comes again is answered as it was then, and changes nothing', async () => {
    const test = await testEngine();
    const order = aShopOrder({ orderId: '1' });
    const first = await test.deliver(order, 'w1');
    await test.claim(alice, '1');
    const before = test.dump();
    test.clock.advance(MINUTE);
    expect(await test.deliver(order, 'w1')).toEqual(first);
    expect(await test.deliver(aShopOrder({ orderId: 'another' }), 'w1')).toEqual(first);
    expect(test.dump()).toEqual(before);
  });

  it('that comes twice at one moment is one delivery', async () => {
    const test = await testEngine();
    const order = aShopOrder({ orderId: '1' });
    const [first, second] = await Promise.all([test.deliver(order, 'w1'), test.deliver(order, 'w1')]);
    expect(second).toEqual(first);
    expect(test.dump().webhooks?.length).toBe(1);
    expect(await test.eventNames()).toEqual(['NewOrder 1']);
  });

  it('with an order that came in another one is accepted, and the order stays as it was', async () => {
    const test = await testEngine();
    await test.deliver(aShopOrder({ orderId: '1' }), 'w1');
    const before = test.dump('webhooks');
    const again = await test.deliver(aShopOrder({ orderId: '1', price: '7' }), 'w2');
    expect(again).toEqual({ state: 'accepted', success: true, message: 'Order already processed.' });
    expect(test.dump('webhooks')).toEqual(before);
    expect(test.dump().webhooks?.map((row) => row.webhook_id)).toEqual(['w1', 'w2']);
  });

  it('without a name of its own is recognised by its order', async () => {
    const test = await testEngine();
    await test.deliver(aShopOrder({ orderId: '1' }), null);
    expect((await test.deliver(aShopOrder({ orderId: '1' }), null)).message).toBe('Order already processed.');
    expect(await test.eventNames()).toEqual(['NewOrder 1']);
  });

  it('that does not concern us is noted without its body', async () => {
    const test = await testEngine();
    const answer = await test.engine.webhooks.receive(aDelivery({ webhookId: 'w1' }), IGNORED, '{"id":1}');
    expect(answer).toEqual({ state: 'ignored', success: true, message: 'Products do not concern us.' });
    expect(test.dump().webhooks).toMatchObject([{ state: 'ignored', success: 1n, body: null }]);
  });

  it('that cannot be used is set aside with its reason, its body, and where it came from', async () => {
    const test = await testEngine();
    const delivery = { webhookId: 'w1', topic: 'orders/create', eventId: 'e1', triggeredAt: '2026-11-21T11:59:00Z' };
    const answer = await test.engine.webhooks.receive(delivery, UNUSABLE, '{"id":null}');
    expect(answer).toEqual({ state: 'set_aside', success: false, message: 'The order has no id.' });
    expect(test.dump().webhooks).toEqual([
      {
        id: 1n,
        webhook_id: 'w1',
        topic: 'orders/create',
        event_id: 'e1',
        triggered_at: '2026-11-21T11:59:00Z',
        received_at: NOW.toISOString(),
        state: 'set_aside',
        success: 0n,
        message: 'The order has no id.',
        body: '{"id":null}',
      },
    ]);
  });

  it.each([
    { why: 'a currency without a rate', order: { currency: 'DOGE' }, reason: 'DOGE is not a supported currency' },
    { why: 'a price that cannot be read', order: { price: 'a lot' }, reason: 'The price of the order cannot be read' },
  ])('with $why is set aside, and leaves no other trace', async ({ order, reason }) => {
    const test = await testEngine();
    const before = test.dump('webhooks');
    const answer = await test.deliver(aShopOrder({ orderId: '1', memo: claimText(alice, '1'), ...order }), 'w1');
    expect(answer).toMatchObject({ state: 'set_aside', success: false, message: expect.stringContaining(reason) });
    const [kept] = test.dump().webhooks ?? [];
    expect(JSON.parse(String(kept?.body))).toMatchObject({ orderId: '1', ...order });
    expect(test.dump('webhooks')).toEqual(before);
  });

  it('that was set aside for a missing rate is used in another delivery once the rate is set', async () => {
    const test = await testEngine();
    const order = aShopOrder({ orderId: '1', currency: 'USD', price: '2.50' });
    expect((await test.deliver(order, 'w1')).state).toBe('set_aside');
    await test.engine.exchangeRates.set('USD', 30_000_000n, 'admin');
    // The shop's repeat of the same delivery is answered as before; what was set aside is a person's to take up again.
    expect((await test.deliver(order, 'w1')).state).toBe('set_aside');
    await expect(test.orderOf('1')).rejects.toThrow();
    expect((await test.deliver(order, 'w2')).state).toBe('accepted');
    expect((await test.orderOf('1')).totalPrice).toBe(75_000_000n);
    expect(test.dump().webhooks?.map((row) => row.state)).toEqual(['set_aside', 'accepted']);
  });

  it('that meets trouble of our own is not taken: the shop sends it again, and then it counts', async () => {
    const test = await testEngine();
    const unkeepable = aShopOrder({ orderId: '1', createdAt: new Date(Number.NaN) });
    const before = test.dump();
    await expect(test.deliver(unkeepable, 'w1')).rejects.toThrow();
    expect(test.dump()).toEqual(before);
    expect((await test.deliver(aShopOrder({ orderId: '1' }), 'w1')).state).toBe('accepted');
  });
});

describe('old deliveries', () => {
  it('are forgotten after a month, but never those that were set aside', async () => {
    const test = await testEngine();
    await test.engine.webhooks.receive(aDelivery({ webhookId: 'ignored' }), IGNORED, '{}');
    await test.engine.webhooks.receive(aDelivery({ webhookId: 'aside' }), UNUSABLE, '{}');
    await test.deliver(aShopOrder({ orderId: '1' }), 'used');
    test.clock.advance(30 * DAY);
    await test.deliver(aShopOrder({ orderId: '2' }), 'young');
    expect(await test.engine.webhooks.forgetOld()).toBe(0);
    test.clock.advance(1);
    expect(await test.engine.webhooks.forgetOld()).toBe(2);
    expect(test.dump().webhooks?.map((row) => row.webhook_id)).toEqual(['aside', 'young']);
  });
});
