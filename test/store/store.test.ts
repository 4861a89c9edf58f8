import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import SqliteDatabase from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ORDER_STATUSES } from '../../src/store/database.ts';
import { StoreBrokenError, StoreUnavailableError } from '../../src/store/errors.ts';
import { openSqliteStore, type SqliteStore } from '../../src/store/sqlite.ts';
import { ACCOUNTS, aNewOrder, aPayment, NOW } from '../helpers/records.ts';

const [alice] = ACCOUNTS;

describe('the SQLite store', () => {
  let folder: string;
  let file: string;
  let store: SqliteStore;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'tps-store-'));
    file = join(folder, 'nested', 'store.db');
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3 });
    await store.run(async (tx) => {
      await tx.customers.ensure('c1', NOW);
      await tx.accounts.ensure(alice.account, alice.address, NOW);
    });
  });
  afterEach(async () => {
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const raw = () => new SqliteDatabase(file);

  it('makes folder and file, and applies every migration once', async () => {
    expect(store.appliedMigrations.length).toBeGreaterThan(5);
    await store.close();
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3 });
    expect(store.appliedMigrations).toEqual([]);
  });

  it('writes ahead and makes each commit durable', async () => {
    const database = raw();
    expect(database.pragma('journal_mode', { simple: true })).toBe('wal');
    database.close();
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

  it('takes waiting works into one commit and rolls back the failing one alone', async () => {
    const outcomes = await Promise.allSettled([
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' }))),
      store.run(async (tx) => {
        await tx.orders.insert(aNewOrder({ orderId: 'o2' }));
        throw new Error('changed my mind');
      }),
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o3' }))),
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' }))),
    ]);
    expect(outcomes.map((outcome) => outcome.status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected']);
    const found = await store.read(async (tx) => [
      (await tx.orders.find('o1'))?.orderId,
      (await tx.orders.find('o2'))?.orderId,
      (await tx.orders.find('o3'))?.orderId,
    ]);
    expect(found).toEqual(['o1', undefined, 'o3']);
  });

  it('lets a later work of the same group see what an earlier one did', async () => {
    const [, seen] = await Promise.all([
      store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' }))),
      store.run((tx) => tx.orders.find('o1')),
    ]);
    expect(seen?.orderId).toBe('o1');
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
    expect(told).toEqual(['kept']);
  });

  it('answers that it is unavailable while another process holds the database, and works again after', async () => {
    const other = raw();
    other.exec('begin immediate');
    await expect(store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' })))).rejects.toThrow(
      StoreUnavailableError,
    );
    other.exec('rollback');
    other.close();
    await expect(store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' })))).resolves.toBeDefined();
  });

  it('refuses works after it was closed, and finishes those it took', async () => {
    const taken = store.run((tx) => tx.orders.insert(aNewOrder({ orderId: 'o1' })));
    const closing = store.close();
    await expect(store.run((tx) => tx.orders.find('o1'))).rejects.toThrow(StoreUnavailableError);
    await expect(taken).resolves.toBeDefined();
    await closing;
    store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 3 });
    expect(await store.read((tx) => tx.orders.find('o1'))).toBeDefined();
  });

  it('says plainly that a file is not a database', async () => {
    const broken = join(folder, 'broken.db');
    writeFileSync(broken, 'this is no database, however long one looks at it'.repeat(100));
    await expect(openSqliteStore(`sqlite://${broken}`, { maxReadConnections: 1 })).rejects.toThrow(StoreBrokenError);
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
      const database = raw();
      database.pragma('foreign_keys = on');
      expect(() => database.exec(statement)).toThrow(/constraint|refused|cannot store/i);
      database.close();
    });

    it('no state that the program knows', async () => {
      const database = raw();
      const definition = database.prepare(`select sql from sqlite_master where name = 'orders'`).pluck().get();
      for (const status of ORDER_STATUSES) expect(definition).toContain(`'${status}'`);
      database.close();
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

describe('a store in memory', () => {
  it('reads and writes over its one connection', async () => {
    const store = await openSqliteStore('sqlite://:memory:', { maxReadConnections: 3 });
    await store.run((tx) => tx.customers.ensure('c1', NOW));
    expect(await store.read((tx) => tx.customers.totals('c1'))).toBeDefined();
    await store.close();
  });
});
