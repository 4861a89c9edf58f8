import { createHash } from 'node:crypto';
import { closeSync, fsyncSync, openSync } from 'node:fs';
import { base58 } from '@scure/base';
import SqliteDatabase from 'better-sqlite3';
import { openSqliteStore } from '#platform/database/sqlite/store.ts';
import { MEMORY_DAYS } from '#shops/webhook-inbox.ts';

const ORDERS_A_CUSTOMER = 10;

const PRICE = 12_500_000n;
const DAY_MS = 86_400_000;
const SPAN_MS = 3 * 365 * DAY_MS;
const END_MS = Date.now();

/** How often the progress is told. */
const STEP = 100_000;

export interface LoadOptions {
  /** Orders, and as many payments and settlements. */
  count: number;
  onProgress: (done: number) => void;
}

/**
 * Fills the database of a `sqlite://` URL with the past of a shop, whose books agree: orders that were claimed by their
 * customers and paid by one payment each, with their events, deliveries, and the webhooks of the last month. It writes past the engine,
 * which would take a hundred times as long. All of it is on the disk when it answers.
 */
export async function loadShop(databaseUrl: string, { count, onProgress }: LoadOptions): Promise<void> {
  await (await openSqliteStore(databaseUrl, { maxReadConnections: 1 })).close();
  const file = databaseUrl.replace('sqlite://', '');
  const database = new SqliteDatabase(file);
  database.pragma('journal_mode = off');
  database.pragma('synchronous = off');
  database.pragma('cache_size = -1048576');
  database.exec('begin');
  const accounts = Array.from({ length: Math.ceil(count / ORDERS_A_CUSTOMER) }, (_, index) => accountOf(index));
  enterCustomers(database, accounts, count);
  enterOrders(database, accounts, count, onProgress);
  database.exec('commit');
  database.close();
  const written = openSync(file, 'r+');
  fsyncSync(written);
  closeSync(written);
}

type Database = SqliteDatabase.Database;

interface Account {
  account: string;
  /** Base58. */
  address: string;
}

function enterCustomers(database: Database, accounts: readonly Account[], count: number): void {
  const customer = database.prepare(
    `insert into customers (customer_id, total_current, total_paid, total_expired, total_cancelled, created_at, updated_at)
     values (?, 0, ?, 0, 0, ?, ?)`,
  );
  const account = database.prepare(
    `insert into accounts (account, ordinal, address, total_confirmed, total_paid, created_at, updated_at)
     values (?, ?, ?, ?, ?, ?, ?)`,
  );
  const link = database.prepare(
    'insert into customer_addresses (customer_id, account, account_ordinal, created_at) values (?, ?, ?, ?)',
  );
  const time = timeAt(0).toISOString();
  for (const [index, owner] of accounts.entries()) {
    const total = PRICE * BigInt(Math.ceil((count - index) / accounts.length));
    customer.run(`old-${index}`, total, time, time);
    account.run(owner.account, index + 1, owner.address, total, total, time, time);
    link.run(`old-${index}`, owner.account, index + 1, time);
  }
}

function enterOrders(
  database: Database,
  accounts: readonly Account[],
  count: number,
  onProgress: (done: number) => void,
): void {
  const order = database.prepare(
    `insert into orders (order_id, alt_id, customer_id, total_price, original_price, currency, exchange_rate, status, claimed_by,
       claimant_ordinal, created_at, updated_at, shop_updated_at)
     values (?, ?, ?, ?, '12.50', 'XTM', 1000000, 'Paid', ?, ?, ?, ?, ?)`,
  );
  const payment = database.prepare(
    `insert into payments (txid, account, account_ordinal, sender, amount, payment_type, status, order_id, claimant,
       created_at, updated_at) values (?, ?, ?, ?, ?, 'on_chain', 'confirmed', ?, ?, ?, ?)`,
  );
  const settlement = database.prepare(
    `insert into settlements (order_id, account, account_ordinal, settlement_type, amount, created_at)
     values (?, ?, ?, 'single', ?, ?)`,
  );
  const event = database.prepare('insert into events (type, subject, payload, created_at) values (?, ?, ?, ?)');
  const delivery = database.prepare(
    `insert into deliveries (event_id, subscriber, subject, state, attempts, next_attempt_at, updated_at)
     values (?, 'shopify', ?, 'done', 1, ?, ?)`,
  );
  const webhook = database.prepare(
    `insert into webhooks (webhook_id, topic, received_at, state, success, message)
     values (?, 'orders/create', ?, 'accepted', 1, 'Order processed successfully.')`,
  );
  for (let index = 0; index < count; index += 1) {
    const customer = index % accounts.length;
    const { account, address } = accounts[customer] as Account;
    const id = String(5_000_000_000_000 + index);
    const txid = String(1_000_000_000_000_000 + index);
    const time = timeAt(index / count).toISOString();
    const [ofOrder, ofPayment] = [orderPayload(id, time), paymentPayload(id, txid, address, time)];
    order.run(id, `#${index}`, `old-${customer}`, PRICE, account, customer + 1, time, time, time);
    payment.run(txid, account, customer + 1, address, PRICE, id, account, time, time);
    settlement.run(id, account, customer + 1, PRICE, time);
    event.run('NewOrder', id, ofOrder, time);
    event.run('PaymentReceived', txid, ofPayment, time);
    event.run('PaymentConfirmed', txid, ofPayment, time);
    const paid = event.run('OrderPaid', id, ofOrder, time).lastInsertRowid;
    delivery.run(paid, id, time, time);
    if (isRemembered(time)) webhook.run(createHash('md5').update(id).digest('hex'), time);
    if ((index + 1) % STEP === 0) onProgress(index + 1);
  }
}

function timeAt(part: number): Date {
  return new Date(END_MS - SPAN_MS + Math.floor(part * SPAN_MS));
}

/** The server forgets older deliveries once a day. */
function isRemembered(time: string): boolean {
  return Date.parse(time) >= END_MS - MEMORY_DAYS * DAY_MS;
}

/** Looks like an account, of a key that nobody has: making real ones would take longer than everything else. */
function accountOf(index: number): Account {
  const key = createHash('sha256').update(`old-${index}`).digest();
  return {
    account: `00${key.toString('hex')}`,
    address: `12${base58.encode(Uint8Array.of(...key, 0))}`,
  };
}

function orderPayload(orderId: string, time: string): string {
  const order = {
    id: 1,
    order_id: orderId,
    alt_id: '#1',
    customer_id: 'old-1',
    memo: null,
    total_price: Number(PRICE),
    original_price: '12.50',
    currency: 'XTM',
    created_at: time,
    updated_at: time,
    status: 'Paid',
    amount_outstanding: null,
  };
  return JSON.stringify({ order });
}

function paymentPayload(orderId: string, txid: string, sender: string, time: string): string {
  const payment = {
    txid,
    created_at: time,
    updated_at: time,
    sender,
    amount: Number(PRICE),
    memo: null,
    payment_type: 'on_chain',
    status: 'confirmed',
    order_id: orderId,
  };
  return JSON.stringify({ payment });
}
