import type { Command } from 'commander';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
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
import type { EventBus } from './outbox/event-bus.ts';
import type { EventType } from './outbox/events.ts';
import type { EventPayloads } from './outbox/http/schemas.ts';

/**
 * What a context of the program says of itself. Its module is small and loaded in every thread and in the tool; what is
 * heavy is loaded where it is needed.
 */
export interface Module<Name extends keyof Services = keyof Services> {
  readonly name: Name;
  /** Its errors, named here so that every thread knows them. */
  readonly errors?: ErrorRows;
  /** The types of its events, named here so that plugins can be told which there are. */
  readonly events?: readonly EventType[];
  /** Its settings: the start reads those of all contexts together. */
  readonly settings?: () => Promise<{ settings: SettingsPart }>;
  /** Its migrations, numbered on in the one sequence of all of them. */
  readonly migrations?: () => Promise<MigrationModule>;
  /** What it does in the database thread. */
  readonly service?: () => Promise<{ open: OpenService<Name> }>;
  /** What it serves in the HTTP thread. */
  readonly routes?: () => Promise<HttpParts>;
  /**
   * Its commands of the tool, by what is typed behind `taritools`, such as `admin rates`. One may stand below a group of a
   * context before it. Each is loaded when it is asked for: a hot wallet may start the tool a hundred times at once.
   */
  readonly commands?: Commands;
}

export type MakeCommand = (ports: CommandPorts) => Command;

export type Commands = Readonly<Record<string, () => Promise<MakeCommand>>>;

/** What each context can do, by the context's name: each adds its own. Plain data goes in and out. */
// biome-ignore lint/suspicious/noEmptyInterface: contexts add to it.
export interface Services {}

/**
 * What contexts need of those above them, which set it when they are opened; it is asked for when it is needed. A context
 * that needs something declares it here, all of it optional.
 */
// biome-ignore lint/suspicious/noEmptyInterface: contexts add to it.
export interface Ports {}

/** What each service is made of. */
export interface ServiceContext extends PlatformContext {
  store: OpenedStore;
  settings: Settings;
  /** Connections, lease holders and schedules are the platform's; contexts register their handlers here. */
  subscriptions: EventBus;
  ports: Ports;
  /** Evenly from 0 up to 1. */
  random: () => number;
  randomBytes: (length: number) => Uint8Array;
  fetch: typeof globalThis.fetch;
  /** When this process began to take things in. */
  startedAt: Date;
  /** When the database last refused a write of this process; undefined where it never did. */
  lastFailedWriteAt: () => Date | undefined;
  /** Says that the outbox has something to deliver that was not just appended. */
  wakeOutbox: () => void;
}

/** @param services those of the modules that come before it. */
export type OpenService<Name extends keyof Services> = (
  context: ServiceContext,
  services: Services,
) => Opened<Services[Name]> | Promise<Opened<Services[Name]>>;

export interface Opened<Service> {
  service: Service;
  background?: Background;
  /** Looks at its part of the server's condition. */
  check?: Check;
  /** Reads its part of the metrics. */
  metrics?: ReadMetrics;
}

/** What a context does by itself. */
export interface Background {
  /** Runs in every instance. */
  start?(): Promise<void> | void;
  stop?(): Promise<void>;
  /** One instance at a time does these: the one that holds the scheduler's lease. */
  jobs?: readonly Job[];
  begin?(): Promise<void> | void;
  end?(): Promise<void>;
}

export interface Check {
  /** What stands in GET /health/ready as long as the database can't be asked. */
  unknown: Readonly<Record<string, unknown>>;
  look(tx: Transaction, now: Date): Promise<CheckResult>;
}

export interface CheckResult {
  /** Why the server can't do its work, each a sentence for operators. None where it can. */
  reasons: readonly string[];
  /** Its part of GET /health/ready. */
  details: Readonly<Record<string, unknown>>;
}

export type ReadMetrics = (tx: Transaction) => Promise<readonly Metric[]>;

/** A gauge for Prometheus, with what it shows now. */
export interface Metric {
  name: string;
  help: string;
  /** The names of its labels. */
  labels?: readonly string[];
  /** A time is shown as its age in seconds. */
  samples: readonly { labels?: Readonly<Record<string, string>>; value: number | Date }[];
}

/** What a context brings into the HTTP thread. */
export interface HttpParts {
  readonly routes: MakeRoutes;
  /** Of its routes, for the description of the interface. */
  readonly examples?: Examples;
  /** What its events say. */
  readonly eventPayloads?: EventPayloads;
}

/** Answers undefined where the settings switch the context's routes off. */
export type MakeRoutes = (services: Services, http: HttpContext) => FastifyPluginAsyncZod | undefined;

/** Checks a module against its name, and keeps its type. */
export function defineModule<Name extends keyof Services>(module: Module<Name>): Module<Name> {
  return module;
}
