import type { EngineContext } from '#engine/context.ts';
import { StoreReplacedError } from '#platform/database/errors.ts';
import type { DeliveryBacklog } from '#platform/outbox/store/deliveries.ts';
import { type ChainStatus, type ChainWatch, chainStatus } from '#rails/tari-chain/chain-watch.ts';
import type { PriceUpdateBacklog } from '#shops/store/price-updates.ts';

/** Whether the server can do its work: keep what it is told, and tell others what it decided. */
export interface Condition {
  /** Why it can't, as sentences for operators. None where it can. */
  reasons: readonly string[];
  hasDatabase: boolean;
  storefront: 'ok' | 'behind' | 'not configured';
  deliveries: DeliveryBacklog;
  /** How long the oldest event has waited to be told. */
  lagMs: number;
  prices: PriceUpdateBacklog;
  /** Payments that came for orders that could no longer be paid, and that somebody should look at. */
  latePayments: number;
  /** How the watcher of the chain does; undefined where nothing is watched, or nobody can say. The server does without. */
  chain: ChainStatus | undefined;
}

/** Events that wait longer than this say that the shop, or a plugin, has been out of reach for long. */
const LONGEST_LAG_MS = 15 * 60_000;

const NO_DATABASE = 'The database cannot be written; what is sent now is refused and must be sent again.';

/** As far as nobody can ask the database. */
export const NO_BACKLOG: Pick<Condition, 'deliveries' | 'prices' | 'latePayments' | 'chain'> = {
  deliveries: { pending: 0, dead: 0, oldestPendingAt: null },
  prices: { waiting: 0, failed: 0 },
  latePayments: 0,
  chain: undefined,
};

/** Makes what finds out the condition. It writes to the database each time, so whoever asks should not ask too often. */
export function condition(
  { store, clock, log, subscriptions }: Pick<EngineContext, 'store' | 'clock' | 'log' | 'subscriptions'>,
  hasStorefront: boolean,
  chainWatch: ChainWatch | undefined,
): () => Promise<Condition> {
  return async () => {
    const now = clock.now();
    let noDatabase = NO_DATABASE;
    const written = await store
      .run(async (tx) => {
        await tx.heartbeat.beat(now);
        const deliveries = await tx.deliveries.backlog(subscriptions.allDurableSubscribers());
        const latePayments = await tx.payments.countLate();
        const chain = chainWatch && (await chainStatus(tx, chainWatch));
        return { deliveries, prices: await tx.priceUpdates.backlog(), latePayments, chain };
      })
      .catch((error: unknown) => {
        log.error({ err: error }, 'The database cannot be written');
        if (error instanceof StoreReplacedError) noDatabase = error.message;
        return undefined;
      });
    const { deliveries, prices, latePayments, chain } = written ?? NO_BACKLOG;
    const { oldestPendingAt } = deliveries;
    const lagMs = oldestPendingAt === null ? 0 : Math.max(0, now.getTime() - oldestPendingAt.getTime());
    const isBehind = lagMs > LONGEST_LAG_MS;
    const reasons = written === undefined ? [noDatabase] : [];
    if (isBehind)
      reasons.push(`Events have waited for ${Math.floor(lagMs / 60_000)} minutes to be told to the shop or a plugin.`);
    return {
      reasons,
      hasDatabase: written !== undefined,
      storefront: hasStorefront ? (isBehind ? 'behind' : 'ok') : 'not configured',
      deliveries,
      lagMs,
      prices,
      latePayments,
      chain,
    };
  };
}
