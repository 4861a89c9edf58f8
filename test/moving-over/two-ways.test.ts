import { join } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { openOldDatabase } from '#moving-over/old/old-file.ts';
import { planImport } from '#moving-over/plan/plan.ts';
import { addressToBase58, addressToHex } from '#tari/address.ts';
import { syntheticAddressOf } from '#tari/synthetic-address.ts';
import { isOnPostgres, newDatabase, newFolder } from '#test/database/database.ts';
import { claimText } from '#test/engine.ts';
import { IMPORT_TIME, importFile } from '#test/importing.ts';
import { ACCOUNTS } from '#test/test-wallets.ts';
import { fileOfSample, readSample, TpsDatabase, type Value } from '#test/tps-database.ts';

/**
 * Plain rows are read by one statement a table, and all others one by one. A time that is written in another way makes a row
 * one that is not plain, and means the same: so both ways must make the same of a file.
 */

const [alice, bob] = ACCOUNTS;
const RUNS = isOnPostgres() ? 4 : 40;

/** Times that no statement reads: they stay as they are. */
const ODD_TIMES: readonly Value[] = [
  '2026-02-29 10:00:00',
  '2024-02-29 10:00:00',
  '2026-04-31 10:00:00',
  '2026-00-10 10:00:00',
  '2026-11-30 24:00:00',
  '2026-11-30 06:36:08.123456',
  '2026-11-30T06:36:08.5+01:00',
  '2026-11-30 06:36:08\0',
  1_796_020_568,
  'yesterday',
];
const PLAIN_TIMES: readonly Value[] = [
  '2026-11-30 06:36:08',
  '2026-12-31T23:59:59',
  '2026-01-31 00:00:00',
  '2026-04-30 19:05:01',
  '2026-11-27T20:38:11.599+00:00',
  '2026-11-27 20:38:11.599+00:00',
];

/** Writes all times in the other way. */
function writeTimesOtherwise(database: TpsDatabase): void {
  const odd = ODD_TIMES.filter((time) => String(time).length === 19).map((time) => `'${time}'`);
  for (const table of ['orders', 'payments', 'settlement_journal']) {
    for (const column of ['created_at', ...(table === 'settlement_journal' ? [] : ['updated_at'])]) {
      database.exec(`update ${table} set ${column} =
        case octet_length(${column}) when 19 then ${column} || 'Z' else substr(${column}, 1, 23) || 'Z' end
        where octet_length(${column}) in (19, 29) and ${column} not in (${odd.join(', ')})`);
    }
  }
}

async function outcomeOf(file: string) {
  const database = await newDatabase();
  const outcome = await importFile(file, database, { returnsOvercharges: true }).catch((error: Error) => error.message);
  const { database_identity: _identity, ...tables } = database.dump('kysely_migration');
  if (!isOnPostgres()) expect(database.rows('pragma foreign_key_check')).toEqual([]);
  await database.release();
  return { said: JSON.stringify(outcome, bigintAsText).replaceAll(file, 'FILE'), tables };
}

const bigintAsText = (_key: string, value: unknown) => (typeof value === 'bigint' ? String(value) : value);

async function expectTheSameBothWays(make: (file: string) => TpsDatabase): Promise<void> {
  const plain = make(join(newFolder(), 'plain.db'));
  const otherwise = make(join(newFolder(), 'otherwise.db'));
  writeTimesOtherwise(otherwise);
  expect(await outcomeOf(otherwise.close())).toEqual(await outcomeOf(plain.close()));
}

const reopened = (file: string) => new TpsDatabase(file, false);

it.each(['calm', 'busy'] as const)('makes the same of the %s sample both ways', { timeout: 60_000 }, async (name) => {
  const sample = readSample(name);
  await expectTheSameBothWays((file) => reopened(fileOfSample(file, sample)));
});

it('reads what is plain by a statement, and what is not one by one', () => {
  const readTogether = (change: (database: TpsDatabase) => void) => {
    const database = reopened(fileOfSample(join(newFolder(), 'old.db'), readSample('calm')));
    change(database);
    const old = openOldDatabase(database.close());
    const totals = new Map<string, number>();
    const progress = (stage: string, _done: number, total: number) => void totals.set(stage, total);
    try {
      planImport(old, { now: IMPORT_TIME, returnsOvercharges: false, progress });
    } finally {
      old.close();
    }
    return {
      orders: 60 - (totals.get('Reading orders one by one') ?? 0),
      payments: totals.get('Reading plain payments'),
      settlements: 45 - (totals.get('Reading settlements one by one') ?? 0),
    };
  };
  const plain = readTogether(() => undefined);
  expect(plain.orders).toBeGreaterThan(30);
  expect(plain.payments).toBeGreaterThan(20);
  expect(plain.settlements).toBeGreaterThan(20);
  expect(readTogether(writeTimesOtherwise)).toEqual({ orders: 0, payments: 0, settlements: 0 });
});

