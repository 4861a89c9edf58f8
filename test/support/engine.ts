import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { EngineContext, EngineSettings } from '#engine/context.ts';
import { createEngine, type Engine, type EngineOptions } from '#engine/engine.ts';
import { Ledger } from '#engine/money/ledger.ts';
import { senderText } from '#engine/money/owners.ts';
import type { ConfirmationReceipt, PaymentReceipt, PaymentReport } from '#engine/payments.ts';
import type { Order } from '#engine/store/orders.ts';
import type { Clock } from '#platform/clock.ts';
import { type OpenedStore, openStore } from '#platform/database/open.ts';
import { stringifyJson } from '#platform/json.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import type { WalletMessage } from '#rails/tari-wallet/wallets.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import type { WebhookAnswer, WebhookDelivery } from '#shops/store/webhooks.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { type Claim, signClaim } from '#tari/claim.ts';
import { type MicroTari, microTari } from '#tari/micro-tari.ts';
import { type LoginClaims, signToken, verifyLoginToken } from '#tari/ristretto-jwt.ts';
import { readSender, type Sender } from '#tari/sender.ts';
import { confirmationPayload, paymentPayload, signWalletMessage } from '#tari/wallet-signature.ts';
import { isOnPostgres, newDatabase, newFolder, type TestDatabase } from './database/database.ts';
import { HOT_WALLET, NOW, type Person } from './test-wallets.ts';
import { afterFile } from './vitest/after-file.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** Where the hot wallet of the tests stands. */
export const WALLET_PLACE = '10.1.2.3';

/** Who changes things by hand in tests. */
export const ADMIN = 'test-admin';

/** Makes what makes names for the takes of deliveries. Those of two makers may be equal. */
export function takeNames(): () => string {
  let takes = 0;
  return () => {
    takes += 1;
    return `take ${takes}`;
  };
}

/** Whole Tari as an amount. */
export function tari(amount: number): MicroTari {
  return microTari(BigInt(amount) * 1_000_000n);
}

/** Enough for a signature that nobody guards anything with; the key and the message make each nonce its own. */
const randomOfTests = (length: number) => new Uint8Array(length).fill(7);

// ---- Time and the log ---------------------------------------------------------------------------------------------

/** A clock that stands still until its test moves it. */
export interface TestClock extends Clock {
  advance(ms: number): void;
}

export function testClock(start: Date = NOW): TestClock {
  let time = start.getTime();
  return {
    now: () => new Date(time),
    advance: (ms) => {
      time += ms;
    },
  };
}

export interface RecordedLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: Record<string, unknown>;
  sentence: string;
}

export interface RecordingLog extends Logger {
  readonly lines: RecordedLine[];
}

