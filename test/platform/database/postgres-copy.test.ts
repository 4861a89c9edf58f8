import { existsSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '#engine/events.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { priceUpdateRepository } from '#shops/store/price-updates.ts';
import { Home } from '#test/cli/tool.ts';
import { contributions } from '#test/contributions.ts';
import { newDatabase, newSqliteDatabase, type SqliteTestDatabase, type TestDatabase } from '#test/database/database.ts';
import { openStore } from '#test/database/open.ts';
import { claimText, closeEngine, registerHotWallet, testEngine } from '#test/engine.ts';
import { ACCOUNTS, NOW } from '#test/test-wallets.ts';

const [alice, bob] = ACCOUNTS;
const time = NOW.toISOString();

/** The tool as it is built, from a real SQLite file to a real PostgreSQL. */

let home: Home;
let source: SqliteTestDatabase;
let target: TestDatabase;

beforeEach(async () => {
  home = new Home();
  source = newSqliteDatabase();
  target = await newDatabase();
});

afterEach(async () => {
  home.remove();
  await source.release();
  await target.release();
});

const copy = (from = source.url, to = target.url) => home.run(['setup', 'copy', '--from', from, '--to', to]);

/** The rows of contexts that have tables of their own, as their tests describe them. */
const SAMPLES = await contributions<{ sampleRows: (time: string) => string[] }>('store/sample-rows.ts');

/** Books in which every table has rows. */
async function fill(database: SqliteTestDatabase): Promise<void> {
  const bus = new EventBus({ debug() {}, info() {}, warn() {}, error() {} }, EVENT_TYPES);
  bus.onDurable('shop', 'NewOrder', () => undefined);
  const test = await testEngine({ database, bus });
  await registerHotWallet(test);
  await test.engine.exchangeRates.set('USD', 30_000_000n, 'test');
  await test.engine.access.changeRoles([{ address: alice.tariAddress, apply: ['write'], revoke: [] }], 'test');
  await test.order({ orderId: '1', customerId: 'c1', memo: claimText(alice, '1') });
  await test.order({ orderId: '2', customerId: 'ç “2”', memo: 'Grüße, 😀 {"a":1,\\ \t"}' });
  await test.payConfirmed({ from: alice, txid: 't1', orderId: '1' });
  await test.pay({ from: bob, txid: 't2', memo: 'null' });
  await test.confirm('t3');
  await test.engine.orderChanges.credit(
    { actor: alice.address, idempotency: { key: 'k', fingerprint: 'f' } },
    { customerId: 'c1', amount: 9_007_199_254_740_993n as never, reason: 'a prize' },
  );
  await closeEngine(test);
  for (const statement of [
    `insert into early_news (order_id, closing, price, currency, shop_updated_at, received_at) values ('9', 'cancelled', '1.00', 'USD', '${time}', '${time}')`,
    `insert into authorizations values ('7', '1', null, '1.00', 'USD', '${time}')`,
    `insert into price_updates (id, currency, rate, state, global_rate_is_set, variants_are_done, has_wrapped, variants_seen,
       variants_changed, variants_left_out, attempts, next_attempt_at, revision, created_at, updated_at, finished_at)
       values (41, 'USD', 1, 'done', 1, 1, 0, 0, 0, 0, 0, '${time}', 0, '${time}', '${time}', '${time}')`,
    `delete from price_updates where id <> 41`,
    `insert into chain_progress (id, wallet, start_height, outputs_seen, payments_found, updated_at)
       values (1, 'key', 1, 5, 1, '${time}')`,
    `insert into chain_blocks (height, hash) values (7, 'block')`,
    `insert into chain_outputs (output_hash, txid, commitment, fingerprint, height, block_hash, found_at, updated_at)
       select 'found', txid, 'commitment', 'fingerprint', 7, 'block', '${time}', '${time}' from payments limit 1`,
    `insert into chain_refusals (output_hash, txid, reason, claimed_amount, height, block_hash, found_at)
       values ('refused', '1', 'wrong_value', '5', 7, 'block', '${time}')`,
    `insert into chain_departures (txid, height, block_hash, left_at)
       select txid, 7, 'block', '${time}' from payments limit 1`,
    `insert into chain_sightings (output_hash, txid, amount, first_seen_at, last_seen_at)
       values ('seen', '2', 5, '${time}', '${time}')`,
    ...SAMPLES.flatMap(({ sampleRows }) => sampleRows(time)),
  ]) {
    database.execute(statement);
  }
}

/** Without the order of rows, and of the keys of JSON. */
function comparable(dump: Record<string, Record<string, unknown>[]>): Record<string, string[]> {
  const plain = (value: unknown) => {
    if (typeof value === 'bigint') return String(value);
    return typeof value === 'string' && /^[{[]/.test(value) && isJson(value) ? sortedKeys(JSON.parse(value)) : value;
  };
  return Object.fromEntries(
    Object.entries(dump).map(([table, rows]) => [
      table,
      rows
        .map((row) =>
          JSON.stringify(
            Object.entries(row)
              .sort()
              .map(([name, value]) => [name, plain(value)]),
          ),
        )
        .sort(),
    ]),
  );
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function sortedKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedKeys);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([one], [other]) => (one < other ? -1 : 1))
      .map(([key, inner]) => [key, sortedKeys(inner)]),
  );
}

