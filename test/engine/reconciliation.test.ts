import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planInTurn } from '#engine/money/matching.ts';
import { type AuditReport, audit } from '#engine/reconciliation.ts';
import type { JournalDifference } from '#engine/store/reconciliation.ts';
import type { TestDatabase } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';
import { claimText, closeEngine, closeEngines, DAY, tari, temporaryDatabase, testEngine } from '#test/engine.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';

const [alice, bob, carol] = ACCOUNTS;
type Check = JournalDifference['check'];

/** Each way to falsify the books, with the checks that must notice. */
const TAMPERING: readonly { what: string; statement: string; found: readonly Check[] }[] = [
  {
    what: 'an account is given credit',
    statement: `update accounts set total_confirmed = total_confirmed + 1 where account = '${alice.account}'`,
    found: ['account_confirmed'],
  },
  {
    what: 'an account is made to have paid less',
    statement: `update accounts set total_paid = total_paid - 1 where account = '${alice.account}'`,
    found: ['account_paid'],
  },
  {
    what: 'an account with money is deleted',
    statement: `delete from accounts where account = '${alice.account}'`,
    found: ['account_confirmed', 'account_paid', ...Array<Check>(5).fill('account_index')],
  },
  {
    what: 'a payment is made larger',
    statement: `update payments set amount = amount + 1 where txid = 'a'`,
    found: ['account_confirmed', 'payment_used'],
  },
  {
    what: 'a payment is put to another account',
    statement: `update payments set account = '${bob.account}' where txid = 'a'`,
    found: ['account_confirmed', 'account_confirmed', 'account_index', 'account_index'],
  },
  {
    what: 'a confirmed payment is made one that was only received',
    statement: `update payments set status = 'received' where txid = 'a'`,
    found: ['account_confirmed', 'payment_events', 'payment_used'],
  },
  {
    what: 'a received payment is made a confirmed one',
    statement: `update payments set status = 'confirmed' where txid = 'received'`,
    found: ['account_confirmed', 'payment_events', 'payment_used'],
  },
  {
    what: 'a confirmed payment is deleted',
    statement: `delete from payments where txid = 'a'`,
    found: ['account_confirmed', 'payment_events', 'payment_events', 'payment_used'],
  },
  {
    what: 'a received payment is deleted',
    statement: `delete from payments where txid = 'received'`,
    found: ['payment_events'],
  },
  {
    what: 'a payment is invented',
    statement: `insert into payments (txid, account, account_ordinal, sender, amount, memo, payment_type, status, order_id,
      claimant, created_at, updated_at) select 'invented', account, account_ordinal, sender, amount, memo, payment_type, status, order_id,
      claimant, created_at, updated_at from payments where txid = 'received'`,
    found: ['payment_events'],
  },
  {
    what: 'a settlement is made smaller',
    statement: `update settlements set amount = amount - 1 where order_id = 'paid'`,
    found: ['account_paid', 'order_settled', 'settlement_used'],
  },
  {
    what: 'a settlement is deleted',
    statement: `delete from settlements where order_id = 'paid'`,
    found: ['account_paid', 'order_settled', 'settlement_used'],
  },
  {
    what: 'one settlement of several is deleted',
    statement: `delete from settlements where order_id = 'shared' and account = '${bob.account}'`,
    found: ['account_paid', 'order_settled', 'settlement_type', 'settlement_used'],
  },
  {
    what: 'a settlement is put to another account',
    statement: `update settlements set account = '${carol.account}' where order_id = 'paid'`,
    found: ['account_paid', 'account_paid', 'account_index', 'account_index'],
  },
  {
    what: 'a settlement is put to another order',
    statement: `update settlements set order_id = 'new' where order_id = 'paid'`,
    found: ['order_settled', 'order_settled'],
  },
  {
    what: 'a settlement of an order that does not exist is invented',
    statement: `insert into settlements (order_id, account, account_ordinal, settlement_type, amount, created_at)
      select 'nowhere', account, account_ordinal, settlement_type, amount, created_at from settlements where order_id = 'paid'`,
    found: ['account_paid', 'order_settled', 'settlement_used'],
  },
  {
    what: 'a single settlement is called multiple',
    statement: `update settlements set settlement_type = 'multiple' where order_id = 'paid'`,
    found: ['settlement_type'],
  },
  {
    what: 'one of several settlements is called single',
    statement: `update settlements set settlement_type = 'single' where order_id = 'shared' and account = '${bob.account}'`,
    found: ['settlement_type'],
  },
  {
    what: 'all of several settlements are called single',
    statement: `update settlements set settlement_type = 'single' where order_id = 'shared'`,
    found: ['settlement_type'],
  },
  {
    what: 'a paid order is made cheaper',
    statement: `update orders set total_price = total_price - 1 where order_id = 'paid'`,
    found: ['order_settled', 'customer_totals'],
  },
  {
    what: 'an open order is made cheaper',
    statement: `update orders set total_price = total_price - 1 where order_id = 'new'`,
    found: ['customer_totals'],
  },
  {
    what: 'an unpaid order is called Paid',
    statement: `update orders set status = 'Paid' where order_id = 'new'`,
    found: ['order_settled', 'order_events', 'customer_totals', 'customer_totals'],
  },
  {
    what: 'a Paid order is called New',
    statement: `update orders set status = 'New' where order_id = 'paid'`,
    found: ['order_settled', 'order_events', 'customer_totals', 'customer_totals'],
  },
  {
    what: 'an Expired order is called New',
    statement: `update orders set status = 'New' where order_id = 'expired'`,
    found: ['customer_totals', 'customer_totals'],
  },
  ...(
    [
      ['a payment', 'payments', 'account_ordinal', `txid = 'a'`],
      ['a settlement', 'settlements', 'account_ordinal', `order_id = 'paid'`],
      ['a claimed order', 'orders', 'claimant_ordinal', `order_id = 'paid'`],
      ['a customer’s address', 'customer_addresses', 'account_ordinal', `account = '${alice.account}'`],
    ] as const
  ).flatMap(([what, table, ordinal, which]) => [
    {
      what: `${what} is found under another account`,
      statement: `update ${table} set ${ordinal} = (select ordinal from accounts where account = '${bob.account}')
        where ${which}`,
      found: ['account_index', 'account_index'] as const,
    },
    {
      what: `${what} is not found under its account`,
      statement: `update ${table} set ${ordinal} = 0 where ${which}`,
      found: ['account_index'] as const,
    },
  ]),
  {
    what: 'an account is given free credit',
    statement: `update accounts set free_credit = free_credit + 1 where account = '${bob.account}'`,
    found: ['account_free_credit'],
  },
  {
    what: 'a customer is given credit',
    statement: `update customers set credit = credit + 1 where customer_id = 'c1'`,
    found: ['customer_credit'],
  },
  {
    what: 'an order is given money',
    statement: `update orders set own_money = 1 where order_id = 'new'`,
    found: ['order_own_money'],
  },
  {
    what: 'more is left of a payment than was',
    statement: `update payments set unspent = unspent + 1 where txid = 'b'`,
    found: ['account_free_credit', 'payment_used'],
  },
  {
    what: 'what is left of a payment is given to a customer',
    statement: `update payments set owner_kind = 'customer', owner_id = 'c1' where txid = 'b'`,
    found: ['account_free_credit', 'customer_credit'],
  },
  {
    what: 'what is left of a payment is nobody’s',
    statement: `update payments set owner_kind = null, owner_id = null where txid = 'b'`,
    found: ['account_free_credit', 'owner_missing'],
  },
  {
    what: 'what a payment was used for is deleted',
    statement: `delete from payment_uses where id = 1`,
    found: ['payment_used', 'settlement_used'],
  },
  {
    what: 'what a payment was used for is put to another payment',
    statement: `update payment_uses set txid = 'c' where id = 1`,
    found: ['payment_used', 'payment_used'],
  },
  {
    what: 'what a payment was used for is put to another settlement',
    statement: `update payment_uses set settlement_id = 2 where id = 1`,
    found: ['settlement_used', 'settlement_used'],
  },
  {
    what: 'an order is put to another customer',
    statement: `update orders set customer_id = 'c2' where order_id = 'new'`,
    found: ['customer_totals', 'customer_totals'],
  },
  {
    what: 'an open order is deleted',
    statement: `delete from orders where order_id = 'new'`,
    found: ['order_events', 'customer_totals'],
  },
  {
    what: 'a Paid order is deleted',
    statement: `delete from orders where order_id = 'paid'`,
    found: ['order_settled', 'order_events', 'order_events', 'customer_totals'],
  },
  ...(['current', 'paid', 'expired', 'cancelled'] as const).map((total) => ({
    what: `the customer’s sum total_${total} is changed`,
    statement: `update customers set total_${total} = total_${total} + 1 where customer_id = 'c1'`,
    found: ['customer_totals' as const],
  })),
  {
    what: 'a customer with one order is deleted',
    statement: `delete from customers where customer_id = 'c2'`,
    found: ['customer_totals'],
  },
  {
    what: 'the news of an order is deleted',
    statement: `delete from events where type = 'NewOrder' and subject = 'new'`,
    found: ['order_events'],
  },
  {
    what: 'the news that an order is paid is deleted',
    statement: `delete from events where type = 'OrderPaid' and subject = 'paid'`,
    found: ['order_events'],
  },
  {
    what: 'the news that an order is paid is called another',
    statement: `update events set type = 'NewOrder' where type = 'OrderPaid' and subject = 'paid'`,
    found: ['order_events', 'order_events'],
  },
  {
    what: 'the news that an order is paid is doubled',
    statement: `insert into events (type, subject, payload, created_at)
      select type, subject, payload, created_at from events where type = 'OrderPaid' and subject = 'paid'`,
    found: ['order_events'],
  },
  {
    what: 'the news that an order is paid is invented',
    statement: `insert into events (type, subject, payload, created_at)
      select 'OrderPaid', 'new', payload, created_at from events where type = 'NewOrder' and subject = 'new'`,
    found: ['order_events'],
  },
  {
    what: 'the news of a payment is deleted',
    statement: `delete from events where type = 'PaymentReceived' and subject = 'a'`,
    found: ['payment_events'],
  },
  {
    what: 'the news that a payment is confirmed is called that it was received',
    statement: `update events set type = 'PaymentReceived' where type = 'PaymentConfirmed' and subject = 'a'`,
    found: ['payment_events', 'payment_events'],
  },
];

