import { afterEach, describe, expect, it } from 'vitest';
import { stringifyJson } from '#platform/json.ts';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { deliveryRepository, type LeasedDelivery } from '#platform/outbox/store/deliveries.ts';
import {
  type PaidOrder,
  type ShopAuthorization,
  type ShopConnector,
  ShopError,
  type ShopOutcome,
} from '#shops/shop-connector.ts';
import type { WebhookAnswer } from '#shops/store/webhooks.ts';
import type { TestDatabase } from '#test/database/database.ts';
import {
  ADMIN,
  aDelivery,
  closeEngine,
  closeEngines,
  DAY,
  MINUTE,
  recordingLog,
  SECOND,
  type TestEngine,
  takeNames,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { ALL_EVENT_TYPES } from '#test/vitest/event-types.ts';

const [alice] = ACCOUNTS;

afterEach(closeEngines);

const DONE: ShopOutcome = { effect: 'done', detail: 'The shop knows it now.' };

/** A shop that notes which orders it was told to be paid, with the authorizations that were kept for them. */
class NotingShop implements ShopConnector {
  readonly name = 'shopify';
  readonly told: { orderId: string; authorizationIds: readonly string[] }[] = [];
  /** What the shop does when it is told, before it answers. */
  meanwhile: () => Promise<unknown> = async () => undefined;

  async markPaid({ orderId, authorizationIds = [] }: PaidOrder): Promise<ShopOutcome> {
    this.told.push({ orderId, authorizationIds });
    await this.meanwhile();
    return DONE;
  }

  async cancel(): Promise<ShopOutcome> {
    return DONE;
  }
}

interface Scene {
  test: TestEngine;
  shop: NotingShop;
  dispatcher: Dispatcher;
  carryAll: () => Promise<void>;
}

/** @param database is opened again after another engine has left it. */
async function scene(database?: TestDatabase): Promise<Scene> {
  const bus = new EventBus(recordingLog(), ALL_EVENT_TYPES);
  const shop = new NotingShop();
  const log = recordingLog();
  bus.onDurable('plugin', 'OrderPaid', () => undefined);
  const test = await testEngine({
    bus,
    connector: shop,
    ...(database && { database }),
  });
  const dispatcher = new Dispatcher({
    store: test.store,
    bus,
    clock: test.clock,
    random: () => 0,
    newLeaseToken: takeNames(),
    log,
  });
  const carryAll = async () => {
    while ((await dispatcher.processNext()) !== undefined);
  };
  return { test, shop, dispatcher, carryAll };
}

function anAuthorization(changes: Partial<ShopAuthorization> = {}): ShopAuthorization {
  return {
    transactionId: '6887976009940',
    orderId: '1001',
    gateway: 'visa',
    amount: '30.00',
    currency: 'USD',
    ...changes,
  };
}

function tell(test: TestEngine, changes: Partial<ShopAuthorization> = {}, webhookId?: string): Promise<WebhookAnswer> {
  const authorization = anAuthorization(changes);
  return test.engine.webhooks.receive(
    aDelivery({ topic: 'order_transactions/create', webhookId: webhookId ?? null }),
    { kind: 'authorization', authorization },
    stringifyJson(authorization),
  );
}

const kept = (test: TestEngine) =>
  test.rows('select transaction_id, order_id from authorizations order by received_at');
const deliveries = (test: TestEngine) =>
  test.rows('select subscriber, state, attempts from deliveries order by subscriber');

describe('an authorization', () => {
  it('is kept, and named when the shop is told that its order is paid', async () => {
    const { test, shop, carryAll } = await scene();
    await test.order();
    expect(await tell(test)).toEqual({
      state: 'accepted',
      success: true,
      message: 'Authorization 6887976009940 of order 1001 is kept. It is captured once the order is paid in Tari.',
    });
    await test.payConfirmed({ from: alice, orderId: '1001' });
    await carryAll();
    expect(shop.told).toEqual([{ orderId: '1001', authorizationIds: ['6887976009940'] }]);
    expect(test.rows('select * from authorizations')).toMatchObject([
      { transaction_id: '6887976009940', order_id: '1001', gateway: 'visa', amount: '30.00', currency: 'USD' },
    ]);
  });

  it('is kept before its order is known', async () => {
    const { test, shop, carryAll } = await scene();
    expect((await tell(test)).message).toBe(
      'Order 1001 is not known yet; authorization 6887976009940 is kept until it arrives.',
    );
    await test.order();
    await test.payConfirmed({ from: alice, orderId: '1001' });
    await carryAll();
    expect(shop.told).toEqual([{ orderId: '1001', authorizationIds: ['6887976009940'] }]);
  });

  it('is known by its transaction, whatever delivery brings it, and never changes', async () => {
    const { test } = await scene();
    const first = await tell(test, {}, 'w1');
    expect(await tell(test, {}, 'w1')).toEqual(first);
    expect((await tell(test, { amount: '99.00', orderId: '7' }, 'w2')).message).toBe(
      'Authorization 6887976009940 is known already.',
    );
    expect(kept(test)).toEqual([{ transaction_id: '6887976009940', order_id: '1001' }]);
    expect(test.rows('select amount from authorizations')).toEqual([{ amount: '30.00' }]);
  });

  it('moves neither money nor orders, and tells nobody', async () => {
    const { test } = await scene();
    await test.order();
    const before = test.dump('webhooks', 'authorizations');
    await tell(test);
    await tell(test, { transactionId: '2', orderId: 'unknown' });
    expect(test.dump('webhooks', 'authorizations')).toEqual(before);
  });

  it.each([
    ['Cancelled', (test: TestEngine) => test.cancel('1001')],
    [
      'Expired',
      async (test: TestEngine) => {
        test.clock.advance(DAY);
        await test.engine.expiry.run();
      },
    ],
  ])('of an order that is %s is kept and has nothing captured', async (status, annul) => {
    const { test, shop, carryAll } = await scene();
    await test.order();
    await annul(test);
    expect((await tell(test)).message).toContain(`It is not captured, since the order is ${status}.`);
    await carryAll();
    expect(shop.told).toEqual([]);
  });

  it('of an order that never comes is forgotten after a month', async () => {
    const { test } = await scene();
    await test.order();
    await tell(test);
    await tell(test, { transactionId: 'old', orderId: 'old' });
    test.clock.advance(30 * DAY);
    await tell(test, { transactionId: 'young', orderId: 'young' });
    test.clock.advance(1);
    await test.engine.webhooks.forgetOld();
    expect(kept(test).map((row) => row.transaction_id)).toEqual(['6887976009940', 'young']);
  });
});

describe('an authorization that comes after its order was paid', () => {
  const paid = async () => {
    const made = await scene();
    await made.test.order();
    await made.test.payConfirmed({ from: alice, orderId: '1001' });
    return made;
  };

  it('has the shop told once more, and nobody else', async () => {
    const { test, shop, carryAll } = await paid();
    await carryAll();
    const events = await test.eventNames();
    expect((await tell(test)).message).toBe(
      'Authorization 6887976009940 of order 1001 is kept. It is captured now, since the order is Paid.',
    );
    expect(deliveries(test)).toEqual([
      { subscriber: 'plugin', state: 'done', attempts: 1n },
      { subscriber: 'shopify', state: 'pending', attempts: 0n },
    ]);
    await carryAll();
    expect(shop.told).toEqual([
      { orderId: '1001', authorizationIds: [] },
      { orderId: '1001', authorizationIds: ['6887976009940'] },
    ]);
    await tell(test);
    await carryAll();
    expect(shop.told).toHaveLength(2);
    expect(await test.eventNames()).toEqual(events);
  });

  it('has it told after a restart, though the process ended right after the answer', async () => {
    const { test, carryAll } = await paid();
    await carryAll();
    await tell(test);
    await closeEngine(test);
    const again = await scene(test.database);
    again.test.clock.advance(SECOND);
    await again.carryAll();
    expect(again.shop.told).toEqual([{ orderId: '1001', authorizationIds: ['6887976009940'] }]);
  });

  it('has it told again where the shop was just being told', async () => {
    const { test, shop, dispatcher, carryAll } = await paid();
    shop.meanwhile = async () => {
      shop.meanwhile = async () => undefined;
      await tell(test);
    };
    while (shop.told.length === 0) await dispatcher.processNext();
    expect(deliveries(test).at(-1)).toMatchObject({ subscriber: 'shopify', state: 'pending' });
    await carryAll();
    expect(shop.told.map(({ authorizationIds }) => authorizationIds)).toEqual([[], ['6887976009940']]);
    expect(deliveries(test).at(-1)).toMatchObject({ subscriber: 'shopify', state: 'done' });
  });

  it('has it told again where the shop was just being told for the second time', async () => {
    const { test, shop, dispatcher, carryAll } = await paid();
    shop.meanwhile = async () => {
      throw new ShopError('The shop is down.', { retryable: true });
    };
    await carryAll();
    test.clock.advance(MINUTE);
    let again = 0;
    shop.meanwhile = async () => {
      again += 1;
      if (again === 1) await tell(test);
    };
    while (again === 0) await dispatcher.processNext();
    expect(deliveries(test).at(-1)).toMatchObject({ subscriber: 'shopify', state: 'pending' });
    await carryAll();
    expect([again, deliveries(test).at(-1)]).toMatchObject([2, { state: 'done' }]);
  });

  /** Takes the delivery to the shop by hand, for a minute. */
  const byHand = (test: TestEngine) => {
    const nextHold = takeNames();
    return {
      async take() {
        const now = test.clock.now();
        const held = { leaseToken: nextHold(), leasedUntil: new Date(now.getTime() + MINUTE) };
        return test.store.run((tx) => tx.use(deliveryRepository).leaseNext(['shopify'], now, held));
      },
      async settle(delivery: LeasedDelivery | undefined, state: 'done' | 'pending' = 'done') {
        const outcome = { state, nextAttemptAt: test.clock.now(), lastError: null };
        if (delivery === undefined) throw new Error('Nothing was taken');
        await test.store.run((tx) => tx.use(deliveryRepository).settle(delivery, outcome, test.clock.now()));
      },
    };
  };

  it('is not ended by whoever has the shop told of before, nor given to anybody else until that is over', async () => {
    const { test } = await paid();
    const { take, settle } = byHand(test);
    const before = await take();
    await tell(test);
    expect(await take()).toBeUndefined();
    await settle(before);
    expect(deliveries(test).at(-1)).toMatchObject({
      subscriber: 'shopify',
      state: 'pending',
      attempts: 0n,
    });
    await settle(await take());
    expect(deliveries(test).at(-1)).toMatchObject({ subscriber: 'shopify', state: 'done', attempts: 1n });
  });

  it('is told until that succeeds, also where the shop was just being told of another that came too late', async () => {
    const { test } = await paid();
    const { take, settle } = byHand(test);
    const first = await take();
    await tell(test, { transactionId: '1' });
    test.clock.advance(MINUTE);
    const second = await take();
    await settle(first);
    await tell(test, { transactionId: '2' });
    await settle(second);
    const third = await take();
    await settle(third, 'pending');
    expect(await take()).toBeDefined();
  });

  it('leaves a delivery that was taken twice, since it took too long, to whoever took it last', async () => {
    const { test } = await paid();
    const { take, settle } = byHand(test);
    const first = await take();
    test.clock.advance(MINUTE);
    const second = await take();
    expect([first?.attempts, second?.attempts]).toEqual([1, 2]);
    await settle(first);
    expect(deliveries(test).at(-1)).toMatchObject({ subscriber: 'shopify', state: 'pending' });
    await settle(second);
    expect(deliveries(test).at(-1)).toMatchObject({ subscriber: 'shopify', state: 'done' });
    await settle(first, 'pending');
    expect(deliveries(test).at(-1)).toMatchObject({ subscriber: 'shopify', state: 'done' });
  });

  it('has it told once where the shop was not told yet', async () => {
    const { test, shop, carryAll } = await paid();
    await tell(test);
    await carryAll();
    expect(shop.told).toEqual([{ orderId: '1001', authorizationIds: ['6887976009940'] }]);
  });

  it('is a dead letter where it cannot be captured, which can be sent again, as can an earlier one', async () => {
    const { test, shop, carryAll } = await paid();
    await carryAll();
    shop.meanwhile = async () => {
      throw new ShopError('The authorization has expired.', { retryable: false });
    };
    await tell(test);
    await carryAll();
    const [letter, ...others] = await test.engine.deadLetters.after(0n, 10);
    expect([letter?.lastError, letter?.subscriber, others]).toEqual(['The authorization has expired.', 'shopify', []]);
    shop.meanwhile = async () => undefined;
    await tell(test, { transactionId: '2' });
    await carryAll();
    expect(await test.engine.deadLetters.after(0n, 10)).toEqual([]);
    expect(shop.told.at(-1)?.authorizationIds).toEqual(['2', '6887976009940']);
    await expect(test.engine.deadLetters.retry({ actor: ADMIN }, letter?.event.id ?? 0n, undefined)).rejects.toThrow();
  });

  it('reaches a shop that was configured after the order was paid', async () => {
    const test = await testEngine();
    await test.order();
    await test.payConfirmed({ from: alice, orderId: '1001' });
    await closeEngine(test);
    const later = await scene(test.database);
    await later.carryAll();
    expect(later.shop.told).toEqual([]);
    await tell(later.test);
    await later.carryAll();
    expect(later.shop.told).toEqual([{ orderId: '1001', authorizationIds: ['6887976009940'] }]);
  });

  it('is kept where no shop is configured', async () => {
    const test = await testEngine();
    await test.order();
    await test.payConfirmed({ from: alice, orderId: '1001' });
    expect((await tell(test)).success).toBe(true);
    expect([kept(test).length, deliveries(test)]).toEqual([1, []]);
  });
});
