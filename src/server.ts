import type { FastifyInstance } from 'fastify';
import { enforceAccess } from './auth/http/guard.ts';
import type { JwtKeys } from './auth/key-file.ts';
import { modules } from './modules.ts';
import type { Clock } from './platform/clock.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { joinExamples } from './platform/http/openapi/examples.ts';
import { createServer } from './platform/http/server.ts';
import type { Logger } from './platform/logging/logger.ts';
import type { HttpBackground, HttpParts, Services } from './platform/module.ts';
import { joinReadinessParts } from './platform/monitoring/http/schemas.ts';
import { joinEventPayloads } from './platform/outbox/http/schemas.ts';
import type { Core } from './services.ts';
import type { RandomBytes } from './tari/schnorr.ts';

/** The application's dependencies on the process: everything that is not determined by its input. */
export interface AppPorts {
  settings: Settings;
  keys: JwtKeys;
  clock: Clock;
  randomBytes: RandomBytes;
  log: Logger;
  core: Core;
}

export interface App {
  server: FastifyInstance;
  services: Services;
  /** Starts background work: the outbox, expiry, housekeeping. */
  start(): Promise<void>;
  /** Announces the shutdown to load balancers and keeps serving meanwhile. */
  announceEnd(): void;
  /** Finishes accepted work, then releases all resources. */
  close(): Promise<void>;
}

/** Builds the HTTP side, which also verifies signatures, in front of the core. */
export async function createApp({ core, ...ports }: AppPorts): Promise<App> {
  const { services } = core;
  let isEnding = false;
  const parts = await loadHttpParts();
  const backgrounds: HttpBackground[] = [];
  const server = await createServer(
    { ...ports, isEnding: () => isEnding },
    {
      examples: joinExamples(parts.map(({ examples = {} }) => examples)),
      eventPayloads: joinEventPayloads(parts.map(({ eventPayloads = {} }) => eventPayloads)),
      readinessParts: joinReadinessParts(parts.map(({ readiness = {} }) => readiness)),
      enforceAccess: (app, { keys, clock, limitStrangers }) =>
        enforceAccess(app, { access: services.auth, verificationKey: keys.verificationKey, clock, limitStrangers }),
      async openVisitors(scope, http) {
        const { registerVisitors } = await import('./auth/http/visitor.ts');
        return registerVisitors(scope, { ...http, people: services.auth.people });
      },
      async register(app, http) {
        for (const { routes, background } of parts) {
          const plugin = routes(services, http);
          if (plugin !== undefined) await app.register(plugin);
          const opened = await background?.(services, http);
          if (opened !== undefined) backgrounds.push(opened);
        }
      },
    },
  );

  return {
    server,
    services,
    async start() {
      await core.start();
      for (const background of backgrounds) await background.start();
    },
    announceEnd() {
      isEnding = true;
    },
    async close() {
      isEnding = true;
      await Promise.all([server.close(), ...backgrounds.map((background) => background.stop())]);
      await core.close();
    },
  };
}

/** What each context brings, in the order of the list. */
async function loadHttpParts(): Promise<HttpParts[]> {
  const parts = await Promise.all(modules.map(({ routes }) => routes?.()));
  return parts.filter((part) => part !== undefined);
}