export function recordingLog(): RecordingLog {
  const lines: RecordedLine[] = [];
  const at = (level: RecordedLine['level']) => (fields: object, sentence: string) =>
    void lines.push({ level, fields: fields as Record<string, unknown>, sentence });
  return { lines, debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

// ---- What people and machines sign --------------------------------------------------------------------------------

/** "This address pays for this order", signed by the person; with another's address it is a lie. */
export function claimBy(person: Person, orderId: string, address: TariAddress = person.tariAddress): Claim {
  return signClaim(person.secretKey, address, orderId, randomOfTests);
}

/** The claim as a memo or an order's note carries it. */
export function claimText(person: Person, orderId: string, address?: TariAddress): string {
  return JSON.stringify(claimBy(person, orderId, address));
}

/** A text that looks like the person's claim, but is signed by somebody else. */
export function forgedClaimText(victim: Person, forger: Person, orderId: string): string {
  return claimText(forger, orderId, victim.tariAddress);
}

export interface MessageOptions {
  wallet?: Person;
  /** The form of the wallet's address; its single address where left out. */
  address?: TariAddress;
  nonce?: bigint;
  remoteAddress?: string;
  signature?: string;
}

/** A payload as a hot wallet signs and sends it. */
export function walletMessageOf(payload: string, options: MessageOptions & { nonce: bigint }): WalletMessage {
  const { wallet = HOT_WALLET, address = wallet.tariAddress, nonce, remoteAddress = WALLET_PLACE } = options;
  const signature = options.signature ?? signWalletMessage(wallet.secretKey, address, nonce, payload, randomOfTests);
  return { address, nonce, signature, payload, remoteAddress };
}

/** The text of a login token, signed by the person. */
export function loginTokenBy(person: Person, nonce: bigint, roles: readonly string[]): string {
  const claims = { address: addressToBase58(person.tariAddress), nonce, desired_roles: roles };
  return signToken(claims, person.secretKey, randomOfTests);
}

/** A login as it reaches the engine: from a token that was signed and verified. */
export function loginBy(person: Person, nonce: bigint, roles: readonly string[]): LoginClaims {
  return verifyLoginToken(loginTokenBy(person, nonce, roles));
}

// ---- What the shop says -------------------------------------------------------------------------------------------

/** An order of 100 XTM, as the shop reports it. Its note is looked through for claims, as the shop's adapter does. */
export function aShopOrder(order: Partial<ShopOrder> = {}): ShopOrder {
  const memo = order.memo ?? null;
  return {
    orderId: '1001',
    altId: null,
    customerId: 'c1',
    isPaidInShop: false,
    isCancelledInShop: false,
    memo,
    claimTexts: memo === null ? [] : [memo],
    price: '100.00',
    currency: 'XTM',
    outstanding: null,
    createdAt: NOW,
    updatedAt: NOW,
    ...order,
  };
}

export function aDelivery(delivery: Partial<WebhookDelivery> = {}): WebhookDelivery {
  return { webhookId: null, topic: 'orders/create', eventId: null, triggeredAt: null, ...delivery };
}

export interface PaymentOptions {
  /** A text is what a wallet says that knows no sender. */
  from: Person | TariAddress | string;
  amount?: MicroTari;
  txid?: string;
  memo?: string | null;
  orderId?: string | null;
}

function senderOf(from: PaymentOptions['from']): Sender {
  if (typeof from === 'string') return readSender(from);
  return readSender(addressToBase58('tariAddress' in from ? from.tariAddress : from));
}

/** All rows of all tables, as the database holds them. */
export type Dump = Record<string, Record<string, unknown>[]>;

// ---- The engine ---------------------------------------------------------------------------------------------------

export interface TestEngineOptions {
  settings?: Partial<EngineSettings>;
  clock?: TestClock;
  bus?: EventBus;
  nothingExpiresBefore?: Date;
  /** A database that exists; an empty one where it is left out. */
  database?: TestDatabase;
  /** The shop whose prices follow the rates; none where it is left out. */
  storefront?: EngineOptions['storefront'];
  /** False leaves the shop without a hot wallet. */
  hotWallet?: boolean;
}

/** An engine with a clock that tests own, and short words for what happens to it. */
export class TestEngine {
  readonly engine: Engine;
  readonly store: OpenedStore;
  readonly clock: TestClock;
  readonly bus: EventBus;
  readonly log: RecordingLog;
  /** The database past the store. */
  readonly database: TestDatabase;
  /** Where its store is used again. */
  readonly borrowed: LentStore | undefined;
  readonly #context: EngineContext;
  #transactions = 0;

  constructor(context: EngineContext, parts: { store: OpenedStore; clock: TestClock; bus: EventBus } & TestParts) {
    this.#context = context;
    let manualPayments = 0;
    this.engine = createEngine(context, {
      steadiness: { notBefore: parts.nothingExpiresBefore, graceMs: 0, lastFailedWriteAt: () => undefined },
      wakeOutbox: () => undefined,
      wakePriceUpdates: () => undefined,
      storefront: parts.storefront,
      readContent: () => ({ kind: 'ignored', reason: 'No test of the engine keeps bodies that can be read again.' }),
      makePageCode: () => 'PAGECODE12345678',
      makeTxid: () => {
        manualPayments += 1;
        return `manual-${manualPayments}`;
      },
    });
    this.store = parts.store;
    this.clock = parts.clock;
    this.bus = parts.bus;
    this.log = parts.log;
    this.database = parts.database;
    this.borrowed = parts.borrowed;
  }

  // -- Inputs

  /** The shop reports an order, in a delivery of its own. Answers the order as it is then. */
  async order(order: Partial<ShopOrder> = {}): Promise<Order> {
    const shopOrder = aShopOrder(order);
    const answer = await this.deliver(shopOrder);
    if (!answer.success) throw new Error(answer.message);
    return this.orderOf(shopOrder.orderId);
  }

  deliver(order: ShopOrder, webhookId: string | null = null): Promise<WebhookAnswer> {
    return this.engine.webhooks.receive(aDelivery({ webhookId }), { kind: 'new_order', order }, stringifyJson(order));
  }

  /** A nonce that the hot wallet has not used. */
  nextNonce(): bigint {
    lastNonce += 1n;
    return lastNonce;
  }

  /** The hot wallet reports a payment, signed. */
  pay(options: PaymentOptions, message: MessageOptions = {}): Promise<PaymentReceipt> {
    const report = this.reportOf(options);
    const payload = paymentPayload({ ...report, sender: senderText(report.sender) });
    const nonce = message.nonce ?? this.nextNonce();
    return this.engine.payments.receive(report, walletMessageOf(payload, { ...message, nonce }));
  }

  /** The hot wallet reports that a payment is confirmed, signed. */
  confirm(txid: string, message: MessageOptions = {}): Promise<ConfirmationReceipt> {
    const nonce = message.nonce ?? this.nextNonce();
    return this.engine.payments.confirm(txid, walletMessageOf(confirmationPayload(txid), { ...message, nonce }));
  }

  /** A payment and its confirmation. */
  async payConfirmed(options: PaymentOptions): Promise<ConfirmationReceipt> {
    const { payment } = await this.pay(options);
    return this.confirm(payment.txid);
  }

  reportOf({ from, amount, txid, memo = null, orderId = null }: PaymentOptions): PaymentReport {
    this.#transactions += 1;
    return {
      sender: senderOf(from),
      amount: amount ?? tari(100),
      txid: txid ?? `tx${this.#transactions}`,
      memo,
      orderId,
    };
  }

  claim(person: Person, orderId: string) {
    return this.engine.orders.claim(claimBy(person, orderId));
  }

  /** Does something with the ledger that no use case offers by itself. */
  withLedger<T>(work: (ledger: Ledger) => Promise<T>): Promise<T> {
    return this.store.run((tx) => work(new Ledger(tx, this.clock.now(), this.#context)));
  }

  async cancel(orderId: string): Promise<Order> {
    const order = await this.orderOf(orderId);
    return this.withLedger((ledger) => ledger.annulOrder(order, 'cancel'));
  }

  // -- What came of it

  async orderOf(orderId: string): Promise<Order> {
    const order = await this.store.read((tx) => tx.orders.find(orderId));
    if (order === undefined) throw new Error(`There is no order ${orderId}`);
    return order;
  }

  async statusOf(orderId: string): Promise<string> {
    return (await this.orderOf(orderId)).status;
  }

  /** Confirmed, paid and what is left, in µT. */
  async balanceOf(person: Person) {
    const account = await this.engine.accounts.balance(person.tariAddress);
    const { totalConfirmed = 0n, totalPaid = 0n } = account ?? {};
    return { confirmed: totalConfirmed, paid: totalPaid, credit: totalConfirmed - totalPaid };
  }

  async creditOf(person: Person): Promise<bigint> {
    return (await this.balanceOf(person)).credit;
  }

  events() {
    return this.engine.eventsAfter(0n, 100_000);
  }

  /** The events as `type subject`, oldest first. */
  async eventNames(): Promise<string[]> {
    return (await this.events()).map((event) => `${event.type} ${event.subject}`);
  }

  /** Every row of every table but those named. */
  dump(...exceptTables: string[]): Dump {
    return this.database.dump(...exceptTables);
  }

  /** What a query finds in what is committed. */
  rows(query: string): Record<string, unknown>[] {
    return this.database.rows(query);
  }

  close(): Promise<void> {
    return this.store.close();
  }

  get settings(): EngineSettings {
    return this.#context.settings;
  }
}

interface TestParts {
  log: RecordingLog;
  database: TestDatabase;
  borrowed: LentStore | undefined;
  nothingExpiresBefore: Date;
  storefront: EngineOptions['storefront'];
}

/** One count for all engines, so that one that is opened again does not begin anew. */
let lastNonce = 0n;

const opened: TestEngine[] = [];
const databases: TestDatabase[] = [];
const folders: string[] = [];

/** A folder that `closeEngines` removes. */
export function temporaryFolder(): string {
  const folder = newFolder();
  folders.push(folder);
  return folder;
}

// ---- Stores that are used again -----------------------------------------------------------------------------------

/** To open a store and to close it takes longer than most tests do, so those of a file have one after each other. */
class LentStore {
  readonly database: TestDatabase;
  readonly #store: OpenedStore;
  /** Until somebody does with it what lasts. */
  #isAsNew = true;

  constructor(database: TestDatabase, store: OpenedStore) {
    this.database = database;
    this.#store = store;
  }

  /** What its borrower gets. */
  lend(): OpenedStore {
    const spoil = () => {
      this.#isAsNew = false;
    };
    const { close, onCommitted, takeDuty } = this.#store;
    return {
      ...this.#store,
      close() {
        spoil();
        return close();
      },
      onCommitted(listener) {
        spoil();
        onCommitted(listener);
      },
      takeDuty(name) {
        spoil();
        return takeDuty(name);
      },
    };
  }

  /** Empties it for the next one. */
  async takeBack(): Promise<void> {
    if (this.#isAsNew && (await this.database.empty())) idle.push(this);
    else await this.end();
  }

  async end(): Promise<void> {
    await this.#store.close();
    await this.database.release();
  }
}

const idle: LentStore[] = [];

async function borrowStore(): Promise<LentStore> {
  const waiting = idle.pop();
  if (waiting !== undefined) return waiting;
  afterFile(endIdle);
  const database = await newDatabase();
  return new LentStore(database, await openStoreOf(database));
}

function openStoreOf({ url }: TestDatabase): Promise<OpenedStore> {
  return openStore(url, { maxConnections: isOnPostgres() ? 5 : 2 });
}

async function endIdle(): Promise<void> {
  for (const store of idle.splice(0)) await store.end();
}

// ---- The beginning and the end of a test --------------------------------------------------------------------------

/** A database that `closeEngines` gives up. */
export async function temporaryDatabase(): Promise<TestDatabase> {
  const database = await newDatabase();
  databases.push(database);
  return database;
}

/** Opens a test engine. It closes with `closeEngines`, which belongs into `afterEach`. */
export async function testEngine(options: TestEngineOptions = {}): Promise<TestEngine> {
  const borrowed = options.database === undefined ? await borrowStore() : undefined;
  const database = options.database ?? (borrowed as LentStore).database;
  const store = borrowed?.lend() ?? (await openStoreOf(database));
  const log = recordingLog();
  const clock = options.clock ?? testClock();
  const bus = options.bus ?? new EventBus(log);
  const settings: EngineSettings = {
    strictMode: true,
    disableMemoSignatureCheck: false,
    orderIdField: 'id',
    disableWalletWhitelist: false,
    paymentWalletAddress: undefined,
    unclaimedOrderTimeoutMs: 2 * HOUR,
    unpaidOrderTimeoutMs: 48 * HOUR,
    confirmationWaitMs: 6 * HOUR,
    ...options.settings,
  };
  const context: EngineContext = { store, clock, settings, subscriptions: bus, log };
  const nothingExpiresBefore = options.nothingExpiresBefore ?? new Date(0);
  const test = new TestEngine(context, {
    store,
    clock,
    bus,
    log,
    database,
    borrowed,
    nothingExpiresBefore,
    storefront: options.storefront,
  });
  opened.push(test);
  if (options.hotWallet !== false && options.database === undefined) await registerHotWallet(test);
  return test;
}

/** Makes the wallet of the tests one whose reports count. */
export function registerHotWallet(test: TestEngine, wallet: Person = HOT_WALLET): Promise<void> {
  const { tariAddress: address } = wallet;
  return test.engine.wallets.register({ address, ipAddress: WALLET_PLACE, initialNonce: undefined }, ADMIN);
}

/** Closes what the test opened. Whatever it did, the books must be in order. */
export async function closeEngines(): Promise<void> {
  try {
    for (const test of opened) expect((await test.engine.audit()).differences).toEqual([]);
  } finally {
    const tests = opened.splice(0);
    for (const test of tests) if (test.borrowed === undefined) await test.close();
    for (const test of tests) await test.borrowed?.takeBack();
    for (const database of databases.splice(0)) await database.release();
    for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
  }
}

/** Closes one engine early: the end of its process. */
export async function closeEngine(test: TestEngine): Promise<void> {
  opened.splice(opened.indexOf(test), 1);
  expect((await test.engine.audit()).differences).toEqual([]);
  await test.close();
  if (test.borrowed !== undefined) databases.push(test.database);
}

/** Closes an engine whose test has looked at its books itself. */
export async function discardEngine(test: TestEngine): Promise<void> {
  opened.splice(opened.indexOf(test), 1);
  if (test.borrowed === undefined) await test.close();
  else await test.borrowed.takeBack();
}
