import { setTimeout as sleep } from 'node:timers/promises';
import { base32crockford, hex } from '@scure/base';
import { createTask } from 'node-cron';
import type { EngineContext } from './engine/context.ts';
import { createUseCases, type UseCases } from './engine/engine.ts';
import { engineSettings } from './engine-settings.ts';
import type { Clock } from './platform/clock.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { type OpenedStore, openStore } from './platform/database/open.ts';
import type { Store } from './platform/database/store.ts';
import { watchWrites } from './platform/database/watched-store.ts';
import { DutyKeeper } from './platform/jobs/lease-holder.ts';
import type { Logger } from './platform/logging/logger.ts';
import { Dispatcher } from './platform/outbox/dispatcher.ts';
import { EventBus } from './platform/outbox/event-bus.ts';
import { loadPlugins } from './platform/outbox/plugins.ts';
import type { ScanSettings } from './rails/tari-chain/scan/open-scan.ts';
import type { ScanThread } from './rails/tari-chain/scan/start-scan.ts';
import { subscribeStorefront } from './shops/notify-shop.ts';
import { PriceUpdateWorker } from './shops/prices/worker.ts';
import type { ShopPrices } from './shops/shop-connector.ts';
import { type ShopifyStorefront, shopifyFromSettings } from './shops/shopify/connect.ts';
import { readContent } from './shops/shopify/webhooks/content.ts';
import { networkOfBase58 } from './tari/address.ts';
import type { RandomBytes } from './tari/schnorr.ts';

/** Old webhooks are forgotten once a day, at an hour when shops are quiet. */
const HOUSEKEEPING_SCHEDULE = '17 4 * * *';

/** Of the name of each take of a delivery: nobody ever gives the same again. */
const HOLD_BYTES = 12;

/** Of an order's code for its pay page, which is 16 characters then: nobody guesses it within the limit for strangers. */
const PAGE_CODE_BYTES = 10;

/** The end waits so long for calls to the shop and to plugins. One that is cut off is made again after the next start. */
const TELL_WITHIN_MS = 4_000;

/** Everything that the core needs and that is not a pure consequence of its input. */
export interface CorePorts {
  settings: Settings;
  clock: Clock;
  randomBytes: RandomBytes;
  /** Evenly from 0 up to 1. */
  random: () => number;
  fetch: typeof globalThis.fetch;
  log: Logger;
  /** Whether to notice that the database is replaced beneath the server. */
  noticeReplacement?: boolean;
  /** Plugins' paths are relative to this folder. */
  folder: string;
  /** Starts what asks the nodes of the chain, where it is watched. */
  startScan: (settings: ScanSettings) => ScanThread;
}

/** Whatever has to do with the database, and with telling the shop and plugins what it holds: all but HTTP. */
export interface Core {
  useCases: UseCases;
  /** Starts what works by itself: the outbox, expiry, housekeeping. */
  start(): Promise<void>;
  /** Finishes what was taken, then lets go of everything. */
  close(): Promise<void>;
}

/** The core in the thread of its caller. */
export interface OpenedCore extends Core {
  store: Store;
}

