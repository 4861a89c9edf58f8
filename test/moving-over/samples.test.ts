import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { accountOf, parseAddress } from '#tari/address.ts';
import { newDatabase, newFolder, type TestDatabase } from '#test/database/database.ts';
import { auditOf, importFile } from '#test/importing.ts';
import { fileOfSample, readSample, sampleRows, type TpsSample } from '#test/tps-database.ts';

/** Files that the real server wrote, rebuilt from their rows. */

let database: TestDatabase;

beforeEach(async () => {
  database = await newDatabase();
});
afterEach(() => database.release());

const accountOfText = (address: unknown) => accountOf(parseAddress(String(address)));

/** Paid orders that were settled with more than their price, by what was too much. */
function overchargedIn(sample: TpsSample): Map<string, bigint> {
  const settled = new Map<string, bigint>();
  for (const { order_id: id, amount } of sampleRows(sample, 'settlement_journal')) {
    settled.set(String(id), (settled.get(String(id)) ?? 0n) + BigInt(amount as number));
  }
  const over = new Map<string, bigint>();
  for (const { order_id: id, status, total_price: price } of sampleRows(sample, 'orders')) {
    const excess = (settled.get(String(id)) ?? 0n) - BigInt(price as number);
    if (status === 'Paid' && excess > 0n) over.set(String(id), excess);
  }
  return over;
}

/** The balances of the old view, as this server shows them. */
function expectedBalances(sample: TpsSample) {
  return sampleRows(sample, 'address_balance')
    .map((row) => ({ account: accountOfText(row.address), balance: BigInt(row.current_balance as number) }))
    .sort((one, other) => (one.account < other.account ? -1 : 1));
}

const balancesHere = () =>
  database
    .rows('select account, total_confirmed - total_paid as balance from accounts order by account')
    .filter(({ balance }) => balance !== 0n);

const time = (text: unknown) => new Date(/[T+]/.test(String(text)) ? String(text) : `${text}Z`).toISOString();