// ---- Rows of every kind -----------------------------------------------------------------------------------------------

const TEXTS: readonly Value[] = [
  'a b',
  'zwei\nZeilen',
  'äöü ☕',
  'n\0ul',
  '\ufffd',
  '',
  ' ',
  'x'.repeat(900),
  Buffer.from('b'),
];
const ADDRESSES: readonly Value[] = [
  alice.address,
  alice.address,
  bob.address,
  addressToHex(bob.tariAddress),
  addressToBase58(syntheticAddressOf('7001')),
  'no address',
  'nö address',
  'n\0o',
  'n\ufffdo',
  '',
];
/** One in ten is odd, so that most files have rows of both kinds. */
const mostly = (usual: readonly Value[], odd: readonly Value[]) =>
  fc.oneof({ weight: 30, arbitrary: fc.constantFrom(...usual) }, { weight: 1, arbitrary: fc.constantFrom(...odd) });
const time = mostly(PLAIN_TIMES, ODD_TIMES);
const IDS = ['1', '2', '3', '4'];
const AMOUNTS: readonly Value[] = [1, 2, 3, 10_000_000];
const ODD_AMOUNTS: readonly Value[] = [0, -1, 1.5, 'many', 2n ** 63n - 1n, 2 ** 62, Buffer.from('1')];

const order = fc.record({
  alt_id: mostly([null], TEXTS),
  customer_id: mostly(['7001', '7002'], TEXTS),
  memo: mostly([null, 'hello', claimText(alice, '1')], TEXTS),
  total_price: mostly(AMOUNTS, ODD_AMOUNTS),
  original_price: mostly([null, '10.00'], TEXTS),
  currency: mostly(['XTR', 'xtm', 'USD'], TEXTS),
  status: mostly(['Unclaimed', 'New', 'Paid', 'Expired', 'Cancelled'], ['paid', 'Lost', '']),
  amount_outstanding: mostly([null, '10.00'], TEXTS),
  created_at: time,
  updated_at: time,
});
const payment = fc.record({
  sender: fc.constantFrom(...ADDRESSES),
  amount: mostly(AMOUNTS, ODD_AMOUNTS),
  memo: mostly([null, 'hello', claimText(bob, '2')], TEXTS),
  order_id: mostly([null, '1', '2', '3', ''], ['#1', '9', ...TEXTS]),
  alt_order_id: mostly([null, '', '#2'], TEXTS),
  payment_type: mostly(['OnChain'], ['Manual', 'onchain']),
  status: mostly(['Received', 'Confirmed', 'Cancelled'], ['confirmed']),
  created_at: time,
  updated_at: time,
});
const settlement = fc.record({
  order_id: mostly(IDS, ['9', '#1', 'n\0ul', '']),
  payment_address: fc.constantFrom(...ADDRESSES),
  settlement_type: mostly(['Single', 'Multiple'], ['single']),
  amount: mostly(AMOUNTS, ODD_AMOUNTS),
  created_at: time,
});
const contents = fc.record({
  orders: fc.array(order, { maxLength: IDS.length }),
  payments: fc.array(payment, { maxLength: 8 }),
  settlements: fc.array(settlement, { maxLength: 6 }),
  /** A row with a number that can be no key makes all of them odd. */
  lastRow: fc.constantFrom(undefined, undefined, undefined, 2n ** 62n),
  lastTxid: mostly(['z'], ['import-tps:overdraft:1', '', 'n\0ul']),
});

it('makes the same of rows of every kind both ways', { timeout: 240_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(contents, async ({ orders, payments, settlements, lastRow, lastTxid }) => {
      await expectTheSameBothWays((file) => {
        const database = new TpsDatabase(file);
        for (const [index, row] of orders.entries()) {
          database.order(IDS[index] as string, {
            ...row,
            ...(row.alt_id !== null && { alt_id: `${index}${row.alt_id}` }),
          });
        }
        for (const [index, row] of payments.entries()) database.add('payments', { txid: `t${index}`, ...row });
        for (const row of settlements) database.add('settlement_journal', row);
        database.payment(String(lastTxid), alice.address, lastRow === undefined ? {} : { rowid: lastRow });
        return database;
      });
    }),
    { numRuns: RUNS },
  );
});
