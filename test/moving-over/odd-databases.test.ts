import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, addressToBase58, addressToHex, dualAddress } from '#tari/address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { newDatabase, newFolder, type TestDatabase } from '#test/database/database.ts';
import { ADMIN, claimText, closeEngine, forgedClaimText, testEngine } from '#test/engine.ts';
import { auditOf, type ImportOutcome, importFile } from '#test/importing.ts';
import { ACCOUNTS, personOf } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

const [alice, bob, carol] = ACCOUNTS;
const TARI = 1_000_000n;

let database: TestDatabase;
let old: TpsDatabase;

beforeEach(async () => {
  database = await newDatabase();
  old = new TpsDatabase(join(newFolder(), 'tari_store.db'));
});
afterEach(() => database.release());

/** Imports it, and has its books looked at. */
async function imported(options?: Parameters<typeof importFile>[2]): Promise<ImportOutcome> {
  const outcome = await importFile(old.close(), database, options);
  expect(outcome.problems).toEqual([]);
  expect((await auditOf(database)).differences).toEqual([]);
  return outcome;
}

/** What keeps it from being imported: nothing is written then. */
async function refused(): Promise<string[]> {
  const before = database.dump();
  const { problems } = await importFile(old.close(), database);
  expect(problems.length).toBeGreaterThan(0);
  expect(database.dump()).toEqual(before);
  return problems;
}

const balanceOf = (account: string) =>
  database.rows(
    'select total_confirmed - total_paid as balance, free_credit, debt from accounts where account = ?',
    account,
  )[0];
const payment = (txid: string) => database.rows('select * from payments where txid = ?', txid)[0];
const order = (id: string) => database.rows('select * from orders where order_id = ?', id)[0];
const linkOf = (account: string) =>
  database.rows('select kind from customer_addresses where account = ?', account)[0]?.kind;

describe('whose the money is', () => {
  it('gives money that named an open order to the order, and what is left of a paid one to its customer', async () => {
    old.order('1').order('2', { status: 'Paid' });
    old.payment('a', alice.address, { order_id: '1', amount: 4_000_000 });
    old.payment('b', alice.address, { order_id: '2', amount: 15_000_000 });
    old.payment('c', alice.address, { amount: 1_000_000 });
    old.settlement('2', alice.address);
    await imported();
    expect(payment('a')).toMatchObject({ owner_kind: 'order', owner_id: '1', unspent: 4n * TARI });
    expect(payment('b')).toMatchObject({ owner_kind: 'customer', owner_id: '7001', unspent: 5n * TARI });
    expect(payment('c')).toMatchObject({ owner_kind: 'account', owner_id: alice.account, unspent: TARI });
    expect(order('1')).toMatchObject({
      status: 'New',
      own_money: 4n * TARI,
      claim_kind: 'stated',
      claimed_by: alice.account,
    });
    expect(balanceOf(alice.account)).toMatchObject({ balance: 10n * TARI, free_credit: TARI });
  });

  it('takes a settlement out of the payments that named its order first', async () => {
    old.order('1', { status: 'Paid' });
    old.payment('a', alice.address).payment('b', alice.address, { order_id: '1', updated_at: '2026-11-30 07:00:00' });
    old.settlement('1', alice.address);
    await imported();
    expect(payment('a')).toMatchObject({ unspent: 10n * TARI });
    expect(payment('b')).toMatchObject({ unspent: 0n });
  });

  it('gives a credit note to the customer, with the link by hand', async () => {
    const made = addressToBase58(syntheticAddressOf('7001'));
    old.order('1').payment('credit_note_7001:10.000τ:1796020570', made, { payment_type: 'Manual' });
    await imported();
    expect(database.rows('select credit from customers')).toEqual([{ credit: 10n * TARI }]);
    expect(database.rows('select kind from customer_addresses')).toEqual([{ kind: 'by_hand' }]);
  });

  it('believes a link only where a signed claim proves it', async () => {
    old
      .order('1', { memo: claimText(alice, '1') })
      .order('2')
      .order('3', { memo: forgedClaimText(carol, bob, '3') });
    old.payment('b', bob.address, { order_id: '2', memo: claimText(bob, '2') });
    for (const { address } of [alice, bob, carol]) old.add('address_customer_id_link', { address });
    await imported();
    expect([linkOf(alice.account), linkOf(bob.account), linkOf(carol.account)]).toEqual(['proven', 'proven', 'stated']);
    expect(order('1')).toMatchObject({ claim_kind: 'proven', claimed_by: alice.account });
    expect(payment('b')).toMatchObject({ claim_is_signed: 1n, claimant: bob.account });
    expect(order('3')).toMatchObject({ claim_kind: 'stated', claimed_by: null });
    expect(database.rows('select order_id, is_open from order_claims order by order_id')).toEqual([
      { order_id: '1', is_open: 1n },
      { order_id: '2', is_open: 1n },
    ]);
  });

  it('lets a claim of one order prove nothing of another, and leaves an Unclaimed order unclaimed', async () => {
    old.order('1', { memo: claimText(alice, '2') }).order('2', { status: 'Unclaimed', customer_id: '7002' });
    old.order('3', { status: 'Unclaimed', memo: claimText(bob, '3') });
    await imported();
    expect(order('1')).toMatchObject({ claim_kind: 'stated', claimed_by: null });
    expect(order('3')).toMatchObject({ status: 'Unclaimed', claim_kind: null, claimed_by: null });
    expect(database.rows('select * from customer_addresses')).toEqual([]);
  });

  it('finds orders that are named by their names, with # or without', async () => {
    old.order('5600', { alt_id: '#1001' });
    old.payment('a', alice.address, { alt_order_id: '1001' }).payment('b', alice.address, { order_id: '#1001' });
    await imported();
    expect(order('5600')).toMatchObject({ own_money: 20n * TARI });
    expect([payment('a')?.order_id, payment('b')?.order_id]).toEqual(['1001', '#1001']);
  });
});

