import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StoreUnavailableError } from '#platform/database/errors.ts';
import { type OpenedStore, openStore } from '#platform/database/open.ts';
import { newDatabase, type TestDatabase } from '#test/database/database.ts';
import { ACCOUNTS, aNewOrder, aPayment, NOW } from '#test/test-wallets.ts';

const [alice] = ACCOUNTS;

describe('the store', () => {
  let database: TestDatabase;
  let store: OpenedStore;

  const open = () => openStore(database.url, { maxConnections: 3, statementTimeoutMs: 2_000 });

  beforeEach(async () => {
    database = await newDatabase();
    store = await open();
    await store.run(async (tx) => {
      await tx.customers.ensure('c1', NOW);
      await tx.accounts.ensure(alice.account, alice.address, NOW);
    });
  });
  afterEach(async () => {
    await store.close();
    await database.release();
  });

  it('shows a reader what is committed and nothing else', async () => {
    await store.run(async (tx) => {
      await tx.orders.insert(aNewOrder({ orderId: 'o1' }));
      const seen = await store.read((reader) => reader.orders.find('o1'));
      expect(seen).toBeUndefined();
    });
    expect((await store.read((reader) => reader.orders.find('o1')))?.orderId).toBe('o1');
  });

  it('gives each reader one picture, whatever is committed meanwhile', async () => {
    await store.read(async (reader) => {
      expect(await reader.orders.find('o1')).toBeUndefined();
      await store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' })));
      expect(await reader.orders.find('o1')).toBeUndefined();
    });
  });

  it('lets more readers wait than it has connections, and serves them all', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => store.read(async (reader) => (await reader.customers.totals('c1'))?.current)),
    );
    expect(answers).toEqual(Array(20).fill(0n));
  });

  it('refuses to write through a reader', async () => {
    await expect(store.read((reader) => reader.orders.insert(aNewOrder({ orderId: 'o1' })))).rejects.toThrow();
  });

  it('keeps each of many works whole, and of those that fail nothing', async () => {
    const outcomes = await Promise.allSettled([
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' }))),
      store.run(async (tx) => {
        await tx.orders.insert(aNewOrder({ orderId: 'o2' }));
        throw new Error('changed my mind');
      }),
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o3' }))),
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' }))),
    ]);
    const statuses = outcomes.map((outcome) => outcome.status);
    expect(statuses.slice(1, 3)).toEqual(['rejected', 'fulfilled']);
    // Two works make the same order: one of them does.
    expect([statuses[0], statuses[3]].sort()).toEqual(['fulfilled', 'rejected']);
    const found = await store.read(async (tx) => [
      (await tx.orders.find('o1'))?.orderId,
      (await tx.orders.find('o2'))?.orderId,
      (await tx.orders.find('o3'))?.orderId,
    ]);
    expect(found).toEqual(['o1', undefined, 'o3']);
  });

  it('tells of events only when their work was kept', async () => {
    const told: string[] = [];
    store.onCommitted((events) => told.push(...events.map((event) => event.subject)));
    const event = { type: 'NewOrder' as const, payload: '{}', createdAt: NOW };
    await Promise.allSettled([
      store.run((tx) => tx.events.append({ ...event, subject: 'kept' }, [])),
      store.run(async (tx) => {
        await tx.events.append({ ...event, subject: 'lost' }, []);
        throw new Error('no');
      }),
    ]);
    await vi.waitFor(() => expect(told).toEqual(['kept']));
  });

  it('answers that it is unavailable while another process holds the database, and works again after', async () => {
    const unlock = database.lock();
    await expect(store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' })))).rejects.toThrow(
      StoreUnavailableError,
    );
    unlock();
    await expect(store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' })))).resolves.toBeDefined();
  });

  it('refuses works after it was closed, and finishes those it took', async () => {
    const taken = store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' })));
    const closing = store.close();
    await expect(store.run((tx) => tx.orders.find('o1'))).rejects.toThrow(StoreUnavailableError);
    await expect(taken).resolves.toBeDefined();
    await closing;
    store = await open();
    expect(await store.read((tx) => tx.orders.find('o1'))).toBeDefined();
  });

  it('applies every migration once', async () => {
    await store.close();
    store = await open();
    expect(store.appliedMigrations).toEqual([]);
  });

  describe('refuses in the database itself', () => {
    const attempts: [string, string][] = [
      ['deleting an order', `delete from orders`],
      ['deleting a payment', `delete from payments`],
      ['deleting a settlement', `delete from settlements`],
      ['deleting an account', `delete from accounts`],
      ['deleting an event', `delete from events`],
      ['deleting a line of the audit log', `delete from audit_log`],
      ['changing a line of the audit log', `update audit_log set actor = 'me'`],
      ['changing the amount of a payment', `update payments set amount = 1`],
      ['changing a settlement', `update settlements set amount = 1`],
      ['a state of an order that does not exist', `update orders set status = 'Free'`],
      ['a state of a payment that does not exist', `update payments set status = 'lost'`],
      ['a balance below zero', `update accounts set total_paid = total_confirmed + 1`],
      ['an order of an unknown customer', `update orders set customer_id = 'nobody'`],
      ['an Unclaimed order with a claimant', `update orders set claimed_by = (select account from accounts)`],
      ['an unknown role', `insert into roles values ('${alice.account}', 'king', '${NOW.toISOString()}')`],
      ['a wrong kind of value', `update orders set total_price = 'much'`],
    ];
    it.each(attempts)('%s', async (_, statement) => {
      await store.run(async (tx) => {
        await tx.orders.insert(aNewOrder({ orderId: 'o1' }));
        await tx.payments.insert(aPayment({ txid: '1', account: alice.account }));
        await tx.settlements.insert({
          orderId: 'o1',
          account: alice.account,
          address: alice.address,
          settlementType: 'single',
          amount: 5n as never,
          createdAt: NOW,
        });
        await tx.events.append({ type: 'NewOrder', subject: 'o1', payload: '{}', createdAt: NOW }, []);
        await tx.auditLog.append(
          { actor: 'a', action: 'b', subject: 'c', reason: null, before: null, after: null },
          NOW,
        );
      });
      const refusal = /constraint|refused|cannot store|invalid input syntax/i;
      const before = database.dump();
      expect(() => database.execute(statement)).toThrow(refusal);
      expect(database.dump()).toEqual(before);
    });
  });

  it('keeps amounts past 2^53 exactly', async () => {
    const amount = 21_000_000_000_000_001n as never;
    await store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1', totalPrice: amount })));
    expect((await store.read((tx) => tx.orders.find('o1')))?.totalPrice).toBe(amount);
  });

  it('raises a nonce only upward, up to the largest u64', async () => {
    const raise = (nonce: bigint) => store.run((tx) => tx.nonces.raise('wallet', alice.account, nonce, NOW));
    expect(await raise(5n)).toBe(true);
    expect(await raise(5n)).toBe(false);
    expect(await raise(4n)).toBe(false);
    expect(await raise(2n ** 64n - 1n)).toBe(true);
    expect(await raise(2n ** 63n)).toBe(false);
  });
});
