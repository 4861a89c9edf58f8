import { setTimeout as sleepFor } from 'node:timers/promises';
import { inspect } from 'node:util';
import { systemClock } from '#platform/clock.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { ShopError } from '#shops/shop-connector.ts';
import { type ShopifyConnector, type ShopifySettings, shopifyFromSettings } from '#shops/shopify/connect.ts';
import { type ShopifyStandIn, STAND_IN_TOKEN } from './fake-shopify/server.ts';

export interface LogLine {
  level: 'debug' | 'info' | 'warn' | 'error';
  fields: object;
  message: string;
}

export function createTestLog(): Logger & { lines: LogLine[] } {
  const lines: LogLine[] = [];
  const write = (level: LogLine['level']) => (fields: object, message: string) => {
    lines.push({ level, fields, message });
  };
  return { lines, debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** Remembers the pauses asked for and takes only a hundredth of each, ten milliseconds at least. */
export function createTestSleep() {
  const pauses: number[] = [];
  const sleep = async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    pauses.push(milliseconds);
    await sleepFor(Math.max(10, milliseconds / 100), undefined, { ...(signal && { signal }) });
  };
  return { pauses, sleep };
}

export interface Connected {
  connector: ShopifyConnector;
  log: ReturnType<typeof createTestLog>;
  pauses: number[];
}

/** A connector as the server builds it, connected to the stand-in. */
export function connect(
  standIn: ShopifyStandIn,
  settings: Partial<ShopifySettings> = { accessToken: STAND_IN_TOKEN },
  timeoutMs = 2000,
): Connected {
  const log = createTestLog();
  const { pauses, sleep } = createTestSleep();
  const connector = shopifyFromSettings(
    { shop: standIn.shop, adminUrl: standIn.url, apiVersion: '2026-10', ...settings },
    { fetch, clock: systemClock, sleep, random: () => 0, log, timeoutMs },
  );
  return { connector, log, pauses };
}

/** Runs what has to fail with a ShopError, and returns that. */
export async function failure(work: Promise<unknown>): Promise<ShopError> {
  const outcome = await work.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
  if ('error' in outcome && outcome.error instanceof ShopError) return outcome.error;
  throw new Error(`Expected a ShopError, but got ${inspect(outcome)}`);
}

/** Everything that an error could show anyone: message, stack, causes and all properties. */
export function everythingIn(value: unknown): string {
  return inspect(value, { depth: 20, showHidden: true, maxStringLength: null, maxArrayLength: null });
}