describe('what that server allows', () => {
  it('keeps a balance below zero that credit notes made, and lets the next money pay it', async () => {
    const made = addressToBase58(syntheticAddressOf('7001'));
    old.order('1').payment('credit_note_7001:3.000τ:1', made, { payment_type: 'Manual', amount: 3_000_000 });
    old.payment('credit_note_7001:-5.000τ:2', made, { payment_type: 'Manual', amount: -5_000_000 });
    const { report } = await imported();
    expect(database.rows('select total_confirmed, total_paid, debt from accounts')).toEqual([
      { total_confirmed: -2n * TARI, total_paid: 0n, debt: 2n * TARI },
    ]);
    expect(payment('credit_note_7001:-5.000τ:2')).toMatchObject({ owed: 2n * TARI });
    expect(report).toContain(`  ${made}: -2.000000 XTM`);
  });

  it('keeps two orders that were paid with the same money, and what is owed for it', async () => {
    old.order('1', { status: 'Paid' }).order('2', { status: 'Paid' }).payment('a', alice.address);
    old.settlement('1', alice.address).settlement('2', alice.address);
    const { report } = await imported();
    expect(balanceOf(alice.account)).toEqual({ balance: -10n * TARI, free_credit: 0n, debt: 10n * TARI });
    expect(database.rows(`select amount, owed from payments where imported_as = 'overdraft' order by amount`)).toEqual([
      { amount: -10n * TARI, owed: 10n * TARI },
      { amount: 10n * TARI, owed: 0n },
    ]);
    expect(report).toContain(`  ${alice.address}: 10.000000 XTM`);
  });

  it('names open orders whose money is there, and settling them pays them', async () => {
    old.order('1').payment('a', alice.address, { order_id: '1' });
    const { report } = await imported();
    expect(report).toContain('  order 1 of customer 7001: 10.000000 XTM for 10.000000 XTM');
    const test = await testEngine({ database });
    await test.engine.orderChanges.settleCustomer({ actor: ADMIN }, '7001');
    await closeEngine(test);
    expect(order('1')).toMatchObject({ status: 'Paid', imported_as: 'New' });
    expect((await auditOf(database)).differences).toEqual([]);
  });

  it('keeps Paid orders that were never charged, or not enough', async () => {
    old.order('1', { status: 'Paid' }).order('2', { status: 'Paid' }).order('3', { status: 'Paid', total_price: 0 });
    old.payment('a', alice.address, { amount: 4_000_000 }).settlement('2', alice.address, { amount: 4_000_000 });
    const { report } = await imported();
    expect(report).toContain('  order 1 of customer 7001: 10.000000 XTM of 10.000000 XTM');
    expect(report).toContain('  order 2 of customer 7001: 6.000000 XTM of 10.000000 XTM');
    expect(
      database.rows('select order_id, amount, settlement_type from settlements order by order_id, amount'),
    ).toEqual([
      { order_id: '1', amount: 10n * TARI, settlement_type: 'single' },
      { order_id: '2', amount: 4n * TARI, settlement_type: 'multiple' },
      { order_id: '2', amount: 6n * TARI, settlement_type: 'multiple' },
    ]);
    expect(balanceOf(alice.account)).toMatchObject({ balance: 0n });
  });

  it('keeps one entry of a Paid order that the customer’s credit paid in part', async () => {
    const made = addressToBase58(syntheticAddressOf('7001'));
    old.order('1', { status: 'Paid' }).order('2', { status: 'Paid' });
    old.payment('credit_note_7001:5.000τ:1', made, { payment_type: 'Manual', amount: 5_000_000 });
    old.payment('a', alice.address, { amount: 1_000_000 });
    old.settlement('1', made, { amount: 4_000_000 }).settlement('2', alice.address, { amount: 1_000_000 });
    old.settlement('2', made, { amount: 1_000_000 });
    const { report, summary } = await imported();
    expect(report).toContain('  order 1 of customer 7001: 6.000000 XTM of 10.000000 XTM');
    expect(report).toContain('  order 2 of customer 7001: 8.000000 XTM of 10.000000 XTM');
    expect(summary).toMatchObject({ overcharged_orders: 0, corrections: 2 });
    expect(
      database.rows('select id, order_id, sender, amount, settlement_type from settlements order by order_id, amount'),
    ).toEqual([
      { id: 1n, order_id: '1', sender: null, amount: 10n * TARI, settlement_type: 'single' },
      { id: 2n, order_id: '2', sender: null, amount: TARI, settlement_type: 'multiple' },
      { id: 3n, order_id: '2', sender: null, amount: 9n * TARI, settlement_type: 'multiple' },
    ]);
    expect(balanceOf(accountOf(syntheticAddressOf('7001')))).toEqual({ balance: 0n, free_credit: 0n, debt: 0n });
    expect(balanceOf(alice.account)).toMatchObject({ balance: 0n, debt: 0n });
  });

  it('keeps what was charged for orders that are not Paid, and for orders that do not exist, as entries by hand', async () => {
    old.order('1').order('2', { status: 'Cancelled' }).payment('a', alice.address, { amount: 30_000_000 });
    old.settlement('1', alice.address).settlement('2', alice.address).settlement('none', alice.address);
    const { report, summary } = await imported();
    expect(summary).toMatchObject({ overcharged_orders: 0, corrections: 3 });
    expect(balanceOf(alice.account)).toMatchObject({ balance: 0n });
    expect(database.rows('select * from settlements')).toEqual([]);
    expect(report).toContain(`  order 1 of customer 7001: 10.000000 XTM of ${alice.address}; it is New`);
    expect(report).toContain(`  order 2 of customer 7001: 10.000000 XTM of ${alice.address}; it is Cancelled`);
    expect(report).toContain(`  order none: 10.000000 XTM of ${alice.address}`);
  });

  it('gives back what was charged twice to each address, and lets it pay what the address owes', async () => {
    old.order('1', { status: 'Paid' }).payment('a', alice.address).payment('b', bob.address, { amount: 4_000_000 });
    old.settlement('1', alice.address).settlement('1', bob.address);
    const { report } = await imported({ returnsOvercharges: true });
    expect(report).toContain(`  order 1 of customer 7001: 10.000000 XTM of ${bob.address}`);
    // What bob did not have was taken of him, too.
    expect(balanceOf(bob.account)).toEqual({ balance: 4n * TARI, free_credit: 4n * TARI, debt: 0n });
    expect(balanceOf(alice.account)).toMatchObject({ balance: 0n });
  });

  it('puts the addresses of one wallet into one account', async () => {
    const dual = dualAddress('mainnet', personOf(9).tariAddress.spendKey, alice.tariAddress.spendKey, 3);
    old.order('1', { status: 'Paid', total_price: 20_000_000 });
    old.payment('a', alice.address).payment('b', addressToBase58(dual)).payment('c', addressToHex(alice.tariAddress));
    old.settlement('1', alice.address, { settlement_type: 'Multiple' });
    old.settlement('1', addressToBase58(dual), { settlement_type: 'Multiple' });
    const { report } = await imported();
    expect(balanceOf(alice.account)).toMatchObject({ balance: 10n * TARI });
    expect(database.rows('select settlement_type, amount from settlements')).toEqual([
      { settlement_type: 'single', amount: 20n * TARI },
    ]);
    expect(report.some((line) => line.startsWith('Wallets that stand there under several addresses'))).toBe(true);
    expect(payment('c')?.sender).toBe(alice.address);
  });

  it('takes senders that are no addresses, guests, and customers of any name', async () => {
    old
      .order('1', { customer_id: 'guest', status: 'Paid' })
      .order('2', { customer_id: 'x'.repeat(300), status: 'Paid' });
    old.payment('a', 'who knows').payment('b', '').settlement('1', 'who knows');
    const { report } = await imported();
    expect(payment('a')).toMatchObject({ account: null, sender: 'who knows', unspent: 0n });
    expect(payment('b')).toMatchObject({ account: null, sender: '', unspent: 10n * TARI, owner_kind: null });
    expect(report).toContain('  "who knows"');
  });

  it('takes payments of orders that do not exist, which wait for their order', async () => {
    old
      .payment('a', alice.address, { order_id: 'later' })
      .payment('b', alice.address, { order_id: 'later', status: 'Received' });
    const { report } = await imported();
    expect(payment('a')).toMatchObject({ owner_kind: null, order_id: 'later', unspent: 10n * TARI });
    expect(report).toContain('  payment a of 10.000000 XTM names the order "later"');
  });

  it('reads times in every form, and keeps those of open orders', async () => {
    const forms = {
      '2026-11-27T20:38:11.599+00:00': '2026-11-27T20:38:11.599Z',
      '2026-11-27 20:38:11': '2026-11-27T20:38:11.000Z',
      '2026-11-27T20:38:11.123456789+01:30': '2026-11-27T19:08:11.123Z',
      '2026-11-27 20:38:11.5 UTC': '2026-11-27T20:38:11.500Z',
      '2026-11-27T20:38Z': '2026-11-27T20:38:00.000Z',
      '1796020570': '2026-11-30T06:36:10.000Z',
    };
    for (const form of Object.keys(forms)) old.order(form, { created_at: form, updated_at: form });
    old.exec(`update orders set created_at = 1796020570, updated_at = 1796020570 where order_id = '1796020570'`);
    await imported();
    for (const [form, read] of Object.entries(forms))
      expect(order(form)).toMatchObject({ created_at: read, updated_at: read });
  });

  it('replaces what PostgreSQL does not store, and says where', async () => {
    old.order('1', { memo: 'a\0b' }).payment('a', alice.address, { memo: '\0' });
    const { report } = await imported();
    expect(order('1')?.memo).toBe('a\ufffdb');
    expect(report).toContain('  The order "1": its memo');
  });

  it('leaves out what counts nothing, and says so', async () => {
    old.payment('zero', alice.address, { amount: 0 });
    old.payment('never', alice.address, { payment_type: 'Manual', status: 'Cancelled' });
    old.add('exchange_rates', { rate: 0 });
    old.add('role_assignments', { address: 'nobody', role_id: 5 });
    const { report } = await imported();
    expect(database.rows('select * from payments')).toEqual([]);
    const said = report.filter((line) => /zero|never|it is 0|nobody/.test(line));
    expect(said).toHaveLength(4);
  });

  it('keeps nonces from 2^63 on, and the highest of a wallet that stands there twice', async () => {
    old.add('auth_log', { address: alice.address, last_nonce: -1n });
    old
      .add('auth_log', { address: bob.address, last_nonce: 5 })
      .add('auth_log', { address: addressToHex(bob.tariAddress), last_nonce: 9 });
    await imported();
    const nonces = new Map(
      database.rows('select account, last_nonce from nonces').map((row) => [row.account, row.last_nonce]),
    );
    expect(nonces).toEqual(
      new Map([
        [alice.account, '18446744073709551615'],
        [bob.account, '00000000000000000009'],
      ]),
    );
  });

  it('finds the rate of an order, takes authorizations that are not captured, and keeps the history', async () => {
    old.order('1', { currency: 'USD', original_price: '12.00', total_price: 300_000_000 });
    old.order('2', { currency: 'XTM', original_price: '9.99' }).order('3', { currency: 'EUR', original_price: null });
    old.add('exchange_rates', { base_currency: 'eur', rate: 31 });
    old
      .add('shopify_transactions', { id: 7, order_id: 1 })
      .add('shopify_transactions', { id: 8, order_id: 1, captured: 1 });
    old.add('orders_log', { oid: 1, new_order_id: '1', new_status: 'Unclaimed', updated_at: '2026-11-30 06:36:08' });
    old.add('orders_log', { oid: 1, old_status: 'Unclaimed', new_status: 'New', updated_at: '2026-11-30 06:37:08' });
    await imported();
    expect([order('1'), order('2'), order('3')].map((row) => row?.exchange_rate)).toEqual([25_000_000n, TARI, 31n]);
    expect(database.rows('select transaction_id, order_id, amount from authorizations')).toEqual([
      { transaction_id: '7', order_id: '1', amount: '5.00' },
    ]);
    expect(database.rows(`select subject, actor, created_at from audit_log where action = 'change order'`)).toEqual([
      { subject: '1', actor: 'tari_payment_server', created_at: '2026-11-30T06:37:08.000Z' },
    ]);
  });

  it('takes an empty database', async () => {
    const { report, summary } = await imported();
    expect(summary).toMatchObject({ orders: 0, payments: 0 });
    expect(report).toContain('Nothing in it is odd.');
  });
});