/** Wires the core, from the database up to the use cases. @throws {StoreUnavailableError | StoreBrokenError} */
export async function openCore(ports: CorePorts): Promise<OpenedCore> {
  const { settings, clock, randomBytes, random, log } = ports;
  const opened = await openStore(settings.databaseUrl, {
    maxConnections: settings.maxConnections,
    random,
    connectTimeoutMs: settings.databaseConnectTimeoutMs,
    statementTimeoutMs: settings.databaseStatementTimeoutMs,
    idleTransactionTimeoutMs: settings.databaseIdleTimeoutMs,
    noticeReplacement: ports.noticeReplacement,
  });
  const { store, lastFailedWriteAt } = watchWrites(opened, clock);
  if (store.appliedMigrations.length > 0) {
    log.info(
      { migrations: store.appliedMigrations },
      `The database is brought up to date by ${store.appliedMigrations.length} migrations`,
    );
    await reportOrdersByName(store, log);
  }

  const bus = new EventBus(log);
  const storefront = createStorefront(ports);
  if (storefront) subscribeStorefront(bus, storefront, log, (orderId) => keptAuthorizations(store, orderId));
  const ownSubscribers = bus.allDurableSubscribers();
  await loadPlugins(settings.plugins, ports.folder, bus);
  const plugins = bus.allDurableSubscribers().filter((name) => !ownSubscribers.includes(name));
  const makeHold = () => hex.encode(randomBytes(HOLD_BYTES));
  const dispatcher = new Dispatcher({ store, bus, clock, random, makeHold, log });
  store.onCommitted((events) => {
    bus.emit(events);
    dispatcher.wake();
  });

  const startedAt = clock.now();
  const context: EngineContext = { store, clock, log, subscriptions: bus, settings: engineSettings(settings) };
  const chainRail = await openRail(ports, context);
  const useCases = createUseCases(context, {
    steadiness: {
      notBefore: new Date(startedAt.getTime() + settings.expiryGraceMs),
      graceMs: settings.expiryGraceMs,
      lastFailedWriteAt,
    },
    wakeOutbox: () => dispatcher.wake(),
    wakePriceUpdates: () => chores.wakePriceUpdates(),
    storefront,
    chainWatch: chainRail,
    watchesMempool: (settings.chain?.nodeGrpc ?? null) !== null,
    readContent: (topic, body) => readContent(topic, body, settings.shopify),
    makeTxid: () => `manual-${hex.encode(randomBytes(16))}`,
    makePageCode: () => base32crockford.encode(randomBytes(PAGE_CODE_BYTES)),
  });
  const chores = createChores({ ...ports, store, useCases, prices: storefront?.prices });
  const keeper = new DutyKeeper({ store, name: 'chores', begin: chores.begin, end: chores.end, random, log });

  return {
    useCases,
    store,
    async start() {
      const now = clock.now();
      await store.run((tx) => tx.deliveries.release(now, !store.isShared));
      for (const name of plugins) {
        const missed = await store.run((tx) => tx.deliveries.addMissed(name, bus.typesOf(name)));
        if (missed > 0)
          log.info({ subscriber: name, missed }, `The plugin ${name} is told of ${missed} events that it missed`);
      }
      if (!(await useCases.access.isAnybody('super_admin'))) {
        log.warn(
          {},
          'Nobody is super admin yet. Make somebody one with: taritools setup add-user -a ADDRESS -r super_admin',
        );
      }
      if (store.appliedMigrations.length > 0) await reportOwners(useCases, log);
      await warnOfOtherNetworks(useCases, settings, log);
      dispatcher.start();
      keeper.start();
      chainRail?.start();
      if (storefront) void reportConnection(storefront, log);
    },
    async close() {
      const told = Promise.all([dispatcher.stop(), keeper.stop(), chainRail?.stop()]);
      await Promise.race([told, sleep(TELL_WITHIN_MS, undefined, { ref: false })]);
      await store.close();
    },
  };
}

const IDS_AND_NAMES = '0024-ids-and-names';

/** What the migration has written into the audit log of orders that have their names in place of ids, where there are any. */
async function reportOrdersByName(store: OpenedStore, log: Logger): Promise<void> {
  if (!store.appliedMigrations.includes(IDS_AND_NAMES)) return;
  const [report] = await store.read((tx) => tx.auditLog.search({ subject: IDS_AND_NAMES }, 0n, 1));
  if (report === undefined) return;
  log.warn({ orders: report.after }, `Some orders are known by their names. ${report.reason}`);
}

/** The watcher of the chain, where it is configured: otherwise nothing of it is even read. */
async function openRail({ settings, startScan, random }: CorePorts, context: EngineContext) {
  if (settings.chain === null) return undefined;
  const { openChainRail } = await import('./rails/tari-chain/open-chain.ts');
  return openChainRail({ settings: settings.chain, context, startScan, random });
}

/** Wallets that were registered before the address was set, or while another was. */
async function warnOfOtherNetworks({ wallets }: UseCases, settings: Settings, log: Logger): Promise<void> {
  const shop = settings.paymentWalletAddress?.network;
  if (shop === undefined) return;
  for (const { address } of await wallets.all()) {
    const network = networkOfBase58(address);
    if (network === shop) continue;
    log.warn(
      { wallet: address },
      `Hot wallet ${address} is on ${network}, but TPG_PAYMENT_WALLET_ADDRESS is on ${shop}: customers do not pay to it.`,
    );
  }
}

