import { afterAll, describe, expect, it } from 'vitest';
import { isOnPostgres, type TestDatabase } from '../helpers/database.ts';
import {
  closeEngine,
  closeEngines,
  registerHotWallet,
  tari,
  temporaryDatabase,
  testEngine,
} from '../helpers/engine.ts';
import { ACCOUNTS } from '../helpers/records.ts';

const people = ACCOUNTS.slice(0, 3);

/** The tables that are looked up by account, with what their index was before accounts were counted. */
const INDEXES = {
  customer_addresses: {
    name: 'customer_addresses_by_account',
    columns: 'account, customer_id',
    ordinal: 'account_ordinal',
  },
  orders: { name: 'orders_by_claimant', columns: 'claimed_by, created_at, id', ordinal: 'claimant_ordinal' },
  payments: { name: 'payments_by_account', columns: 'account, created_at, txid', ordinal: 'account_ordinal' },
  settlements: { name: 'settlements_by_account', columns: 'account, id', ordinal: 'account_ordinal' },
};

describe('books from before accounts were counted', () => {
  afterAll(closeEngines);

  it('are brought up to date, each account with what it had', async () => {
    const database = await temporaryDatabase();
    const before = await testEngine({ database });
    await registerHotWallet(before);
    for (const [index, person] of people.entries()) {
      const orderId = `order ${index}`;
      await before.order({ orderId, price: '10', customerId: `c${index}` });
      await before.claim(person, orderId);
      await before.pay({ from: person, amount: tari(10 + index), txid: `tx ${index}` });
      await before.confirm(`tx ${index}`);
    }
    const histories = await Promise.all(people.map(({ tariAddress }) => before.engine.accounts.history(tariAddress)));
    expect(
      histories.map(({ orders, payments, settlements }) => [orders, payments, settlements].map(({ length }) => length)),
    ).toEqual(people.map(() => [1, 1, 1]));
    await closeEngine(before);

    forgetOrdinals(database);
    const after = await testEngine({ database });
    expect(await Promise.all(people.map(({ tariAddress }) => after.engine.accounts.history(tariAddress)))).toEqual(
      histories,
    );
    expect((await after.engine.audit()).differences).toEqual([]);
    expect(database.rows('select ordinal from accounts order by ordinal')).toEqual(
      people.map((_, index) => ({ ordinal: BigInt(index + 1) })),
    );
    await closeEngine(after);
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

/** Takes back what the migration has done. */
function forgetOrdinals(database: TestDatabase): void {
  const onTable = (table: string) => (isOnPostgres() ? ` on ${table}` : '');
  const refusal = (table: string) =>
    isOnPostgres()
      ? `for each row execute function refuse_change('update')`
      : `for each row begin select raise(abort, 'rows of ${table} are kept: update refused'); end`;
  const statements = ['accounts', 'payments', 'settlements'].map(
    (table) => `drop trigger ${table}_update_forbidden${onTable(table)}`,
  );
  if (!isOnPostgres()) {
    statements.push('drop trigger accounts_ordinal_required');
    for (const table of ['customer_addresses', 'payments', 'settlements']) {
      statements.push(`drop trigger ${table}_account_ordinal_required`);
    }
  }
  for (const [table, { name, columns, ordinal }] of Object.entries(INDEXES)) {
    statements.push(
      `drop index ${name}`,
      `alter table ${table} drop column ${ordinal}`,
      `create index ${name} on ${table} (${columns})`,
    );
  }
  statements.push('drop index accounts_by_ordinal', 'alter table accounts drop column ordinal');
  for (const [table, of] of [
    ['accounts', ' of account'],
    ['payments', ' of txid, account'],
    ['settlements', ''],
  ] as const) {
    statements.push(`create trigger ${table}_update_forbidden before update${of} on ${table} ${refusal(table)}`);
  }
  statements.push(`delete from kysely_migration where name = '0019-account-ordinals'`);
  for (const statement of statements) database.execute(statement);
}
