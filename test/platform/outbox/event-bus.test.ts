import { afterEach, describe, expect, it, vi } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { EventBus, type EventMessage } from '#platform/outbox/event-bus.ts';
import type { EventType } from '#platform/outbox/events.ts';
import { claimText, closeEngines, recordingLog, type TestEngine, tari, testEngine } from '#test/engine.ts';
import { ACCOUNTS, aNewOrder, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

afterEach(closeEngines);

/** An engine whose commits are told to the live handlers, as app.ts wires it. */
async function liveEngine(): Promise<TestEngine> {
  const test = await testEngine();
  test.store.onCommitted((events) => test.bus.emit(events));
  return test;
}

describe('a live handler', () => {
  it('hears of each event of its type, with what it says, in the order in which things happened', async () => {
    const test = await liveEngine();
    const heard: EventMessage[] = [];
    for (const type of ['NewOrder', 'OrderClaimed', 'OrderPaid', 'PaymentConfirmed'] as const) {
      test.bus.on(type, (event) => heard.push(event));
    }
    await test.payConfirmed({ from: alice });
    await test.order({ orderId: '1', memo: claimText(alice, '1') });
    await vi.waitFor(() => expect(heard).toHaveLength(4));
    expect(heard.map((event) => event.type)).toEqual(['PaymentConfirmed', 'NewOrder', 'OrderClaimed', 'OrderPaid']);
    expect(heard.map((event) => event.id)).toEqual([2n, 3n, 4n, 5n]);
    expect(heard[3]).toMatchObject({ createdAt: NOW, payload: { order: { order_id: '1', status: 'Paid' } } });
  });

  it('gets large amounts whole', async () => {
    const test = await liveEngine();
    const amounts: unknown[] = [];
    test.bus.on('PaymentReceived', ({ payload }) => amounts.push(payload.payment.amount));
    await test.pay({ from: alice, amount: 9_007_199_254_740_993n as never });
    await test.pay({ from: alice, amount: tari(1) });
    await vi.waitFor(() => expect(amounts).toHaveLength(2));
    expect(amounts.map(BigInt as (amount: unknown) => bigint)).toEqual([9_007_199_254_740_993n, tari(1)]);
  });

  it('that throws, or fails later, harms neither the order, nor the other handlers, nor what comes after', async () => {
    const test = await liveEngine();
    const heard: string[] = [];
    test.bus.on('NewOrder', () => {
      throw new Error('thrown');
    });
    test.bus.on('NewOrder', () => Promise.reject(new Error('rejected')));
    test.bus.on('NewOrder', ({ payload }) => heard.push(payload.order.order_id));
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2' });
    await vi.waitFor(() => expect(heard).toEqual(['1', '2']));
    const failures = test.log.lines.filter((line) => line.level === 'error');
    expect(failures.map((line) => (line.fields.err as Error).message)).toEqual([
      'thrown',
      'rejected',
      'thrown',
      'rejected',
    ]);
    expect(failures[0]?.sentence).toBe('A handler of NewOrder events failed');
  });

  it('that never ends holds nobody up', async () => {
    const test = await liveEngine();
    test.bus.on('NewOrder', () => new Promise(() => undefined));
    expect((await test.order({ orderId: '1' })).status).toBe('Unclaimed');
    expect((await test.order({ orderId: '2' })).status).toBe('Unclaimed');
  });

  it('hears nothing of what was not kept', async () => {
    const test = await liveEngine();
    let heard = 0;
    test.bus.on('NewOrder', () => {
      heard += 1;
    });
    const entering = test.withLedger(async (ledger) => {
      await ledger.enterOrder(aNewOrder({ orderId: 'lost' }));
      throw new Error('changed my mind');
    });
    await expect(entering).rejects.toThrow('changed my mind');
    await test.order({ orderId: 'kept' });
    await vi.waitFor(() => expect(heard).toBe(1));
  });
});

describe('registering a durable handler', () => {
  const bus = () => new EventBus(recordingLog(), EVENT_TYPES);

  it('makes its name one that must hear of that type, and of no other', () => {
    const events = bus();
    events.onDurable('mailer', 'OrderPaid', () => undefined);
    events.onDurable('mailer', 'NewOrder', () => undefined);
    events.onDurable('ledger-2', 'OrderPaid', () => undefined);
    expect(events.durableSubscribers('OrderPaid')).toEqual(['mailer', 'ledger-2']);
    expect(events.durableSubscribers('NewOrder')).toEqual(['mailer']);
    expect(events.durableSubscribers('OrderAnnulled')).toEqual([]);
    expect(events.allDurableSubscribers().sort()).toEqual(['ledger-2', 'mailer']);
  });

  it('may leave out what the shop did itself', () => {
    const events = bus();
    events.onDurable('shop', 'OrderAnnulled', () => undefined, { exceptFrom: 'shop' });
    events.onDurable('mailer', 'OrderAnnulled', () => undefined);
    expect(events.durableSubscribers('OrderAnnulled')).toEqual(['shop', 'mailer']);
    expect(events.durableSubscribers('OrderAnnulled', 'server')).toEqual(['shop', 'mailer']);
    expect(events.durableSubscribers('OrderAnnulled', 'shop')).toEqual(['mailer']);
    expect(events.allDurableSubscribers()).toEqual(['shop', 'mailer']);
    expect(events.handlerOf('shop', 'OrderAnnulled')).toBeTypeOf('function');
  });

  it.each(['', 'Mailer', '1mail', 'my mailer', 'mail_er', 'x'.repeat(65)])('refuses the name %j', (name) => {
    expect(() => bus().onDurable(name, 'OrderPaid', () => undefined)).toThrow(/subscriber's name/);
  });

  it('refuses a second handler of one type under one name, and a type that does not exist', () => {
    const events = bus();
    events.onDurable('mailer', 'OrderPaid', () => undefined);
    expect(() => events.onDurable('mailer', 'OrderPaid', () => undefined)).toThrow('already handles OrderPaid');
    expect(() => events.onDurable('mailer', 'OrderEaten' as EventType, () => undefined)).toThrow('OrderEaten');
    const ofHouse = new EventBus(recordingLog(), ['WindowBroken' as EventType]);
    expect(() => ofHouse.onDurable('mailer', 'OrderPaid', () => undefined)).toThrow('no event of the type OrderPaid');
  });
});
