import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type OpenedStore, openStore } from '../../src/store/open.ts';
import { newDatabase, type TestDatabase } from '../helpers/database.ts';
import { makeOld } from '../helpers/old-database.ts';
import { ACCOUNTS } from '../helpers/records.ts';

describe('books from before accounts were counted', () => {
  let database: TestDatabase;
  let store: OpenedStore;

  beforeEach(async () => {
    database = await newDatabase();
    await makeOld(database);
    store = await openStore(database.url, { maxConnections: 2 });
  });
  afterEach(async () => {
    await store.close();
    await database.release();
  });

  it('are brought up to date, each account with what it had', async () => {
    expect(store.appliedMigrations).toContain('0019-account-ordinals');
    expect(database.rows('select ordinal from accounts order by ordinal')).toEqual(
      ACCOUNTS.map((_, index) => ({ ordinal: BigInt(index + 1) })),
    );
    for (const [table, account, ordinal] of [
      ['customer_addresses', 'account', 'account_ordinal'],
      ['orders', 'claimed_by', 'claimant_ordinal'],
      ['payments', 'account', 'account_ordinal'],
      ['settlements', 'account', 'account_ordinal'],
    ]) {
      const rows = database.rows(
        `select count(*) as count from ${table} join accounts on accounts.account = ${table}.${account}
           and accounts.ordinal = ${table}.${ordinal}`,
      );
      expect(rows, table).toEqual([{ count: BigInt(ACCOUNTS.length) }]);
    }
    const differences = await store.read((tx) => tx.journals.foundByAccount());
    expect(differences).toEqual([]);
  });

  it('keep what is written once', () => {
    for (const statement of [
      'update accounts set ordinal = 9 where ordinal = 1',
      'update payments set account_ordinal = 2 where account_ordinal = 1',
      'update settlements set account_ordinal = 2 where account_ordinal = 1',
    ]) {
      expect(() => database.execute(statement)).toThrow('are kept: update refused');
    }
    const withoutOrdinal = `insert into settlements (order_id, account, settlement_type, amount, created_at)
      select 'order 0', account, settlement_type, amount, created_at from settlements where order_id = 'order 1'`;
    expect(() => database.execute(withoutOrdinal)).toThrow('account_ordinal');
  });
});
