import type { Command } from 'commander';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { BookCheck } from './books.ts';
import type { CommandPorts } from './cli/ports.ts';
import type { Settings, SettingsPart } from './config/read-settings.ts';
import type { PlatformContext } from './context.ts';
import type { MigrationModule } from './database/migrations.ts';
import type { OpenedStore } from './database/open.ts';
import type { Transaction } from './database/store.ts';
import type { ErrorRows } from './errors.ts';
import type { HttpContext } from './http/context.ts';
import type { Examples } from './http/openapi/examples.ts';
import type { Job } from './jobs/scheduled-job.ts';
import type { ReadinessParts } from './monitoring/http/schemas.ts';
import type { EventBus } from './outbox/event-bus.ts';
import type { EventType } from './outbox/events.ts';
import type { EventPayloads } from './outbox/http/schemas.ts';

/**
 * The description of a context. It is small and loaded in every thread and in the tool; heavy parts are imported
 * where they are needed.
 */
export interface Module<Name extends keyof Services = keyof Services> {
  readonly name: Name;
  /** Its errors, listed here so that every thread knows them. */
  readonly errors?: ErrorRows;
  /** The types of its events, named here so that plugins can be told which there are. */
  readonly events?: readonly EventType[];
  /** Its settings: the start reads those of all contexts together. */
  readonly settings?: () => Promise<{ settings: SettingsPart }>;
  /** Its migrations, numbered in the common sequence. */
  readonly migrations?: () => Promise<MigrationModule>;
  /** What reconciliation checks of its books, beside those of the engine. */
  readonly books?: () => Promise<{ bookChecks: readonly BookCheck[] }>;
  /** Its service in the database thread. */
  readonly service?: () => Promise<{ open: OpenService<Name> }>;
  /** Its routes in the HTTP thread. */
  readonly routes?: () => Promise<HttpParts>;
  /**
   * Its commands of the tool, by what is typed behind `taritools`, such as `admin rates`. One may stand below a group of a
   * context before it. Each is loaded when it is asked for: a hot wallet may start the tool a hundred times at once.
   */
  readonly commands?: Commands;
}

export type MakeCommand = (ports: CommandPorts) => Command;

export type Commands = Readonly<Record<string, () => Promise<MakeCommand>>>;

/** The services by the name of their context: each context adds its own. Arguments and results are plain data. */
// biome-ignore lint/suspicious/noEmptyInterface: contexts add to it.
export interface Services {}

/**
 * The dependencies of contexts on those above them, which set them when they are opened; they are looked up when needed.
 * A context declares its own here, all of them optional.
 */
// biome-ignore lint/suspicious/noEmptyInterface: contexts add to it.
export interface Ports {}

/** The dependencies of each service. */
export interface ServiceContext extends PlatformContext {
  store: OpenedStore;
  settings: Settings;
  /** Connections, lease holders and schedules are the platform's; contexts register their handlers here. */
  subscriptions: EventBus;
  ports: Ports;
  /** Uniform in [0, 1). */
  random: () => number;
  randomBytes: (length: number) => Uint8Array;
  fetch: typeof globalThis.fetch;
  /** When this process started to accept requests. */
  startedAt: Date;
  /** When a write of this process last failed; undefined if none has. */
  lastFailedWriteAt: () => Date | undefined;
  /** Signals that the outbox has something to deliver that was not just appended. */
  wakeOutbox: () => void;
}

/** @param services those of the modules before it. */
export type OpenService<Name extends keyof Services> = (
  context: ServiceContext,
  services: Services,
) => Opened<Services[Name]> | Promise<Opened<Services[Name]>>;

export interface Opened<Service> {
  service: Service;
  background?: Background;
  /** Checks its part of the server's readiness. */
  check?: Check;
  /** Reads its part of the metrics. */
  metrics?: ReadMetrics;
}

/** The background work of a context. */
export interface Background {
  /** Runs in every instance. */
  start?(): Promise<void> | void;
  stop?(): Promise<void>;
  /** Run by one instance at a time: the one that holds the scheduler's lease. */
  jobs?: readonly Job[];
  begin?(): Promise<void> | void;
  end?(): Promise<void>;
}

export interface Check {
  /** Shown in GET /health/ready while the database is unreachable. */
  unknown: Readonly<Record<string, unknown>>;
  look(tx: Transaction, now: Date): Promise<CheckResult>;
}

export interface CheckResult {
  /** Why the server is not ready, as sentences for operators; none if it is. */
  reasons: readonly string[];
  /** Its part of GET /health/ready. */
  details: Readonly<Record<string, unknown>>;
}

export type ReadMetrics = (tx: Transaction) => Promise<readonly Metric[]>;

/** A Prometheus gauge with its current values. */
export interface Metric {
  name: string;
  help: string;
  /** The names of its labels. */
  labels?: readonly string[];
  /** A time is shown as its age in seconds. */
  samples: readonly { labels?: Readonly<Record<string, string>>; value: number | Date }[];
}

/** The parts of a context in the HTTP thread. */
export interface HttpParts {
  readonly routes: MakeRoutes;
  /** Runs beside the routes. */
  readonly background?: OpenHttpBackground;
  /** Of its routes, for the OpenAPI description. */
  readonly examples?: Examples;
  /** The payload schemas of its events. */
  readonly eventPayloads?: EventPayloads;
  /** The schemas of its part of GET /health/ready: the details that its `check` returns. */
  readonly readiness?: ReadinessParts;
}

/** Returns undefined if the settings disable the context's routes. */
export type MakeRoutes = (services: Services, http: HttpContext) => FastifyPluginAsyncZod | undefined;

/** Returns undefined if the settings disable it. */
export type OpenHttpBackground = (services: Services, http: HttpContext) => Promise<HttpBackground | undefined>;

/** The background work of a context in the HTTP thread, such as a listener of its own. */
export interface HttpBackground {
  /** Called once all services have started. */
  start(): Promise<void>;
  /** Called before any service stops; finishes accepted work. */
  stop(): Promise<void>;
}

/** Checks a module's type against its name. */
export function defineModule<Name extends keyof Services>(module: Module<Name>): Module<Name> {
  return module;
}
