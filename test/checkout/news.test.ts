import { afterEach, expect, it } from 'vitest';
import { payerOrders } from '#checkout/payer-orders.ts';
import { payerRefunds } from '#checkout/payer-refunds.ts';
import { appendEvent, type Happening } from '#platform/outbox/append-event.ts';
import type { EventType } from '#platform/outbox/events.ts';
import { closeEngines, testEngine } from '#test/engine.ts';
import { NOW } from '#test/test-wallets.ts';

afterEach(closeEngines);

it('pages hear of orders by the events of the engine, and of no other context’s, whatever those hold', async () => {
  const test = await testEngine();
  const { store, bus, settings, clock, log } = test;
  const context = { store, settings, clock, log, subscriptions: bus };
  const orders = payerOrders(context, {
    chainWatch: undefined,
    watchesMempool: false,
    refunds: payerRefunds(test.engine.payouts),
  });
  const { last } = await orders.news(undefined, 0);
  await test.order({ orderId: '1' });
  for (const payload of [
    { order: '1', orders: null, payment: 5 },
    { order_id: '1', customer_id: '2' },
  ]) {
    const event = { type: 'WindowBroken', subject: '1', payload, at: NOW };
    await store.run((tx) => appendEvent(tx, bus, event as unknown as Happening<EventType>));
  }
  const heard = await orders.news(last, 0);
  expect(heard.orders).toContain('1');
  expect(heard.last).toBe(last + 3n);
  expect(await orders.news(last + 1n, 0)).toEqual({ last: last + 3n, orders: [], customers: [] });
});
