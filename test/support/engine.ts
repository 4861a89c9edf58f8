import { rmSync } from 'node:fs';
import { expect } from 'vitest';
import type { EngineContext, EngineSettings } from '#engine/context.ts';
import { Ledger } from '#engine/money/ledger.ts';
import { senderText } from '#engine/money/owners.ts';
import type { PaymentReport } from '#engine/payments/payment-report.ts';
import type { ConfirmationReceipt, PaymentReceipt } from '#engine/payments/payments.ts';
import { type Order, orderRepository } from '#engine/store/orders.ts';
import type { OpenedStore } from '#platform/database/open.ts';
import { stringifyJson } from '#platform/json.ts';
import type { Ports } from '#platform/module.ts';
import { EventBus } from '#platform/outbox/event-bus.ts';
import type { ShopOrder } from '#shops/shop-connector.ts';
import type { WebhookAnswer } from '#shops/store/webhooks.ts';
import { addressToBase58, type TariAddress } from '#tari/address.ts';
import { type MicroTari, microTari } from '#tari/micro-tari.ts';
import { readSender, type Sender } from '#tari/sender.ts';
import { confirmationPayload, paymentPayload } from '#tari/wallet-signature.ts';
import { ALL_EVENT_TYPES } from '#test/vitest/event-types.ts';
import { type ManualClock, manualClock } from './clock.ts';
import { newDatabase, newFolder, type TestDatabase } from './database/database.ts';
import { borrowStore, type LentStore, openStoreOf } from './database/store-pool.ts';
import { type RecordingLog, recordingLog } from './recording-log.ts';
import { aDelivery, aShopOrder } from './shop-orders.ts';
import { claimBy, type MessageOptions, WALLET_PLACE, walletMessageOf } from './signing.ts';
import { HOT_WALLET, type Person } from './test-wallets.ts';
import { openUseCases, type UseCases } from './use-cases.ts';

/** What tests of the rules are written with. */

export { type ManualClock as TestClock, manualClock as testClock } from './clock.ts';
export { type RecordedLine, type RecordingLog, recordingLog } from './recording-log.ts';
export { aDelivery, aShopOrder } from './shop-orders.ts';
export {
  claimBy,
  claimText,
  forgedClaimText,
  loginBy,
  loginTokenBy,
  type MessageOptions,
  WALLET_PLACE,
  walletMessageOf,
} from './signing.ts';

export const SECOND = 1_000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

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
  clock?: ManualClock;
  bus?: EventBus;
  nothingExpiresBefore?: Date;
  /** A database that exists; an empty one where it is left out. */
  database?: TestDatabase;
  /** The shop whose prices follow the rates; none where it is left out. */
  connector?: Ports['shop'];
  /** False leaves the shop without a hot wallet. */
  hotWallet?: boolean;
}

/** An engine with a clock that tests own, and short words for what happens to it. */
export class TestEngine {
  readonly engine: UseCases;
  readonly store: OpenedStore;
  readonly clock: ManualClock;
  readonly bus: EventBus;
  readonly log: RecordingLog;
  /** The database past the store. */
  readonly database: TestDatabase;
  /** Where its store is used again. */
  readonly borrowed: LentStore | undefined;
  readonly #context: EngineContext;
  #transactions = 0;

  constructor(context: EngineContext, parts: { store: OpenedStore; clock: ManualClock; bus: EventBus } & TestParts) {
    this.#context = context;
    this.engine = parts.engine;
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
    const order = await this.store.read((tx) => tx.use(orderRepository).find(orderId));
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
  engine: UseCases;
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
  const clock = options.clock ?? manualClock();
  const bus = options.bus ?? new EventBus(log, ALL_EVENT_TYPES);
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
  let manualPayments = 0;
  const engine = await openUseCases(
    { ...context, subscriptions: bus },
    {
      nothingExpiresBefore: options.nothingExpiresBefore ?? new Date(0),
      ports: {
        ...(options.connector && { shop: options.connector }),
        readContent: () => ({ kind: 'ignored', reason: 'No test of the engine keeps bodies that can be read again.' }),
        makeTxid: () => {
          manualPayments += 1;
          return `manual-${manualPayments}`;
        },
      },
    },
  );
  const test = new TestEngine(context, { store, clock, bus, log, database, borrowed, engine });
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
