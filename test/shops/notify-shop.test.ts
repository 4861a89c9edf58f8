import { afterEach, describe, expect, it } from 'vitest';
import { Dispatcher } from '#platform/outbox/dispatcher.ts';
import { subscribeShop } from '#shops/notify-shop.ts';
import type { ShopConnector, ShopOutcome } from '#shops/shop-connector.ts';
import { closeEngines, DAY, MINUTE, type TestEngine, takeNames, testEngine } from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;
/** That of the tests' orders, as the shop wrote it. */
const PRICE = { amount: '100.00', currency: 'XTM' };

afterEach(closeEngines);

/** A shop that notes what it was told. */
class NotingShop implements ShopConnector {
  readonly name = 'test-shop';
  readonly calls: unknown[][] = [];
  readonly signals: unknown[] = [];
  outcome: ShopOutcome = { effect: 'done', detail: 'The shop knows it now.' };

  async markPaid(...[order, paidAt, signal]: Parameters<ShopConnector['markPaid']>): Promise<ShopOutcome> {
    this.calls.push(['paid', order, paidAt]);
    this.signals.push(signal);
    return this.outcome;
  }

  async cancel(...[order, reason, signal]: Parameters<ShopConnector['cancel']>): Promise<ShopOutcome> {
    this.calls.push(['cancelled', order, reason]);
    this.signals.push(signal);
    return this.outcome;
  }
}

async function engineWithShop(): Promise<{ test: TestEngine; shop: NotingShop; carryAll: () => Promise<void> }> {
  const test = await testEngine();
  const shop = new NotingShop();
  subscribeShop(test.bus, shop, test.log);
  const { store, bus, clock, log } = test;
  const dispatcher = new Dispatcher({ store, bus, clock, random: () => 0, newLeaseToken: takeNames(), log });
  const carryAll = async () => {
    while ((await dispatcher.processNext()) !== undefined);
  };
  return { test, shop, carryAll };
}

describe('the shop is told', () => {
  it('of an order that is paid, with the time when it was', async () => {
    const { test, shop, carryAll } = await engineWithShop();
    await test.order({ orderId: '9007199254740993', altId: '#1001' });
    test.clock.advance(MINUTE);
    await test.payConfirmed({ from: alice, orderId: '9007199254740993' });
    test.clock.advance(MINUTE);
    await carryAll();
    const order = { orderId: '9007199254740993', altId: '#1001', price: PRICE, authorizationIds: [] };
    expect(shop.calls).toEqual([['paid', order, new Date(NOW.getTime() + MINUTE)]]);
    expect(shop.signals[0]).toBeInstanceOf(AbortSignal);
  });

  it('of an order that expired or was cancelled, with a reason that fits', async () => {
    const { test, shop, carryAll } = await engineWithShop();
    await test.order({ orderId: '1' });
    await test.cancel('1');
    await test.order({ orderId: '2' });
    test.clock.advance(DAY);
    await test.engine.expiry.run();
    await carryAll();
    expect(shop.calls).toEqual([
      ['cancelled', { orderId: '1', altId: null, price: PRICE }, 'The order was cancelled in the Tari payment server.'],
      ['cancelled', { orderId: '2', altId: null, price: PRICE }, 'The order was not paid in Tari in time.'],
    ]);
  });

  it('of nothing else, and of each once', async () => {
    const { test, shop, carryAll } = await engineWithShop();
    await test.order({ orderId: '1' });
    await test.order({ orderId: '2' });
    await test.claim(alice, '1');
    await test.pay({ from: alice, txid: 't' });
    await carryAll();
    expect(shop.calls).toEqual([]);
    await test.confirm('t');
    await carryAll();
    await carryAll();
    expect(shop.calls.length).toBe(1);
  });

  it('and what the shop answers is noted in the log', async () => {
    const { test, shop, carryAll } = await engineWithShop();
    shop.outcome = { effect: 'already_done', detail: 'It was paid there already.' };
    await test.order({ orderId: '1' });
    await test.payConfirmed({ from: alice, orderId: '1' });
    await carryAll();
    expect(test.log.lines).toContainEqual({
      level: 'info',
      fields: { orderId: '1', effect: 'already_done', shop: 'test-shop' },
      sentence: 'It was paid there already.',
    });
  });
});