describe('what can’t be imported is named, all of it, and nothing is written', () => {
  it.each([
    {
      what: 'a state that is not known',
      change: `update orders set status = 'Lost'`,
      said: 'The order "1": its status is "Lost", and only',
    },
    {
      what: 'a price below zero',
      change: 'update orders set total_price = -1',
      said: 'The order "1": its total_price is below zero: -1.',
    },
    {
      what: 'a price that is no whole number',
      change: 'update orders set total_price = 1.5',
      said: 'The order "1": its total_price is not a whole number: 1.5.',
    },
    {
      what: 'a time that is none',
      change: `update orders set updated_at = '2026-02-30 00:00:00'`,
      said: 'The order "1": its updated_at is no time that is known: "2026-02-30 00:00:00".',
    },
    {
      what: 'an amount below zero on the chain',
      change: 'update payments set amount = -5',
      said: 'The payment "a": its amount is below zero: -5, and it came over the chain.',
    },
    {
      what: 'an amount that is a text',
      change: `update payments set amount = 'much'`,
      said: 'The payment "a": its amount is not a whole number: "much".',
    },
    {
      what: 'a settlement below zero',
      change: 'update settlement_journal set amount = -5',
      said: 'The settlement 1 of the order "1": its amount is below zero: -5.',
    },
    {
      what: 'a kind of payment that is not known',
      change: `update payments set payment_type = 'Cash'`,
      said: 'The payment "a": its payment_type is "Cash", and only OnChain, Manual are known.',
    },
    {
      what: 'a role that is not known',
      change: 'update role_assignments set role_id = 9',
      said: `The row of "${alice.address}" in role_assignments: its role_id 9 is not known.`,
    },
    {
      what: 'an id that is a blob of nothing',
      change: `update orders set order_id = x''`,
      said: 'its order_id is empty',
    },
  ])('$what', async ({ change, said }) => {
    old.order('1').payment('a', alice.address).settlement('1', alice.address);
    old.add('role_assignments', { address: alice.address, role_id: 5 }).exec(change);
    const problems = await refused();
    expect(problems[0]).toContain(said);
  });

  it('orders and payments that are there twice, and NULL where something must be', async () => {
    const bare = new TpsDatabase(join(newFolder(), 'bare.db'));
    for (const table of ['orders', 'payments']) {
      const { sql } = bare.connection.prepare('select sql from sqlite_master where name = ?').get(table) as {
        sql: string;
      };
      bare.exec(`drop view if exists address_balance; drop view if exists address_pending_balance; drop view if exists customer_order_balance;
        drop table ${table}; ${sql.replace(/ (unique|primary key|not null|autoincrement)/g, '')}`);
    }
    old = bare;
    bare.order('1', { id: 1 }).order('1', { id: 2 }).order('2', { id: 2 }).order('3', { id: 3, customer_id: null });
    bare.payment('a', alice.address).payment('a', alice.address).payment('b', alice.address, { amount: null });
    expect(await refused()).toEqual([
      'The order "2" has the id 2, which another order has too.',
      'The order "3": its customer_id is missing.',
      'The order "1" is there 2 times.',
      'The payment "b": its amount is not a whole number: nothing.',
      'The payment "a" is there 2 times.',
    ]);
  });

  it('views that say something else than the rows', async () => {
    old
      .order('1')
      .payment('a', alice.address)
      .exec(`drop view address_balance; drop view customer_order_balance;
      create table address_balance (address text, total_confirmed, total_paid, current_balance, last_update);
      insert into address_balance values ('${alice.address}', 10000000, 0, 9999999, ''), ('${bob.address}', 0, 0, 0, '');
      create table customer_order_balance (customer_id text, status text, total_orders);
      insert into customer_order_balance values ('7001', 'New', 1);`);
    expect(await refused()).toEqual([
      `The view address_balance says 9.999999 XTM of ${alice.address}, and its payments less its settlements are 10.000000 XTM.`,
      'The view customer_order_balance says 1 µT in New orders of the customer 7001, and they are 10000000 µT.',
    ]);
  });

  it('sums that no database can hold', async () => {
    for (const txid of ['a', 'b']) old.payment(txid, alice.address, { amount: 2n ** 63n - 1n });
    old.exec('drop view address_balance');
    await expect(importFile(old.close(), database)).rejects.toThrow(/add up to more than 2\^63 µT/);
  });
});
