import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { addressToBase58 } from '#tari/address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { newDatabase, newFolder, type TestDatabase } from '#test/database/database.ts';
import { closeEngine, registerHotWallet, testEngine } from '#test/engine.ts';
import { auditOf, importFile } from '#test/importing.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { TpsDatabase } from '#test/tps-database.ts';

/** Files whose texts and numbers are as bad as their columns allow: each is imported, or refused in a sentence. */

const [alice, bob] = ACCOUNTS;
const MAX_I64 = 2n ** 63n - 1n;

let database: TestDatabase;
let old: TpsDatabase;

beforeEach(async () => {
  database = await newDatabase();
  old = new TpsDatabase(join(newFolder(), 'tari_store.db'));
});
afterEach(() => database.release());

async function imported() {
  const outcome = await importFile(old.close(), database);
  expect(outcome.problems).toEqual([]);
  expect((await auditOf(database)).differences).toEqual([]);
  return outcome;
}

describe('texts', () => {
  it('with NUL in a sender and in the id of a customer, whom the old views name as they stand there', async () => {
    old.order('1', { customer_id: 'c\0d' }).payment('a', 'who\0knows', { order_id: '1' });
    await imported();
    expect(database.rows('select customer_id from orders')).toEqual([{ customer_id: 'c\ufffdd' }]);
    expect(database.rows('select sender from payments')).toEqual([{ sender: 'who\ufffdknows' }]);
  });

  it('that are blobs, in rows, in the old views and in the history', async () => {
    old.order('1', { customer_id: Buffer.from('7001'), memo: Buffer.from('hello') });
    old.payment('a', alice.address, { sender: Buffer.from(alice.address) });
    old.add('orders_log', { oid: 1, old_memo: Buffer.from('before'), new_memo: Buffer.from('hello'), updated_at: '' });
    old.add('payments_log', { txid: 'a', old_memo: Buffer.from([0xff, 0]), new_memo: 'x', updated_at: '' });
    old.add('wallet_auth_log', {
      changed: Buffer.from('x'),
      address: alice.address,
      ip_address: '::1',
      updated_at: '',
    });
    await imported();
    expect(database.rows('select total_confirmed from accounts')).toEqual([{ total_confirmed: 10_000_000n }]);
    expect(database.rows(`select before, after from audit_log where action = 'change order'`)).toEqual([
      { before: '{"memo":"before"}', after: '{"memo":"hello"}' },
    ]);
  });

  it('with NUL in the address of a hot wallet’s machine', async () => {
    old.add('wallet_auth', { address: alice.address, ip_address: '127.0.0.1\0' });
    const outcome = await importFile(old.close(), database);
    expect(outcome.problems).toEqual([
      `The row of "${alice.address}" in wallet_auth: its ip_address is "127.0.0.1\\u0000".`,
    ]);
  });

  it('in names of columns, which are no part of a statement', async () => {
    old.order('1').exec(`alter table orders_log add column "old_x', (select 1)) --" text`);
    old.exec(`alter table orders_log add column "new_x', (select 1)) --" text`);
    old.add('orders_log', { oid: 1, old_status: 'Unclaimed', new_status: 'New', updated_at: '2026-11-30 06:37:08' });
    await imported();
    expect(database.rows(`select after from audit_log where action = 'change order'`)).toEqual([
      { after: '{"status":"New"}' },
    ]);
  });

  it('that steer a terminal are not printed as they are', async () => {
    const evil = '\u001b]0;owned\u0007\u202e';
    old.order(`1${evil}`, { status: 'Paid', customer_id: `c${evil}`, memo: null });
    old.payment(`a${evil}`, `who${evil}`, { order_id: `none${evil}` }).payment(`z${evil}`, bob.address, { amount: 0 });
    old.settlement(`1${evil}`, `who${evil}`).settlement(`1${evil}`, `who${evil}`).settlement(`n${evil}`, bob.address);
    const { report } = await importFile(old.close(), database);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    expect(report.filter((line) => /[\u0000-\u001f\u007f-\u009f\u202e]/.test(line))).toEqual([]);
  });
});

describe('numbers', () => {
  it('that each address can hold, and all of them together can not', async () => {
    old.payment('a', alice.address, { amount: MAX_I64 }).payment('b', bob.address, { amount: MAX_I64 });
    await expect(importFile(old.close(), database)).rejects.toThrow(/add up to more than 2\^63 µT/);
    expect(database.rows('select * from payments')).toEqual([]);
  });

  it('of overcharges that together are more than a database can hold', async () => {
    for (const [id, { address }] of Object.entries([alice, bob])) {
      old.order(id, { status: 'Paid', total_price: 0 }).settlement(id, address, { amount: MAX_I64 });
    }
    await expect(importFile(old.close(), database)).rejects.toThrow(/add up to more than 2\^63 µT/);
  });

  it('of a price past 2^63, which stands there as a fraction', async () => {
    old.order('1').exec('update orders set total_price = 9223372036854775808');
    const { problems } = await importFile(old.close(), database);
    expect(problems[0]).toMatch(/^The order "1": its total_price is not a whole number: 9223372036854776000/);
  });

  it.each(['orders', 'settlement_journal'])('of an id in %s after which there is no next one', async (table) => {
    old.order('1', { status: 'Paid' }).settlement('1', alice.address).exec(`update ${table} set id = ${MAX_I64}`);
    const { problems } = await importFile(old.close(), database);
    expect(problems[0]).toContain(`its id is ${MAX_I64}`);
  });
});

describe('names', () => {
  it('that the import gives to entries of its own are no payment’s there', async () => {
    old.order('1', { status: 'Paid' }).payment('import-tps:paid_not_settled:1', alice.address);
    const { problems } = await importFile(old.close(), database);
    expect(problems).toEqual([
      'The payment "import-tps:paid_not_settled:1": its txid begins with import-tps:, as those of the import\'s own entries do.',
    ]);
  });

  it('of rows in the history that are of no type, at times that are none', async () => {
    old
      .order('1')
      .add('orders_log', { oid: 1.5, old_status: 'New', new_status: Buffer.from('Pa\0id'), updated_at: 1e300 });
    await imported();
    expect(
      database.rows(`select subject, before, after, created_at from audit_log where action = 'change order'`),
    ).toEqual([
      {
        subject: 'order with the id 1.5',
        before: '{"status":"New"}',
        after: '{"status":"Pa\ufffdid"}',
        created_at: '1970-01-01T00:00:00.000Z',
      },
    ]);
  });
});

describe('a settlement of an order that did not exist', () => {
  it('claims and pays nothing of the order when the shop makes it', async () => {
    old.payment('a', alice.address).settlement('77', alice.address);
    await importFile(old.close(), database);
    const test = await testEngine({ database });
    await registerHotWallet(test);
    await test.order({ orderId: '77' });
    expect(database.rows('select status, claimed_by, own_money from orders')).toEqual([
      { status: 'Unclaimed', claimed_by: null, own_money: 0n },
    ]);
    await closeEngine(test);
    expect((await auditOf(database)).differences).toEqual([]);
  });
});

it('a customer for whom an order was fulfilled owes nothing of it to a debt', async () => {
  const made = addressToBase58(syntheticAddressOf('7001'));
  old.order('1').payment('credit_note_7001:-5.000τ:2', made, { payment_type: 'Manual', amount: -5_000_000 });
  await imported();
});