describe('taritools setup copy', () => {
  it('carries over rows with times that no database should hold, and names them', { timeout: 60_000 }, async () => {
    await fill(source);
    source.execute(`update wallets set created_at = '+010000-01-01T00:00:00.000Z'`);
    source.execute(`update roles set created_at = '0000-06-01T00:00:00.000Z'`);
    source.execute(`update nonces set updated_at = '-000044-03-15T00:00:00.000Z'`);
    const { code, stdout, stderr } = await copy();
    expect([code, stdout]).toEqual([0, expect.stringContaining('The books of both agree')]);
    expect(stderr).toMatch(
      /created_at of the row of wallets with \w+ .+: 9999-12-31T23:59:59.999Z in place of \+010000/,
    );
    expect(stderr).toMatch(/: 0001-01-01T00:00:00.000Z in place of -000044/);
    expect(stderr).toContain('outside the years 1 to 9999');
  });

  it('refuses what is no time with the row and what to do, and copies nothing', { timeout: 60_000 }, async () => {
    await fill(source);
    source.execute(`update nonces set updated_at = 'yesterday'`);
    const { code, stderr } = await copy();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /updated_at of the row of nonces with \w+ .+ holds "yesterday", which is no time. Correct it/,
    );
    expect(target.rows('select * from orders')).toEqual([]);
  });

  it('copies every table, to the letter, and says so; ids go on where they were', { timeout: 60_000 }, async () => {
    await fill(source);
    const { code, stdout, stderr } = await copy();
    expect([code, stderr]).toEqual([0, expect.stringContaining('orders: 2 of 2 rows')]);
    expect(stdout).toMatch(/Copied \d+ rows of \d+ tables to postgres:/);
    expect(stdout).toContain('The books of both agree: 2 orders, 3 payments');
    const [sent, arrived] = [comparable(source.dump('heartbeat')), comparable(target.dump('heartbeat'))];
    expect(arrived).toEqual(sent);
    expect(Object.entries(arrived).filter(([, rows]) => rows.length === 0)).toEqual([]);
    expect(Object.keys(arrived).length).toBeGreaterThanOrEqual(27);

    const store = await openStore(target.url, { maxConnections: 2 });
    const id = await store.run((tx) =>
      tx.use(priceUpdateRepository).insert({ kind: 'product', productId: 'p' }, null, NOW),
    );
    const event = { type: 'NewOrder' as const, subject: '1', payload: '{}', createdAt: NOW };
    const appended = await store.run((tx) => tx.use(eventRepository).append(event, []));
    await store.close();
    expect([id, appended.id]).toEqual([42n, BigInt(sent.events?.length ?? 0) + 1n]);
  });

  it('goes on with the ids of every table where the source has been, its deleted rows counted', async () => {
    await fill(source);
    source.tamper('update sqlite_sequence set seq = seq * 2 + 1000');
    const { code, stderr } = await copy();
    expect([code, stderr]).toEqual([0, expect.any(String)]);
    const last = source.rows('select name, seq from sqlite_sequence order by name');
    const next = (table: unknown) =>
      target.rows(`select nextval(pg_get_serial_sequence('${table}', 'id')) as next`)[0]?.next;
    expect(last.map(({ name }) => [name, next(name)])).toEqual(
      last.map(({ name, seq }) => [name, BigInt(String(seq)) + 1n]),
    );
    const counted = target.rows(
      `select table_name as name from information_schema.columns
         where table_schema = current_schema() and pg_get_serial_sequence(quote_ident(table_name), column_name) is not null
         order by table_name`,
    );
    expect(counted.map(({ name }) => name)).toEqual(last.map(({ name }) => name));
  });

  it('takes texts that an older version kept in JSON and PostgreSQL does not hold', async () => {
    await fill(source);
    source.tamper(String.raw`update events set payload = '{"a":"\ud800","b":"\\ud800","c":"\u0000"}' where id = 1`);
    expect(await copy()).toMatchObject({ code: 0 });
    expect(
      target.rows(`select payload->>'a' as a, payload->>'b' as b, payload->>'c' as c from events where id = 1`),
    ).toEqual([{ a: '\ufffd', b: String.raw`\ud800`, c: '\ufffd' }]);
  });

  it('makes the tables of a target that has none', async () => {
    await fill(source);
    target.execute('drop schema public cascade');
    target.execute('create schema public');
    expect(await copy()).toMatchObject({ code: 0 });
    expect(target.rows('select count(*) as count from orders')).toEqual([{ count: 2n }]);
  });

  it('leaves out what a tool has added to the source for itself', async () => {
    await fill(source);
    source.execute('create table _replica_lock (id integer)');
    source.execute('insert into _replica_lock values (1)');
    expect(await copy()).toMatchObject({ code: 0 });
    expect(target.rows(`select to_regclass('_replica_lock') as found`)).toEqual([{ found: null }]);
  });

  it('refuses a target that is not empty, and leaves it as it is', async () => {
    await fill(source);
    target.execute(`insert into roles values ('somebody', 'write', '${time}')`);
    const before = target.dump();
    expect(await copy()).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('The target is not empty: its table roles has rows'),
    });
    expect(target.dump()).toEqual(before);
  });

  it('refuses a source that somebody has open, whatever he does with it', async () => {
    await fill(source);
    const server = await openStore(source.url, { maxConnections: 1 });
    try {
      expect(await copy()).toMatchObject({ code: 1, stderr: expect.stringContaining('is in use: stop the server') });
    } finally {
      await server.close();
    }
    expect(target.rows('select * from orders')).toEqual([]);
    expect(await copy()).toMatchObject({ code: 0 });
  });

  it('copies nothing where the books of the source differ', async () => {
    await fill(source);
    source.tamper(`update accounts set total_confirmed = total_confirmed + 1 where account = '${alice.account}'`);
    const { code, stderr } = await copy();
    expect([code, stderr]).toEqual([1, expect.stringContaining('The books of the source differ from their journals')]);
    expect(target.rows('select * from customers')).toEqual([]);
  });

  it('keeps nothing where a row can’t be taken', async () => {
    await fill(source);
    target.execute('alter table webhooks add check (id < 0)');
    const { code, stderr } = await copy();
    expect([code, stderr]).toEqual([1, expect.stringContaining('violates check constraint')]);
    expect(target.rows('select * from customers')).toEqual([]);
    expect(target.rows('select * from orders')).toEqual([]);
  });

  it('refuses a source of another version, and makes no file where there is none', async () => {
    await fill(source);
    source.execute(`delete from kysely_migration where name like '0018%'`);
    expect(await copy()).toMatchObject({ code: 1, stderr: expect.stringContaining('taritools setup migrate') });
    const missing = `${source.folder}/nothing.db`;
    expect(await copy(`sqlite://${missing}`)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`There is no database at ${missing}`),
    });
    expect(existsSync(missing)).toBe(false);
  });

  it('shows no password, and takes the target from the settings where none is given', async () => {
    await fill(source);
    const url = new URL(target.url);
    url.password = 'geheim';
    const environment = { TPG_DATABASE_URL: url.href };
    const { code, stdout, stderr } = await home.run(['setup', 'copy', '--from', source.url], { environment });
    expect([code, stdout.includes(url.pathname)]).toEqual([0, true]);
    expect(stdout + stderr).not.toContain('geheim');
  });

  it.each([
    [['--to', 'postgres://a/b'], 'required option'],
    [['--from', 'postgres://a/b', '--to', 'postgres://a/c'], '--from must be a sqlite:// URL'],
    [['--from', 'sqlite:///x.db', '--to', 'sqlite:///y.db'], '--to must be a postgres:// URL'],
  ])('refuses %j', async (flags, sentence) => {
    expect(await home.run(['setup', 'copy', ...flags])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining(sentence),
    });
  });
});
