import type { z } from 'zod';
import type { Clock } from '../engine/clock.ts';
import type { Logger } from '../engine/log.ts';
import type { DeliveryBacklog } from '../store/deliveries.ts';
import type { PriceUpdateBacklog } from '../store/price-updates.ts';
import type { Store } from '../store/unit-of-work.ts';
import type { readiness } from './schemas.ts';

export type Readiness = z.output<typeof readiness>;

/** Readiness writes to the database, so it is found out at most so often, whoever asks. */
const FRESH_FOR_MS = 2_000;

/** Events that wait longer than this say that the shop, or a plugin, has been out of reach for long. */
const LONGEST_LAG_MS = 15 * 60_000;

const ENDING = 'The server is about to end; it takes requests until then.';

const NO_BACKLOG: { backlog: DeliveryBacklog; prices: PriceUpdateBacklog } = {
  backlog: { pending: 0, dead: 0, oldestPendingAt: null },
  prices: { waiting: 0, failed: 0 },
};

/** Finds out whether the server can do its work: keep what it is told, and tell others what it decided. */
export function createReadiness(ports: {
  store: Store;
  clock: Clock;
  log: Logger;
  hasStorefront: boolean;
  subscribers: readonly string[];
  /** Whether it will end soon, so that requests had better go elsewhere. */
  isEnding: () => boolean;
}) {
  const { store, clock, log, hasStorefront, subscribers, isEnding } = ports;
  let last: { at: number; found: Promise<Readiness> } | undefined;

  const look = async (): Promise<Readiness> => {
    const now = clock.now();
    const reasons: string[] = [];
    const { backlog, prices } = await store
      .run(async (tx) => {
        await tx.heartbeat.beat(now);
        return { backlog: await tx.deliveries.backlog(subscribers), prices: await tx.priceUpdates.backlog() };
      })
      .catch((error: unknown) => {
        log.error({ err: error }, 'The database cannot be written');
        reasons.push('The database cannot be written; what is sent now is refused and must be sent again.');
        return NO_BACKLOG;
      });
    const hasDatabase = reasons.length === 0;
    const lagMs = backlog.oldestPendingAt === null ? 0 : Math.max(0, now.getTime() - backlog.oldestPendingAt.getTime());
    const isBehind = lagMs > LONGEST_LAG_MS;
    if (isBehind)
      reasons.push(`Events have waited for ${Math.floor(lagMs / 60_000)} minutes to be told to the shop or a plugin.`);
    return {
      ready: reasons.length === 0,
      reasons,
      database: hasDatabase ? 'ok' : 'unavailable',
      storefront: hasStorefront ? (isBehind ? 'behind' : 'ok') : 'not configured',
      outbox: { pending: backlog.pending, dead_letters: backlog.dead, lag_seconds: Math.floor(lagMs / 1000) },
      price_updates: prices,
    };
  };

  return async (): Promise<Readiness> => {
    const now = performance.now();
    if (last === undefined || now - last.at > FRESH_FOR_MS) last = { at: now, found: look() };
    const found = await last.found;
    return isEnding() ? { ...found, ready: false, reasons: [...found.reasons, ENDING] } : found;
  };
}
