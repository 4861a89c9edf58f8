import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import SqliteDatabase from 'better-sqlite3';
import { orderRepository } from '#engine/store/orders.ts';
import { type OrderFilter, orderSearchRepository } from '#engine/store/search/order-search.ts';
import { openSqliteStore, type SqliteStore } from '#platform/database/sqlite/store.ts';
import { microTari } from '#tari/micro-tari.ts';
import { migrations } from '#test/database/open.ts';

/**
 * Measures a page of the search for orders in a small and in a large shop, one filter at a time and some together, and
 * what the index of memos costs each new order. `tsx scripts/bench/search.ts [small] [large]`
 */

const [SMALL = 1_000, LARGE = 1_000_000] = process.argv.slice(2).map(Number);
const PAGE = 100;
const RUNS = 41;
const INSERTS = 5_000;
const START = Date.parse('2023-01-01T00:00:00Z');
const DAY_MS = 86_400_000;
/** Orders come in the course of three years, however many they are. */
const SPAN_MS = 3 * 365 * DAY_MS;

const WORDS =
  'leave it at the door please ring twice gift wrap for anna birthday no nuts fragile thanks deliver after five blue red';
const VOCABULARY = WORDS.split(' ');

interface Measured {
  rows: number;
  medianMs: number;
}

/** The same numbers in every run. */
function createRandom(): () => number {
  let state = 1;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}

function timeAt(part: number): Date {
  return new Date(START + Math.floor(part * SPAN_MS));
}

/** 70% have a memo; every word of the vocabulary is in about a third of those, `kayak` in one of 500. */
function memoOf(index: number, random: () => number): string | null {
  if (index % 10 >= 7) return null;
  const words = Array.from({ length: 8 }, () => VOCABULARY[Math.floor(random() * VOCABULARY.length)]);
  if (index % 500 === 1) words.push('kayak');
  return `${words.join(' ')} ref${index}x`;
}

/** The last hundred are open; of the others nine in ten are paid. */
function statusOf(index: number, count: number): string {
  if (index >= count - 50) return 'Unclaimed';
  if (index >= count - 100) return 'New';
  if (index % 10 !== 0) return 'Paid';
  return index % 20 === 0 ? 'Expired' : 'Cancelled';
}

function currencyOf(index: number): string {
  if (index % 97 === 5) return 'EUR';
  return index % 3 === 0 ? 'USD' : 'XTM';
}

/** One customer has a tenth of all orders, the others have about 20 each. */
function customerOf(index: number, count: number): string {
  return index % 10 === 3 ? 'big' : `c${Math.floor((index * 7919) % Math.max(1, count / 20))}`;
}

function load(file: string, count: number): void {
  const database = new SqliteDatabase(file);
  const random = createRandom();
  const customer = database.prepare(`insert or ignore into customers (customer_id, created_at, updated_at)
    values (?, '2023-01-01T00:00:00.000Z', '2023-01-01T00:00:00.000Z')`);
  const order = database.prepare(`insert into orders (order_id, alt_id, customer_id, memo, total_price, original_price,
      currency, exchange_rate, status, created_at, updated_at, shop_updated_at)
    values (?, ?, ?, ?, 100000000, '100.00', ?, 1000000, ?, ?, ?, ?)`);
  database.pragma('synchronous = off');
  database.exec('begin');
  for (let index = 0; index < count; index += 1) {
    const time = timeAt(index / count).toISOString();
    const [owner, currency, status] = [customerOf(index, count), currencyOf(index), statusOf(index, count)];
    customer.run(owner);
    order.run(`${8e12 + index}`, `#${index}`, owner, memoOf(index, random), currency, status, time, time, time);
  }
  database.exec('commit');
  database.pragma('wal_checkpoint(truncate)');
  database.close();
}

/** What is asked; `at` names an order in the middle of the shop. */
function questions(count: number): Record<string, OrderFilter> {
  const middle = Math.floor(count / 2 / 500) * 500 + 1;
  const [since, until] = [timeAt(0.5), timeAt(0.75)];
  return {
    nothing: {},
    order_id: { orderId: `${8e12 + middle}` },
    alt_id: { altId: `#${middle}` },
    'customer_id, 20 orders': { customerId: customerOf(middle, count) },
    'customer_id, a tenth of all': { customerId: 'big' },
    'currency, two thirds': { currency: 'XTM' },
    'currency, 1%': { currency: 'EUR' },
    since: { since },
    until: { until },
    'status Paid': { statuses: ['Paid'] },
    'status New (50)': { statuses: ['New'] },
    'memo, a quarter': { memo: 'please' },
    'memo, 0.2%': { memo: 'KAYAK' },
    'memo, one order': { memo: `ref${middle}x` },
    'memo, none, rare letters': { memo: 'zyxwv' },
    'memo, 17 of a million, frequent letters': { memo: 'ring the birthday door' },
    'memo of 2 letters, frequent': { memo: 'ay' },
    'memo of 2 letters, none': { memo: 'qq' },
    'status New,Unclaimed + currency XTM': { statuses: ['New', 'Unclaimed'], currency: 'XTM' },
    'status Paid + since + until': { statuses: ['Paid'], since, until },
    'currency EUR + since + status Paid': { currency: 'EUR', since, statuses: ['Paid'] },
    'customer (a tenth) + status Paid + since': { customerId: 'big', statuses: ['Paid'], since },
    'customer (a tenth) + currency XTM': { customerId: 'big', currency: 'XTM' },
    'customer (a tenth) + currency 1%': { customerId: 'big', currency: 'EUR' },
    'customer (a tenth) + memo 0.2%': { customerId: 'big', memo: 'kayak' },
    'customer (20) + memo, a quarter': { customerId: customerOf(middle, count), memo: 'please' },
    'memo, a quarter + status Paid + since': { memo: 'please', statuses: ['Paid'], since },
    'memo, a quarter + status New': { memo: 'please', statuses: ['New'] },
    'memo, a quarter + currency EUR': { memo: 'please', currency: 'EUR' },
    'memo 0.2% + currency XTM + until': { memo: 'kayak', currency: 'XTM', until },
    everything: { memo: 'please', currency: 'XTM', statuses: ['Paid'], customerId: 'big', since, until },
  };
}

