import type { FastifyInstance } from 'fastify';
import type { JwtKeys } from './auth/key-file.ts';
import { checkingSignatures, type Engine } from './engine/engine.ts';
import { engineSettings } from './engine-settings.ts';
import type { Clock } from './platform/clock.ts';
import type { Settings } from './platform/config/read-settings.ts';
import { createServer } from './platform/http/server.ts';
import type { Logger } from './platform/logging/logger.ts';
import { createMetrics } from './platform/monitoring/http/metrics.ts';
import { createReadiness } from './platform/monitoring/http/readiness.ts';
import type { Core } from './services.ts';
import type { RandomBytes } from './tari/schnorr.ts';

/** What the process gives to the application: everything that is not a pure consequence of its input. */
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
  engine: Engine;
  /** Starts what works by itself: the outbox, expiry, housekeeping. */
  start(): Promise<void>;
  /** Says to balancers that it will end, and goes on meanwhile. */
  announceEnd(): void;
  /** Finishes what was taken, then lets go of everything. */
  close(): Promise<void>;
}

/** Puts HTTP, and what looks at signatures, before the core. */
export async function createApp({ settings, keys, clock, randomBytes, log, core }: AppPorts): Promise<App> {
  const engine = checkingSignatures(core.useCases, { settings: engineSettings(settings), log });
  let isEnding = false;
  const server = await createServer({
    engine,
    settings,
    keys,
    clock,
    random: randomBytes,
    log,
    checkReadiness: createReadiness(engine.condition, () => isEnding),
    isEnding: () => isEnding,
    metrics: settings.metrics ? createMetrics(engine.figures, log) : undefined,
  });

  return {
    server,
    engine,
    start: () => core.start(),
    announceEnd() {
      isEnding = true;
    },
    async close() {
      isEnding = true;
      await server.close();
      await core.close();
    },
  };
}