describe('the audit', () => {
  let honest: TestDatabase;

  beforeAll(async () => {
    honest = await temporaryDatabase();
    await writeBooks(honest);
  });
  afterAll(closeEngines);

  it('finds nothing in honest books, and counts them', async () => {
    expect(await auditOf(honest)).toEqual({
      orders: 7,
      payments: 4,
      settlements: 3,
      accounts: 3,
      events: expect.any(Number),
      money: {
        unconfirmed: tari(3),
        order: 0n,
        customer: 0n,
        account: tari(11),
        nobody: 0n,
        settled: tari(250),
        paidOut: 0n,
      },
      ownersGiven: undefined,
      overcharges: [],
      differences: [],
    });
  });

  it.each(TAMPERING)('finds that $what', async ({ statement, found }) => {
    const { differences } = await auditTampered(honest, statement);
    expect(differences.map((difference) => difference.check).sort()).toEqual([...found].sort());
    for (const { expected, found: kept } of differences) {
      expect(typeof expected).toBe('bigint');
      expect(typeof kept).toBe('bigint');
    }
  });

  it('says which account differs, what the journals say, and what is kept', async () => {
    const statement = `update accounts set total_confirmed = total_confirmed + 7 where account = '${alice.account}'`;
    expect((await auditTampered(honest, statement)).differences).toEqual([
      { check: 'account_confirmed', subject: alice.account, expected: tari(200), found: tari(200) + 7n },
    ]);
  });

  it('finds what is wrong with large amounts to the last µT', async () => {
    const { differences } = await auditTampered(
      honest,
      `update payments set amount = 9007199254740993 where txid = 'a'`,
      `insert into payments (txid, account, account_ordinal, sender, amount, payment_type, status, created_at, updated_at)
        select 'taking', account, account_ordinal, sender, 200000000 - 9007199254740993, 'manual', 'confirmed', created_at,
          updated_at from payments where txid = 'a'`,
      `insert into payment_uses (txid, taken_by, amount, created_at)
        select 'a', 'taking', 9007199254740993 - 200000000, created_at from payments where txid = 'a'`,
      `update accounts set total_confirmed = 200000001 where account = '${alice.account}'`,
      `insert into events (type, subject, payload, created_at)
        select type, 'taking', payload, created_at from events where type = 'PaymentConfirmed' and subject = 'a'`,
    );
    expect(differences).toEqual([
      {
        check: 'account_confirmed',
        subject: alice.account,
        expected: 200_000_000n,
        found: 200_000_001n,
      },
    ]);
  });
});