describe.each([
  { name: 'calm', overcharged: 8, settledNotPaid: 0 },
  { name: 'busy', overcharged: 30, settledNotPaid: 16 },
] as const)('the $name sample', ({ name, overcharged, settledNotPaid }) => {
  const sample = readSample(name);

  const importSample = (options: Parameters<typeof importFile>[2] = {}, isBare = false) =>
    importFile(fileOfSample(join(newFolder(), 'tari_store.db'), sample, isBare), database, options);

  it.each([{ isBare: false }, { isBare: true }])(
    'keeps every balance to the µT (bare tables: $isBare)',
    async ({ isBare }) => {
      await importSample({}, isBare);
      expect(balancesHere()).toEqual(expectedBalances(sample).filter(({ balance }) => balance !== 0n));
      expect((await auditOf(database)).differences).toEqual([]);
    },
  );

  it('keeps every order as it was, and tells nobody of it', async () => {
    await importSample();
    const here = database.rows(
      `select id, order_id, alt_id, customer_id, memo, total_price, original_price, currency, status, amount_outstanding,
        created_at, updated_at from orders order by id`,
    );
    const there = sampleRows(sample, 'orders').map((row) => ({
      id: BigInt(row.id as number),
      order_id: row.order_id,
      alt_id: row.alt_id,
      customer_id: row.customer_id,
      memo: row.memo,
      total_price: BigInt(row.total_price as number),
      original_price: row.original_price,
      currency: row.currency,
      status: row.status,
      amount_outstanding: row.amount_outstanding,
      created_at: time(row.created_at),
      updated_at: time(row.updated_at),
    }));
    expect(here).toEqual(there);
    expect(database.rows('select * from deliveries')).toEqual([]);
    expect(database.rows('select * from events')).toEqual([]);
  });

  it('keeps every payment, with its amount, state and what it names', async () => {
    await importSample();
    const here = database.rows(
      `select txid, sender, amount, memo, payment_type, status, order_id, created_at, updated_at from payments
        where txid not like 'import-tps:%' order by txid`,
    );
    const there = sampleRows(sample, 'payments').map((row) => ({
      txid: row.txid,
      sender: row.sender,
      amount: BigInt(row.amount as number),
      memo: row.memo,
      payment_type: row.payment_type === 'OnChain' ? 'on_chain' : 'manual',
      status: String(row.status).toLowerCase(),
      order_id: row.order_id,
      created_at: time(row.created_at),
      updated_at: time(row.updated_at),
    }));
    const byBytes = (one: { txid: unknown }, other: { txid: unknown }) =>
      Buffer.compare(Buffer.from(String(one.txid)), Buffer.from(String(other.txid)));
    expect(here).toEqual(there.sort(byBytes));
  });

  it('keeps links, roles, wallets, nonces and rates', async () => {
    await importSample();
    const linked = new Set(
      database
        .rows('select customer_id, account from customer_addresses')
        .map((row) => `${row.customer_id} ${row.account}`),
    );
    for (const { customer_id: customer, address } of sampleRows(sample, 'address_customer_id_link')) {
      expect(linked).toContain(`${customer} ${accountOfText(address)}`);
    }
    const roles = ['', 'user', 'read_all', 'write', 'payment_wallet', 'super_admin'];
    expect(
      new Set(database.rows('select account, role from roles').map((row) => `${row.account} ${row.role}`)),
    ).toEqual(
      new Set(
        sampleRows(sample, 'role_assignments').map(
          (row) => `${accountOfText(row.address)} ${roles[Number(row.role_id)]}`,
        ),
      ),
    );
    expect(
      new Map(database.rows('select address, ip_address from wallets').map((row) => [row.address, row.ip_address])),
    ).toEqual(new Map(sampleRows(sample, 'wallet_auth').map((row) => [row.address, row.ip_address])));
    for (const [purpose, table] of [
      ['login', 'auth_log'],
      ['wallet', 'wallet_auth'],
    ] as const) {
      const kept = database.rows('select account, last_nonce, is_stranger from nonces where purpose = ?', purpose);
      expect(new Map(kept.map((row) => [row.account, BigInt(String(row.last_nonce))]))).toEqual(
        new Map(sampleRows(sample, table).map((row) => [accountOfText(row.address), BigInt(row.last_nonce as number)])),
      );
      expect(kept.every((row) => row.is_stranger === 0n)).toBe(true);
    }
    expect(database.rows('select currency, rate, created_at from exchange_rates order by id')).toEqual(
      sampleRows(sample, 'exchange_rates').map((row) => ({
        currency: row.base_currency,
        rate: BigInt(row.rate as number),
        created_at: time(row.updated_at),
      })),
    );
  });

  it('keeps what each customer’s orders come to, by state', async () => {
    await importSample();
    const columns = {
      Unclaimed: 'current',
      New: 'current',
      Paid: 'paid',
      Expired: 'expired',
      Cancelled: 'cancelled',
    } as const;
    const there = new Map<string, bigint>();
    for (const row of sampleRows(sample, 'customer_order_balance')) {
      const key = `${row.customer_id} ${columns[row.status as keyof typeof columns]}`;
      there.set(key, (there.get(key) ?? 0n) + BigInt(row.total_orders as number));
    }
    const here = database
      .rows('select customer_id, total_current, total_paid, total_expired, total_cancelled from customers')
      .flatMap((row) =>
        ['current', 'paid', 'expired', 'cancelled'].map(
          (total) => [`${row.customer_id} ${total}`, row[`total_${total}`]] as const,
        ),
      );
    expect(new Map(here.filter(([, amount]) => amount !== 0n))).toEqual(there);
  });

  it('names the orders that were charged twice, all of them and no other', async () => {
    const { report, summary } = await importSample();
    const expected = overchargedIn(sample);
    expect(expected.size).toBe(overcharged);
    expect(summary).toMatchObject({
      overcharged_orders: overcharged,
      overcharged_amount: [...expected.values()].reduce((sum, amount) => sum + amount, 0n),
    });
    const { overcharges } = await auditOf(database);
    const found = new Map<string, bigint>();
    for (const { orderId, amount } of overcharges) found.set(orderId, (found.get(orderId) ?? 0n) + amount);
    expect(found).toEqual(expected);
    const first = report.findIndex((line) => line.startsWith(`${overcharged} orders were charged twice`));
    const named = report
      .slice(first + 1, first + 1 + overcharged)
      .map((line) => /^ {2}order (\d+) of customer \d+: /.exec(line)?.[1]);
    expect(new Set(named)).toEqual(new Set(expected.keys()));
    const open = report.find((line) => line.startsWith('Orders that were charged and are not Paid'));
    expect(open?.endsWith(`: ${settledNotPaid}`) ?? false).toBe(settledNotPaid > 0);
  });

  it('gives back what was charged twice to where it was taken from, if it is asked to', async () => {
    await importSample({ returnsOvercharges: true });
    const { differences, overcharges } = await auditOf(database);
    expect(differences).toEqual([]);
    expect(overcharges.every(({ isReturned }) => isReturned)).toBe(true);
    const more = new Map<string, bigint>();
    for (const { address, amount } of overcharges) {
      const account = accountOfText(address);
      more.set(account, (more.get(account) ?? 0n) + amount);
    }
    const expected = expectedBalances(sample).map(({ account, balance }) => ({
      account,
      balance: balance + (more.get(account) ?? 0n),
    }));
    expect(balancesHere()).toEqual(expected.filter(({ balance }) => balance !== 0n));
    const entries = database.rows(`select txid, memo from payments where imported_as = 'overcharge_returned'`);
    expect(entries.length).toBe(overcharges.length);
    for (const { memo } of entries) expect(memo).toMatch(/^Import: .* is given back\.$/);
  });

  it('is refused a second time, and changes nothing then', async () => {
    await importSample();
    const before = database.dump();
    await expect(importSample()).rejects.toThrow(/is not empty: its table orders has rows/);
    expect(database.dump()).toEqual(before);
  });
});
