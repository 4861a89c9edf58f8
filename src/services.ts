import { setTimeout as sleep } from 'node:timers/promises';
import { hex } from '@scure/base';
import { allMigrations } from './migrations.ts';
import { modules } from './modules.ts';
import { auditLogRepository } from './platform/audit-log/store/audit-log.ts';
import type { Clock } from './platform/clock.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { type OpenedStore, openStore } from './platform/database/open.ts';
import type { Store } from './platform/database/store.ts';
import { watchWrites } from './platform/database/watched-store.ts';
import { DutyKeeper } from './platform/jobs/lease-holder.ts';
import { scheduleJob } from './platform/jobs/scheduled-job.ts';
import type { Logger } from './platform/logging/logger.ts';
import type { Background, Module, Opened, Ports, ServiceContext, Services } from './platform/module.ts';
import { Dispatcher } from './platform/outbox/dispatcher.ts';
import { EventBus } from './platform/outbox/event-bus.ts';
import { eventTypesOf } from './platform/outbox/events.ts';
import { loadPlugins } from './platform/outbox/plugins.ts';
import { deliveryRepository } from './platform/outbox/store/deliveries.ts';
import { watchPorts } from './platform/ports-in-order.ts';
import type { RandomBytes } from './tari/schnorr.ts';

/** Of the name of each take of a delivery: nobody ever gives the same again. */
const HOLD_BYTES = 12;

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
  /** What contexts need that only the process can give. */
  ports?: Ports;
}

/** Whatever has to do with the database, and with telling the shop and plugins what it holds: all but HTTP. */
export interface Core {
  services: Services;
  /** Starts what works by itself: the outbox, expiry, housekeeping. */
  start(): Promise<void>;
  /** Finishes what was taken, then lets go of everything. */
  close(): Promise<void>;
}

/** The core in the thread of its caller. */
export interface OpenedCore extends Core {
  store: Store;
}

/** Opens the database, and all contexts over it. @throws {StoreUnavailableError | StoreBrokenError} */
export async function openCore(ports: CorePorts): Promise<OpenedCore> {
  const { settings, clock, randomBytes, random, log } = ports;
  const { store, lastFailedWriteAt } = watchWrites(await openDatabase(ports), clock);
  if (store.appliedMigrations.length > 0) {
    log.info(
      { migrations: store.appliedMigrations },
      `The database is brought up to date by ${store.appliedMigrations.length} migrations`,
    );
    await reportOrdersByName(store, log);
  }

  const bus = new EventBus(log, eventTypesOf(modules));
  const makeHold = () => hex.encode(randomBytes(HOLD_BYTES));
  const dispatcher = new Dispatcher({ store, bus, clock, random, makeHold, log });
  store.onCommitted((events) => {
    bus.emit(events);
    dispatcher.wake();
  });
  const { services, backgrounds } = await openServices(modules, {
    store,
    clock,
    log,
    settings,
    subscriptions: bus,
    ports: { ...ports.ports },
    random,
    randomBytes,
    fetch: ports.fetch,
    startedAt: clock.now(),
    lastFailedWriteAt,
    wakeOutbox: () => dispatcher.wake(),
  });
  const ownSubscribers = bus.allDurableSubscribers();
  await loadPlugins(settings.plugins, ports.folder, bus);
  const plugins = bus.allDurableSubscribers().filter((name) => !ownSubscribers.includes(name));
  const scheduler = createScheduler(backgrounds, log);
  const keeper = new DutyKeeper({ store, name: 'chores', begin: scheduler.begin, end: scheduler.end, random, log });

  return {
    services,
    store,
    async start() {
      const now = clock.now();
      await store.run((tx) => tx.use(deliveryRepository).release(now, !store.isShared));
      for (const name of plugins) {
        const missed = await store.run((tx) => tx.use(deliveryRepository).addMissed(name, bus.typesOf(name)));
        if (missed > 0)
          log.info({ subscriber: name, missed }, `The plugin ${name} is told of ${missed} events that it missed`);
      }
      for (const { start } of backgrounds) await start?.();
      dispatcher.start();
      keeper.start();
    },
    async close() {
      const stopped = backgrounds.map(({ stop }) => stop?.());
      const told = Promise.all([dispatcher.stop(), keeper.stop(), ...stopped]);
      await Promise.race([told, sleep(TELL_WITHIN_MS, undefined, { ref: false })]);
      await store.close();
    },
  };
}

/** Opens contexts one after the other. @throws {Error} where one stands too late in the list for what another needs of it. */
export async function openServices(
  contexts: readonly Module[],
  context: ServiceContext,
): Promise<{ services: Services; backgrounds: Background[] }> {
  const services: Record<string, unknown> = {};
  const backgrounds: Background[] = [];
  const monitored: NonNullable<Ports['monitored']> = { checks: [], metrics: [] };
  context.ports.monitored = monitored;
  const { ports, opening } = watchPorts(context.ports);
  for (const { name, service } of contexts) {
    if (service === undefined) continue;
    const { open } = await service();
    opening(name);
    const opened: Opened<unknown> = await open({ ...context, ports }, services as unknown as Services);
    services[name] = opened.service;
    if (opened.background) backgrounds.push(opened.background);
    if (opened.check) monitored.checks.push(opened.check);
    if (opened.metrics) monitored.metrics.push(opened.metrics);
  }
  opening(undefined);
  return { services: services as unknown as Services, backgrounds };
}

async function openDatabase({ settings, random, noticeReplacement }: CorePorts): Promise<OpenedStore> {
  return openStore(settings.databaseUrl, {
    migrations: await allMigrations(),
    maxConnections: settings.maxConnections,
    random,
    connectTimeoutMs: settings.databaseConnectTimeoutMs,
    statementTimeoutMs: settings.databaseStatementTimeoutMs,
    idleTransactionTimeoutMs: settings.databaseIdleTimeoutMs,
    noticeReplacement,
  });
}

/** What one instance does for all. It can be begun again after its end. */
function createScheduler(backgrounds: readonly Background[], log: Logger) {
  let scheduled: ReturnType<typeof scheduleJob>[] = [];
  return {
    async begin() {
      for (const { begin } of backgrounds) await begin?.();
      scheduled = backgrounds.flatMap(({ jobs = [] }) => jobs).map((job) => scheduleJob(job, log));
      for (const job of scheduled) await job.start();
    },
    async end() {
      for (const job of scheduled) await job.end();
      for (const { end } of backgrounds) await end?.();
    },
  };
}

const IDS_AND_NAMES = '0024-ids-and-names';

/** What the migration has written into the audit log of orders that have their names in place of ids, where there are any. */
async function reportOrdersByName(store: OpenedStore, log: Logger): Promise<void> {
  if (!store.appliedMigrations.includes(IDS_AND_NAMES)) return;
  const [report] = await store.read((tx) => tx.use(auditLogRepository).search({ subject: IDS_AND_NAMES }, 0n, 1));
  if (report === undefined) return;
  log.warn({ orders: report.after }, `Some orders are known by their names. ${report.reason}`);
}