/** Orders in every state, paid by one and by two, with and without money, and payments in every state. */
async function writeBooks(database: TestDatabase): Promise<void> {
  const test = await testEngine({ database });
  await test.engine.wallets.register(
    { address: carol.tariAddress, ipAddress: '10.1.2.3', initialNonce: undefined },
    'admin',
  );
  const byCarol = { wallet: carol };
  const credit = async (from: typeof alice, amount: bigint, txid: string) => {
    await test.pay({ from, amount: amount as never, txid }, byCarol);
    await test.confirm(txid, byCarol);
  };
  await test.order({ orderId: 'expired', price: '10' });
  test.clock.advance(DAY);
  await test.engine.expiry.run();
  await test.order({ orderId: 'paid', memo: claimText(alice, 'paid') });
  await credit(alice, tari(200), 'a');
  await test.order({ orderId: 'free', price: '0', customerId: 'c3', memo: claimText(carol, 'free') });
  await test.order({ orderId: 'shared', price: '150', customerId: 'c1', memo: claimText(bob, 'shared') });
  await credit(bob, tari(60), 'b');
  const shared = await test.orderOf('shared');
  const sources = [alice, bob].map(({ account }, index) => ({
    owner: { kind: 'account', id: account } as const,
    available: index === 0 ? tari(100) : tari(60),
  }));
  const parts = planInTurn(shared.totalPrice, sources);
  await test.withLedger((ledger) => ledger.payOrder(shared, parts ?? []));
  await test.order({ orderId: 'cancelled', price: '20' });
  await test.cancel('cancelled');
  await test.order({ orderId: 'new', price: '300', memo: claimText(bob, 'new') });
  await test.order({ orderId: 'other', price: '5', customerId: 'c2' });
  await credit(carol, tari(1), 'c');
  await test.pay({ from: alice, amount: tari(3), txid: 'received' }, byCarol);
  const statuses = ['expired', 'paid', 'free', 'shared', 'cancelled', 'new', 'other'].map((id) => test.statusOf(id));
  expect(await Promise.all(statuses)).toEqual(['Expired', 'Paid', 'Paid', 'Paid', 'Cancelled', 'New', 'Unclaimed']);
  await closeEngine(test);
}

/** The audit of a copy that was changed behind the program's back. */
async function auditTampered(honest: TestDatabase, ...statements: string[]): Promise<AuditReport> {
  const copy = await honest.copy();
  try {
    copy.tamper(...statements);
    return await auditOf(copy);
  } finally {
    await copy.release();
  }
}

async function auditOf({ url }: TestDatabase): Promise<AuditReport> {
  const store = await openStore(url, { maxConnections: 1 });
  try {
    return await audit(store);
  } finally {
    await store.close();
  }
}
