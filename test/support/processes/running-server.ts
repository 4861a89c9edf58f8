import { randomBytes } from 'node:crypto';
import { existsSync, rmSync } from 'node:fs';
import type { JwtKeys } from '#auth/key-file.ts';
import { engineSettings } from '#engine/context.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import { createLogger } from '#platform/logging/json-log.ts';
import { prettyLines } from '#platform/logging/pretty-log.ts';
import { type App, createApp } from '#server.ts';
import { type OpenedCore, openCore } from '#services.ts';
import { generateSecretKey, publicKeyOf } from '#tari/schnorr.ts';
import { type ManualClock, manualClock } from '#test/clock.ts';
import { isOnPostgres, newDatabase, newFolder, type TestDatabase } from '#test/database/database.ts';
import {
  type ShopifyStandIn,
  STAND_IN_TOKEN,
  type StandInOptions,
  startShopifyStandIn,
} from '#test/fake-shopify/server.ts';
import { parseSettings } from '#test/settings.ts';
import { scanHere } from '#test/tari-chain/scan.ts';
import { type UseCases, useCasesOf } from '#test/use-cases.ts';
import { HMAC_SECRET } from '#test/webhooks.ts';

/** The server as it runs for a shop, over real HTTP on a free port, in the process of the test. */

const randomOfTests = (length: number) => new Uint8Array(randomBytes(length));

export interface TestServerOptions {
  /** Environment variables over those that every test server has. */
  settings?: Record<string, string>;
  /** Starts the Shopify stand-in and connects the server to it. */
  shop?: boolean | StandInOptions;
  /** Starts the outbox and the jobs too. */
  start?: boolean;
  /** Lines for people in the log. */
  prettyLog?: boolean;
  /** In place of the machine's. */
  fetch?: typeof globalThis.fetch;
  /** Registers the hot wallet of the tests for 127.0.0.1; true where it is left out. */
  hotWallet?: boolean;
}

/** The application over a core in the test's own thread, whose store tests can look into. */
export type TestApp = App & Pick<OpenedCore, 'store'> & { readonly engine: UseCases };

export interface RunningServer {
  app: TestApp;
  url: string;
  folder: string;
  database: TestDatabase;
  clock: ManualClock;
  keys: JwtKeys;
  settings: Settings;
  /** Its lines are those since the test has begun. */
  log: { lines: string[] };
  shop: ShopifyStandIn | undefined;
}

export async function beginServer(options: TestServerOptions): Promise<RunningServer> {
  const folder = newFolder();
  const database = await newDatabase();
  const signingKey = generateSecretKey(randomOfTests);
  const keys = { signingKey, verificationKey: publicKeyOf(signingKey) };
  const shop = options.shop ? await startShopifyStandIn(options.shop === true ? {} : options.shop) : undefined;
  const settings = settingsOf({
    TPG_DATABASE_URL: database.url,
    ...(isOnPostgres() && { TPG_MAX_CONNECTIONS: '5', TPG_DATABASE_STATEMENT_TIMEOUT: '2s' }),
    TPG_JWT_SIGNING_KEY: Buffer.from(keys.signingKey).toString('hex'),
    TPG_JWT_VERIFICATION_KEY: Buffer.from(keys.verificationKey).toString('hex'),
    TPG_SHOPIFY_HMAC_SECRET: HMAC_SECRET,
    TPG_RATE_LIMIT: '0',
    TPG_LOG_LEVEL: 'trace',
    // The clock of tests stands still; their own calls make things expire.
    TPG_EXPIRY_SCHEDULE: '0 0 1 1 *',
    ...(shop && {
      TPG_SHOPIFY_SHOP: shop.shop,
      TPG_SHOPIFY_ADMIN_URL: shop.url,
      TPG_SHOPIFY_ADMIN_ACCESS_TOKEN: STAND_IN_TOKEN,
    }),
    ...options.settings,
  });
  const clock = manualClock();
  const log: RunningServer['log'] = { lines: [] };
  const lines = { write: (line: string) => void log.lines.push(line) };
  const logger = createLogger({
    level: settings.logLevel,
    destination: options.prettyLog ? prettyLines(lines) : lines,
  });
  const core = await openCore({
    settings,
    clock,
    randomBytes: randomOfTests,
    random: Math.random,
    fetch: options.fetch ?? globalThis.fetch,
    log: logger,
    folder,
    ports: { startScan: scanHere },
  });
  const { store } = core;
  const ports = { settings, keys, clock, randomBytes: randomOfTests, log: logger, core };
  const app = await createApp(ports);
  const engine = useCasesOf(app.services, { store, clock, settings: engineSettings(settings), log: logger });
  const url = await app.server.listen({ host: '127.0.0.1', port: 0 });
  if (options.start) await app.start();
  return { app: { ...app, engine, store }, url, folder, database, clock, keys, settings, log, shop };
}

/** Removes what an ended server has left. */
export async function clearAway({ shop, database, folder }: RunningServer): Promise<void> {
  await shop?.close();
  await database.release();
  if (existsSync(folder)) rmSync(folder, { recursive: true });
}

function settingsOf(environment: Record<string, string>): Settings {
  const parsed = parseSettings(environment);
  if (!parsed.ok) throw new Error(parsed.problems.join('\n'));
  return parsed.settings;
}
