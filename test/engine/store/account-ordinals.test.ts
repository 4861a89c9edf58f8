import { afterAll, describe, expect, it } from 'vitest';
import type { AccountHistory } from '#engine/account-history.ts';
import { databaseBefore } from '#test/database/database.ts';
import { closeEngine, closeEngines, registerHotWallet, tari, temporaryDatabase, testEngine } from '#test/engine.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const people = ACCOUNTS.slice(0, 3);

/** Of payments that were used up before money had owners nobody can tell whose they were. */
const withoutUsedOwners = (history: AccountHistory) => ({
  ...history,
  // Older orders get a code of their own for their pages.
  orders: history.orders.map((order) => ({ ...order, pageCode: null })),
  payments: history.payments.map((payment) => (payment.unspent === 0n ? { ...payment, owner: null } : payment)),
});

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

    const old = await databaseBefore('0019-account-ordinals');
    old.takeRowsOf(database);
    const after = await testEngine({ database: old });
    const later = await Promise.all(people.map(({ tariAddress }) => after.engine.accounts.history(tariAddress)));
    expect(later.map(withoutUsedOwners)).toEqual(histories.map(withoutUsedOwners));
    expect((await after.engine.audit()).differences).toEqual([]);
    expect(old.rows('select ordinal from accounts order by ordinal')).toEqual(
      people.map((_, index) => ({ ordinal: BigInt(index + 1) })),
    );
    await closeEngine(after);
    for (const statement of [
      'update accounts set ordinal = 9 where ordinal = 1',
      'update payments set account_ordinal = 2 where account_ordinal = 1',
      'update settlements set account_ordinal = 2 where account_ordinal = 1',
    ]) {
      expect(() => old.execute(statement)).toThrow('are kept: update refused');
    }
    const withoutOrdinal = `insert into settlements (order_id, account, settlement_type, amount, created_at)
      select 'order 0', account, settlement_type, amount, created_at from settlements where order_id = 'order 1'`;
    expect(() => old.execute(withoutOrdinal)).toThrow('ordinal');
    await old.release();
  });
});
