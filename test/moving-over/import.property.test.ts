import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { accountOf, addressToBase58, dualAddress } from '#tari/address.ts';
import { readSender } from '#tari/sender.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { isOnPostgres, newDatabase, newFolder } from '#test/database/database.ts';
import { claimText } from '#test/engine.ts';
import { auditOf, importFile } from '#test/importing.ts';
import { ACCOUNTS, personOf } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/** Whatever an old database holds that its server allows: the books are right, and every balance is what it was. */

const [alice, bob] = ACCOUNTS;
/** A database of PostgreSQL takes long to make. */
const RUNS = isOnPostgres() ? 6 : 40;

const CUSTOMERS = ['7001', '7002', 'guest'];
const ADDRESSES = [
  alice.address,
  bob.address,
  // Another address of alice's wallet.
  addressToBase58(dualAddress('mainnet', personOf(9).tariAddress.spendKey, alice.tariAddress.spendKey, 3)),
  ...CUSTOMERS.map((customer) => addressToBase58(syntheticAddressOf(customer))),
  'no address',
];
const ORDER_IDS = ['1', '2', '3', '4'];
const MEMOS = [null, 'hello', '{', claimText(alice, '1'), claimText(bob, '2'), claimText(bob, '5')];

const address = fc.constantFrom(...ADDRESSES);
const named = fc.constantFrom(null, ...ORDER_IDS, '#1', '5');
/** Small, so that sums meet; and some that are large. */
const amount = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 10 ** 15 }));
const time = fc.integer({ min: 0, max: 59 }).map((minute) => `2026-11-30 06:${String(minute).padStart(2, '0')}:00`);

const order = fc.record({
  status: fc.constantFrom('Unclaimed', 'New', 'Paid', 'Paid', 'Expired', 'Cancelled'),
  total_price: fc.oneof(fc.constant(0), amount),
  customer_id: fc.constantFrom(...CUSTOMERS),
  currency: fc.constantFrom('XTR', 'XTM', 'USD'),
  memo: fc.constantFrom(...MEMOS),
  updated_at: time,
});
const onChain = fc.record({
  payment_type: fc.constant('OnChain'),
  status: fc.constantFrom('Received', 'Confirmed', 'Confirmed', 'Cancelled'),
  sender: address,
  amount,
  order_id: named,
  memo: fc.constantFrom(...MEMOS),
  updated_at: time,
});
const manual = fc.record({
  payment_type: fc.constant('Manual'),
  status: fc.constant('Confirmed'),
  sender: address,
  amount: fc.tuple(amount, fc.boolean()).map(([value, isNegative]) => (isNegative ? -value : value)),
  updated_at: time,
});
const settlement = fc.record({
  order_id: fc.constantFrom(...ORDER_IDS, '5'),
  payment_address: address,
  settlement_type: fc.constantFrom('Single', 'Multiple'),
  amount,
});
const link = fc.record({ address, customer_id: fc.constantFrom(...CUSTOMERS) });
const contents = fc.record({
  orders: fc.array(order, { maxLength: ORDER_IDS.length }),
  payments: fc.array(fc.oneof({ weight: 3, arbitrary: onChain }, { weight: 1, arbitrary: manual }), { maxLength: 12 }),
  settlements: fc.array(settlement, { maxLength: 8 }),
  links: fc.uniqueArray(link, { maxLength: 4, selector: (row) => `${row.address} ${row.customer_id}` }),
  returnsOvercharges: fc.boolean(),
});
type Contents = typeof contents extends fc.Arbitrary<infer Value> ? Value : never;

/** What was wrong once. */
const FOUND: Contents[] = [
  {
    // A part of the price was paid by the customer's credit, in whose name the entry for the rest stands too.
    orders: [
      {
        status: 'Paid',
        total_price: 2,
        customer_id: 'guest',
        currency: 'XTR',
        memo: null,
        updated_at: '2026-11-30 06:00:00',
      },
    ],
    payments: [],
    settlements: [
      {
        order_id: '1',
        payment_address: addressToBase58(syntheticAddressOf('guest')),
        settlement_type: 'Single',
        amount: 1,
      },
    ],
    links: [],
    returnsOvercharges: false,
  },
];

it('keeps the balance of every account, with books that are right', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(contents, async ({ orders, payments, settlements, links, returnsOvercharges }) => {
      const database = await newDatabase();
      const old = new TpsDatabase(join(newFolder(), 'tari_store.db'));
      for (const [index, row] of orders.entries()) old.order(ORDER_IDS[index] as string, row);
      for (const [index, row] of payments.entries()) old.add('payments', { txid: `t${index}`, ...row });
      for (const row of settlements) old.add('settlement_journal', row);
      for (const row of links) old.add('address_customer_id_link', row);
      const expected = new Map<string, bigint>();
      for (const row of old.connection
        .prepare('select address, current_balance as balance from address_balance')
        .all()) {
        const { address: text, balance } = row as { address: string; balance: number };
        const sender = readSender(text).address;
        if (sender === undefined) continue;
        const account = accountOf(sender);
        expected.set(account, (expected.get(account) ?? 0n) + BigInt(balance));
      }
      const { problems } = await importFile(old.close(), database, { returnsOvercharges });
      expect(problems).toEqual([]);
      const { differences, overcharges } = await auditOf(database);
      expect(differences).toEqual([]);
      for (const { address: text, amount: over, isReturned } of overcharges) {
        expect(isReturned).toBe(returnsOvercharges);
        const sender = readSender(text).address;
        if (sender === undefined || !isReturned) continue;
        const account = accountOf(sender);
        expected.set(account, (expected.get(account) ?? 0n) + over);
      }
      const found = database
        .rows('select account, total_confirmed - total_paid as balance from accounts')
        .filter(({ balance }) => balance !== 0n)
        .map(({ account, balance }) => [account, balance] as const);
      expect(new Map(found)).toEqual(new Map([...expected].filter(([, balance]) => balance !== 0n)));
      expect(database.rows('select order_id, status from orders order by id')).toEqual(
        orders.map(({ status }, index) => ({ order_id: ORDER_IDS[index], status })),
      );
      await database.release();
    }),
    { numRuns: RUNS, examples: FOUND.map((found): [Contents] => [found]) },
  );
});
