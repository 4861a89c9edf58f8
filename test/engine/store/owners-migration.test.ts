import { afterAll, describe, expect, it } from 'vitest';
import { databaseBefore } from '#test/database/database.ts';
import {
  claimText,
  closeEngine,
  closeEngines,
  registerHotWallet,
  SECOND,
  type TestEngine,
  tari,
  temporaryDatabase,
  testEngine,
} from '#test/engine.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;
const BY_HAND = { actor: 'operator' };

/** What customers did before money had owners, each at a time of its own. */
async function story(test: TestEngine): Promise<void> {
  const steps: (() => Promise<unknown>)[] = [
    () => registerHotWallet(test),
    // Signed in a claim, in a note, and in a payment's memo.
    () => test.order({ orderId: 'claimed', customerId: 'c1', price: '10' }),
    () => test.claim(alice, 'claimed'),
    () => test.order({ orderId: 'noted', customerId: 'c2', price: '10', memo: claimText(bob, 'noted') }),
    () => test.order({ orderId: 'in memo', customerId: 'c3', price: '10' }),
    () => test.payConfirmed({ from: alice, amount: tari(10), memo: claimText(carol, 'in memo') }),
    // Only said by payments, before the order and after.
    () => test.pay({ from: bob, amount: tari(1), txid: 'early', orderId: 'named early' }),
    () => test.order({ orderId: 'named early', customerId: 'c4', price: '10' }),
    () => test.order({ orderId: 'named', customerId: 'c5', price: '10' }),
    () => test.payConfirmed({ from: carol, amount: tari(4), txid: 'short', orderId: 'named' }),
    // Credit of every kind.
    () => test.payConfirmed({ from: alice, amount: tari(25), txid: 'free' }),
    () => test.engine.orderChanges.credit(BY_HAND, { customerId: 'c6', amount: tari(7), reason: undefined }),
    () => test.engine.orderChanges.credit(BY_HAND, { customerId: 'c6', amount: tari(-2) as never, reason: undefined }),
    () => test.payConfirmed({ from: bob, amount: tari(3), txid: 'late', orderId: 'claimed' }),
    () => test.payConfirmed({ from: bob, amount: tari(2), txid: 'unknown', orderId: 'never came' }),
  ];
  for (const step of steps) {
    test.clock.advance(SECOND);
    await step();
  }
}

describe('books from before money had owners', () => {
  afterAll(closeEngines);

  it('get an owner for every µT and a kind for every link, as the program itself would have given them', async () => {
    const database = await temporaryDatabase();
    const before = await testEngine({ database });
    await story(before);
    const kept = {
      links: 'select customer_id, account, kind from customer_addresses order by customer_id, account',
      claims: 'select order_id, account, is_open from order_claims order by order_id, account',
      orders: 'select order_id, status, own_money, claim_kind from orders order by order_id',
      customers: 'select customer_id, credit from customers order by customer_id',
      accounts: 'select account, free_credit from accounts order by account',
      payments: `select txid, owner_kind, owner_id, unspent, is_late, claim_is_signed from payments
        where unspent > 0 order by txid`,
    };
    const read = (of: { rows(query: string): unknown[] }) =>
      Object.fromEntries(Object.entries(kept).map(([name, query]) => [name, of.rows(query)]));
    const asItIs = read(database);
    await closeEngine(before);

    const old = await databaseBefore('0022-owners-of-money');
    old.takeRowsOf(database);
    const after = await testEngine({ database: old });
    expect(read(old)).toEqual(asItIs);
    const report = await after.engine.audit();
    expect(report.differences).toEqual([]);
    expect(report.ownersGiven).toMatch(/^Of the links of addresses and customers 3 are proven .* 1 were made by hand/);
    await closeEngine(after);
    expect(() => old.execute(`update payments set claim_is_signed = 1 where txid = 'free'`)).toThrow('are kept');
    await old.release();
  });

  it('that are empty say nothing of it', async () => {
    const test = await testEngine();
    expect((await test.engine.audit()).ownersGiven).toBeUndefined();
  });
});
