import { afterAll, describe, expect, it } from 'vitest';
import { findShopOrder } from '#engine/order-lookup.ts';
import { databaseBefore } from '#test/database/database.ts';
import { aDelivery, closeEngine, closeEngines, temporaryDatabase, testEngine } from '#test/engine.ts';
import { NOW } from '#test/test-wallets.ts';

const MIGRATION = '0024-ids-and-names';

describe('books from when names stood in place of ids', () => {
  afterAll(closeEngines);

  it('keep those names, know the ids that webhooks tell, and say in a report what is not known', async () => {
    const database = await temporaryDatabase();
    const before = await testEngine({ database });
    const body = (fields: object) =>
      JSON.stringify({ name: '#1', created_at: '2026-03-10T07:00:00-05:00', ...fields }).replace(
        /"id":"(\d+)"/,
        '"id":$1',
      );
    for (const name of ['#1', '#2', '#3']) await before.order({ orderId: name, altId: name });
    await before.order({ orderId: '8997470732599', altId: '#9' });
    await before.cancel('#3');
    for (const kept of [
      body({ id: '820982911946154508' }),
      body({ id: '5', name: '#2', created_at: '2025-03-10T07:00:00-05:00' }),
      body({ id: '8997470732599', name: '#2' }),
      body({ id: null }),
      'no JSON',
      '[]',
      'null',
    ]) {
      const unusable = { kind: 'unusable', reason: 'A test keeps it.' } as const;
      await before.engine.webhooks.receive(aDelivery({ topic: 'orders/updated' }), unusable, kept);
    }
    await closeEngine(before);

    const old = await databaseBefore(MIGRATION);
    old.takeRowsOf(database);
    const after = await testEngine({ database: old });
    expect(after.store.appliedMigrations).toContain(MIGRATION);
    expect(old.rows('select order_id, alt_id, shop_id from orders order by id')).toEqual([
      { order_id: '#1', alt_id: '#1', shop_id: '820982911946154508' },
      { order_id: '#2', alt_id: '#2', shop_id: null },
      { order_id: '#3', alt_id: '#3', shop_id: null },
      { order_id: '8997470732599', alt_id: '#9', shop_id: null },
    ]);
    const [report] = await after.engine.auditLog({ subject: MIGRATION }, 0n, 10);
    expect(JSON.parse(report?.after ?? '')).toEqual({
      known_by_name: { Cancelled: 1, Unclaimed: 2 },
      ids_found: { '#1': '820982911946154508' },
      open_without_id: ['#2'],
    });
    expect((await after.engine.accounts.anyOrder('820982911946154508'))?.order.orderId).toBe('#1');

    // The shop tells of one again: it is the same order, and its id is known from then on.
    const told = { orderId: '8997470732502', altId: '#2', createdAt: NOW };
    expect((await after.store.run((tx) => findShopOrder(tx, told)))?.orderId).toBe('#2');
    expect(old.rows(`select order_id from orders where shop_id = '8997470732502'`)).toEqual([{ order_id: '#2' }]);
    expect((await after.engine.audit()).differences).toEqual([]);
    await closeEngine(after);
    await old.release();
  });

  it('say nothing where there are none', async () => {
    const database = await temporaryDatabase();
    const before = await testEngine({ database });
    await before.order({ orderId: '8997470732599', altId: '#9' });
    await closeEngine(before);
    const old = await databaseBefore(MIGRATION);
    old.takeRowsOf(database);
    const after = await testEngine({ database: old });
    expect(old.rows('select actor from audit_log')).toEqual([]);
    expect(await after.statusOf('8997470732599')).toBe('Unclaimed');
    await closeEngine(after);
    await old.release();
  });
});