/** The shop to tell, if one is configured. */
function createStorefront({
  settings: { shopify },
  fetch,
  clock,
  random,
  log,
}: CorePorts): ShopifyStorefront | undefined {
  if (shopify.shop === null) return undefined;
  return shopifyFromSettings(
    {
      shop: shopify.shop,
      apiVersion: shopify.apiVersion,
      adminUrl: shopify.adminUrl ?? undefined,
      accessToken: shopify.adminAccessToken ?? undefined,
      clientId: shopify.apiKey ?? undefined,
      clientSecret: shopify.apiSecret ?? undefined,
      fields: shopify,
    },
    {
      fetch,
      clock,
      sleep: (milliseconds, signal) => sleep(milliseconds, undefined, signal ? { signal } : {}),
      random,
      log,
    },
  );
}

async function keptAuthorizations(store: Store, orderId: string): Promise<string[]> {
  const kept = await store.read((tx) => tx.authorizations.ofOrder(orderId));
  return kept.map(({ transactionId }) => transactionId);
}

/** What one instance does for all: what has its times, and the shop's prices. It can be begun again after its end. */
function createChores(ports: CorePorts & { store: Store; useCases: UseCases; prices: ShopPrices | undefined }) {
  const { settings, store, useCases, prices, clock, random, log } = ports;
  const jobs = () => [
    job('expiry', settings.expirySchedule, () => useCases.expiry.run(), log),
    job('housekeeping', HOUSEKEEPING_SCHEDULE, () => forgetOld(useCases), log),
  ];
  let scheduled: ReturnType<typeof jobs> = [];
  let priceWorker: PriceUpdateWorker | undefined;
  return {
    async begin() {
      useCases.expiry.begin();
      priceWorker = prices && new PriceUpdateWorker({ store, prices, clock, random, log });
      priceWorker?.start();
      scheduled = jobs();
      for (const each of scheduled) await each.task.start();
    },
    async end() {
      for (const each of scheduled) await each.end();
      await priceWorker?.stop();
      priceWorker = undefined;
    },
    /** Where another instance has the chores, it looks by itself before long. */
    wakePriceUpdates: () => priceWorker?.wake(),
  };
}

/** A job that runs on a schedule once started, never twice at once; after a failure it runs again at its next time. */
function job(name: string, cron: string, run: () => Promise<unknown>, log: Logger) {
  let running: Promise<void> = Promise.resolve();
  const runOnce = async () => {
    try {
      await run();
    } catch (error) {
      log.error({ err: error, job: name }, `The ${name} job has failed; it runs again at its next time`);
    }
  };
  const start = () => {
    running = runOnce();
    return running;
  };
  const task = createTask(cron, start, { name, noOverlap: true });
  return {
    task,
    /** Answers when it runs no more. */
    async end() {
      await task.destroy();
      await running;
    },
  };
}

/** What is only kept to recognise repeats is not kept for ever, nor what became of single products. */
async function forgetOld({ webhooks, changes, priceUpdates }: UseCases): Promise<void> {
  await webhooks.forgetOld();
  await changes.forgetOld();
  await priceUpdates.forgetOld();
}

/** To whom a migration has given the credit that was there before money had owners. */
async function reportOwners({ ownersGiven }: UseCases, log: Logger): Promise<void> {
  const sentence = await ownersGiven();
  if (sentence !== undefined) log.info({}, sentence);
}

async function reportConnection(storefront: ShopifyStorefront, log: Logger): Promise<void> {
  try {
    const report = await storefront.checkConnection();
    log.info({ shop: report.shop, scopes: report.scopes }, `Connected to the shop ${report.shop}`);
    for (const warning of report.warnings) log.warn({ shop: report.shop }, warning);
  } catch (error) {
    log.warn({ err: error }, 'The shop cannot be asked at the moment; calls to it are repeated until they succeed');
  }
}