async function measure(store: SqliteStore, filter: OrderFilter): Promise<Measured> {
  const times: number[] = [];
  let rows = 0;
  for (let run = 0; run < RUNS; run += 1) {
    const start = performance.now();
    rows = (await store.read((tx) => tx.use(orderSearchRepository).search(filter, undefined, PAGE))).length;
    times.push(performance.now() - start);
    if (run === 2 && (times[2] ?? 0) > 1000) break;
  }
  return { rows, medianMs: median(times) };
}

function median(values: number[]): number {
  return values.sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** µs for each of many new orders that come 32 at a time. */
async function insertCost(store: SqliteStore, words: number): Promise<number> {
  const now = timeAt(1);
  const random = createRandom();
  const memo = () =>
    Array.from({ length: words }, () => VOCABULARY[Math.floor(random() * VOCABULARY.length)]).join(' ');
  const insert = (index: number) =>
    store.run((tx) =>
      tx.use(orderRepository).insert({
        orderId: `insert-${words}-${index}-${performance.now()}`,
        altId: null,
        customerId: 'big',
        memo: memo(),
        totalPrice: microTari(1n),
        originalPrice: '1',
        currency: 'XTM',
        exchangeRate: 1n,
        status: 'Unclaimed',
        amountOutstanding: null,
        claimedBy: null,
        claimKind: null,
        createdAt: new Date(now.getTime() + index * 1000),
        updatedAt: now,
        shopUpdatedAt: now,
        shopTriggeredAt: null,
        pageCode: null,
        customerLocale: null,
      }),
    );
  const start = performance.now();
  for (let index = 0; index < INSERTS; index += 32) {
    await Promise.all(Array.from({ length: 32 }, (_, offset) => insert(index + offset)));
  }
  return ((performance.now() - start) * 1000) / INSERTS;
}

async function measureInserts(file: string): Promise<void> {
  const open = () => openSqliteStore(`sqlite://${file}`, { maxReadConnections: 1, migrations });
  const cost = async () => {
    const store = await open();
    const [short, long] = [await insertCost(store, 8), await insertCost(store, 80)];
    await store.close();
    return { short, long };
  };
  const kept = await cost();
  const database = new SqliteDatabase(file);
  database.exec('drop trigger orders_memo_inserted; drop trigger orders_memo_updated');
  database.close();
  const bare = await cost();
  console.log('\n| a new order, 32 in a commit | with the index of memos | without |\n| --- | ---: | ---: |');
  console.log(`| memo of 8 words | ${kept.short.toFixed(0)} µs | ${bare.short.toFixed(0)} µs |`);
  console.log(`| memo of 80 words | ${kept.long.toFixed(0)} µs | ${bare.long.toFixed(0)} µs |`);
}

async function measureShop(file: string, count: number): Promise<Measured[]> {
  await (await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 1, migrations })).close();
  const start = performance.now();
  load(file, count);
  const seconds = (performance.now() - start) / 1000;
  console.log(`${count} orders: loaded in ${seconds.toFixed(1)} s, ${(statSync(file).size / 1e6).toFixed(0)} MB`);
  const store = await openSqliteStore(`sqlite://${file}`, { maxReadConnections: 1, migrations });
  const measured: Measured[] = [];
  for (const filter of Object.values(questions(count))) measured.push(await measure(store, filter));
  await reportStall(store);
  await store.close();
  return measured;
}

/** How long others wait at most while a search goes through the whole shop and finds nothing. */
async function reportStall(store: SqliteStore): Promise<void> {
  const delays = monitorEventLoopDelay({ resolution: 1 });
  delays.enable();
  await store.read((tx) => tx.use(orderSearchRepository).search({ memo: 'qq' }, undefined, PAGE));
  delays.disable();
  console.log(`A search that finds nothing holds up others for at most ${(delays.max / 1e6).toFixed(0)} ms at a time`);
}

function print(small: Measured[], large: Measured[]): void {
  console.log(`\n| a page of ${PAGE} by | rows | ${SMALL} orders | rows | ${LARGE} orders | times |`);
  console.log('| --- | ---: | ---: | ---: | ---: | ---: |');
  for (const [index, name] of Object.keys(questions(SMALL)).entries()) {
    const [one, other] = [small[index], large[index]];
    if (one === undefined || other === undefined) continue;
    const times = (other.medianMs / one.medianMs).toFixed(1);
    console.log(
      `| ${name} | ${one.rows} | ${one.medianMs.toFixed(2)} ms | ${other.rows} | ${other.medianMs.toFixed(2)} ms | ${times} |`,
    );
  }
}

const folder = mkdtempSync(join(tmpdir(), 'tari-payment-server-bench-search-'));
try {
  const small = await measureShop(join(folder, 'small.db'), SMALL);
  const large = await measureShop(join(folder, 'large.db'), LARGE);
  print(small, large);
  await measureInserts(join(folder, 'large.db'));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
