import { setTimeout as sleep } from 'node:timers/promises';
import { hex } from '@scure/base';
import { allMigrations } from './migrations.ts';
import { modules } from './modules.ts';
import { auditLogRepository } from './platform/audit-log/store/audit-log.ts';
import { bookChecksOf } from './platform/books.ts';
import type { Clock } from './platform/clock.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { type OpenedStore, openStore } from './platform/database/open.ts';
import type { Store } from './platform/database/store.ts';
import { watchWrites } from './platform/database/watched-store.ts';
import { LeaseHolder } from './platform/jobs/lease-holder.ts';
import { scheduleJob } from './platform/jobs/scheduled-job.ts';
import type { Logger } from './platform/logging/logger.ts';
import type { Background, Module, Opened, Ports, ServiceContext, Services } from './platform/module.ts';
import { Dispatcher } from './platform/outbox/dispatcher.ts';
import { EventBus } from './platform/outbox/event-bus.ts';
import { eventTypesOf } from './platform/outbox/events.ts';
import { loadPlugins } from './platform/outbox/plugins.ts';
import { deliveryRepository } from './platform/outbox/store/deliveries.ts';
import { queueingRepository } from './platform/outbox/store/queueing.ts';
import { watchPorts } from './platform/ports-in-order.ts';
import type { RandomBytes } from './tari/schnorr.ts';

/** Random bytes in a lease token. */
const LEASE_TOKEN_BYTES = 12;

/** The lease's name; instances of earlier versions use the same one. */
const SCHEDULER_LEASE = 'chores';

/** How long a shutdown waits for calls to the shop and to plugins. One that is cut off is repeated after the next start. */
const FINISH_DELIVERIES_WITHIN_MS = 4_000;

/** The core's dependencies: everything that is not determined by its input. */
export interface CorePorts {
  settings: Settings;
  clock: Clock;
  randomBytes: RandomBytes;
  /** Uniform in [0, 1). */
  random: () => number;
  fetch: typeof globalThis.fetch;
  log: Logger;
  /** Whether to detect that the database was replaced while the server is running. */
  noticeReplacement?: boolean;
  /** Plugins' paths are relative to this folder. */
  folder: string;
  /** Dependencies of contexts that only the process can provide. */
  ports?: Ports;
}

/** Everything but HTTP: the database, all contexts over it, and deliveries to the shop and plugins. */
export interface Core {
  services: Services;
  /** Starts background work: the outbox, expiry, housekeeping. */
  start(): Promise<void>;
  /** Finishes accepted work, then releases all resources. */
  close(): Promise<void>;
}

/** The core in the thread of its caller. */
export interface OpenedCore extends Core {
  store: Store;
}

/** Opens the database and all contexts over it. @throws {StoreUnavailableError | StoreBrokenError} */
export async function openCore(ports: CorePorts): Promise<OpenedCore> {
  const { settings, clock, randomBytes, random, log } = ports;
  const { store, lastFailedWriteAt } = watchWrites(await openDatabase(ports), clock);
  if (store.appliedMigrations.length > 0) {
    log.info(
      { migrations: store.appliedMigrations },
      `Applied ${store.appliedMigrations.length} migrations to the database`,
    );
    await reportOrdersByName(store, log);
  }

  const bus = new EventBus(log, eventTypesOf(modules));
  const newLeaseToken = () => hex.encode(randomBytes(LEASE_TOKEN_BYTES));
  const dispatcher = new Dispatcher({ store, bus, clock, random, newLeaseToken, log });
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
    wakeOutbox: () => wakeAll(dispatcher, bus),
  });
  const ownSubscribers = bus.allDurableSubscribers();
  await loadPlugins(settings.plugins, ports.folder, bus);
  const plugins = bus.allDurableSubscribers().filter((name) => !ownSubscribers.includes(name));
  const scheduler = createScheduler(backgrounds, log);
  const keeper = new LeaseHolder({
    store,
    name: SCHEDULER_LEASE,
    begin: scheduler.begin,
    end: scheduler.end,
    random,
    log,
  });

  return {
    services,
    store,
    async start() {
      const now = clock.now();
      await store.run((tx) => tx.use(deliveryRepository).release(now, !store.isShared));
      for (const name of plugins) {
        const missed = await store.run((tx) => tx.use(queueingRepository).addMissed(name, bus.typesOf(name)));
        if (missed > 0)
          log.info({ subscriber: name, missed }, `Delivering ${missed} events that the plugin ${name} missed`);
      }
      for (const { start } of backgrounds) await start?.();
      dispatcher.start();
      keeper.start();
    },
    async close() {
      const stopped = backgrounds.map(({ stop }) => stop?.());
      const finished = Promise.all([dispatcher.stop(), keeper.stop(), ...stopped]);
      await Promise.race([finished, sleep(FINISH_DELIVERIES_WITHIN_MS, undefined, { ref: false })]);
      await store.close();
    },
  };
}

function wakeAll(dispatcher: Dispatcher, bus: EventBus): void {
  dispatcher.wake();
  bus.wakeFamilies();
}

/** Opens contexts one after the other. @throws {Error} if one comes too late in the list for another that depends on it. */
export async function openServices(
  contexts: readonly Module[],
  context: ServiceContext,
): Promise<{ services: Services; backgrounds: Background[] }> {
  const services: Record<string, unknown> = {};
  const backgrounds: Background[] = [];
  const monitored: NonNullable<Ports['monitored']> = { checks: [], metrics: [] };
  context.ports.monitored = monitored;
  context.ports.bookChecks = () => bookChecksOf(contexts);
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

/** The background jobs that one instance runs for all. They can be started again after they were stopped. */
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

/** Logs what a migration has written into the audit log about orders with names in place of ids, if there are any. */
async function reportOrdersByName(store: OpenedStore, log: Logger): Promise<void> {
  if (!store.appliedMigrations.includes(IDS_AND_NAMES)) return;
  const [report] = await store.read((tx) => tx.use(auditLogRepository).search({ subject: IDS_AND_NAMES }, 0n, 1));
  if (report === undefined) return;
  log.warn({ orders: report.after }, `Some orders are known by their names. ${report.reason}`);
}
