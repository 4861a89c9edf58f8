import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { addressToBase58 } from '#tari/address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { newDatabase, newFolder, type TestDatabase } from '#test/database/database.ts';
import { ADMIN, claimText, closeEngine, registerHotWallet, type TestEngine, tari, testEngine } from '#test/engine.ts';
import { auditOf, importFile } from '#test/importing.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/** A balance below zero that came with the import: the next money of the account pays it, and then orders. */

const [alice] = ACCOUNTS;

let database: TestDatabase;
let old: TpsDatabase;
let test: TestEngine | undefined;

beforeEach(async () => {
  database = await newDatabase();
  old = new TpsDatabase(join(newFolder(), 'tari_store.db'));
});
afterEach(async () => {
  if (test !== undefined) await closeEngine(test);
  test = undefined;
});

async function started(): Promise<TestEngine> {
  await importFile(old.close(), database);
  test = await testEngine({ database });
  await registerHotWallet(test);
  return test;
}

const account = () =>
  database.rows('select total_confirmed - total_paid as balance, free_credit, debt from accounts')[0];

it('takes what an account owes out of its next money, once', async () => {
  old.order('1', { status: 'Paid' }).order('2', { status: 'Paid' }).payment('a', alice.address);
  old.settlement('1', alice.address).settlement('2', alice.address);
  const server = await started();
  expect(account()).toEqual({ balance: tari(-10), free_credit: 0n, debt: tari(10) });
  await server.payConfirmed({ from: alice, txid: 'first', amount: tari(4) });
  expect(account()).toEqual({ balance: tari(-6), free_credit: 0n, debt: tari(6) });
  await server.order({ orderId: '3', memo: claimText(alice, '3') });
  await server.payConfirmed({ from: alice, txid: 'second', amount: tari(50) });
  expect(account()).toEqual({ balance: tari(44), free_credit: tari(44), debt: 0n });
  expect(database.rows('select amount from payment_uses where txid = ?', 'second')).toEqual([{ amount: tari(6) }]);
  await server.payConfirmed({ from: alice, txid: 'third', amount: tari(60) });
  expect(database.rows('select status from orders where order_id = ?', '3')).toEqual([{ status: 'Paid' }]);
  expect((await auditOf(database)).differences).toEqual([]);
});

it('leaves money that names an order to the order', async () => {
  old.order('1', { status: 'Paid' }).settlement('1', alice.address);
  const server = await started();
  await server.order({ orderId: '3' });
  await server.payConfirmed({ from: alice, txid: 'for 3', orderId: '3', amount: tari(100) });
  expect(database.rows('select status from orders where order_id = ?', '3')).toEqual([{ status: 'Paid' }]);
  expect(account()).toMatchObject({ balance: tari(-10), debt: tari(10) });
  expect((await auditOf(database)).differences).toEqual([]);
});

it('takes what a customer owes out of the next credit note', async () => {
  const made = addressToBase58(syntheticAddressOf('7001'));
  old.payment('credit_note_7001:-5.000τ:2', made, { payment_type: 'Manual', amount: -5_000_000 });
  const server = await started();
  const credit = (amount: number, key: string) =>
    server.engine.orderChanges.credit(
      { actor: ADMIN, idempotency: { key, fingerprint: key } },
      { customerId: '7001', amount: tari(amount), reason: 'a prize' },
    );
  await credit(3, 'one');
  expect(database.rows('select credit from customers')).toEqual([{ credit: 0n }]);
  await credit(3, 'two');
  expect(database.rows('select credit from customers')).toEqual([{ credit: tari(1) }]);
  expect(account()).toEqual({ balance: tari(1), free_credit: 0n, debt: 0n });
  expect((await auditOf(database)).differences).toEqual([]);
});
