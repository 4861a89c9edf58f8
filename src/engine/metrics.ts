import { ORDER_STATUSES, type OrderStatus } from '#platform/database/tables.ts';
import type { Repositories } from '#platform/database/transaction.ts';
import type { DeliveryBacklog } from '#platform/outbox/store/deliveries.ts';
import { type ChainFigures, type ChainWatch, chainFigures } from '#rails/tari-chain/chain-watch.ts';
import type { ExchangeRate } from '#rates/store/exchange-rates.ts';
import type { PriceUpdateBacklog } from '#shops/store/price-updates.ts';
import type { EngineContext } from './context.ts';

/** What the metrics say of the shop's business, as the database holds it. */
export interface Figures {
  orders: ReadonlyMap<OrderStatus, number>;
  /** Confirmed and not spent on orders, in µT. */
  unmatchedCredit: bigint;
  /** Payments that came for orders that could no longer be paid, and are not used up. */
  latePayments: number;
  backlog: DeliveryBacklog;
  prices: PriceUpdateBacklog;
  rates: readonly ExchangeRate[];
  /** Undefined as long as no wallet has reported anything. */
  lastWalletNonceAt: Date | undefined;
  /** Undefined where the chain is not watched. */
  chain: ChainFigures | undefined;
}

/** With the time that ages are reckoned from. */
export type CurrentFigures = Figures & { now: Date };

/** The figures are read when somebody asks, and at most so often, whoever asks. */
const FRESH_FOR_MS = 5_000;

/**
 * A million orders are counted in 80 ms, in which nothing else is done, so counting them may take this part of the time
 * and no more: such a shop's are counted every 80 s, a small one's whenever the figures are read.
 */
const MOST_TIME_FOR_COUNTING = 1 / 1000;

/** Makes what reads the figures. */
export function figures(
  { store, clock, subscriptions }: Pick<EngineContext, 'store' | 'clock' | 'subscriptions'>,
  chainWatch: ChainWatch | undefined,
): () => Promise<CurrentFigures> {
  let last: { at: number; found: Promise<Figures> } | undefined;
  let counted: { orders: ReadonlyMap<OrderStatus, number>; until: number } | undefined;

  const countOrders = async (tx: Repositories): Promise<ReadonlyMap<OrderStatus, number>> => {
    const startedAt = performance.now();
    if (counted !== undefined && startedAt < counted.until) return counted.orders;
    const orders = new Map<OrderStatus, number>();
    for (const status of ORDER_STATUSES) orders.set(status, await tx.orders.countInState(status));
    const endedAt = performance.now();
    counted = { orders, until: endedAt + (endedAt - startedAt) / MOST_TIME_FOR_COUNTING };
    return orders;
  };

  const look = (): Promise<Figures> =>
    store.read(async (tx) => ({
      orders: await countOrders(tx),
      unmatchedCredit: await tx.accounts.totalCredit(),
      latePayments: await tx.payments.countLate(),
      backlog: await tx.deliveries.backlog(subscriptions.allDurableSubscribers()),
      prices: await tx.priceUpdates.backlog(),
      rates: await lastRates(tx),
      lastWalletNonceAt: await tx.nonces.lastRaisedAt('wallet'),
      chain: chainWatch && (await chainFigures(tx, chainWatch)),
    }));

  return async () => {
    const now = performance.now();
    if (last === undefined || now - last.at > FRESH_FOR_MS) last = { at: now, found: look() };
    return { ...(await last.found), now: clock.now() };
  };
}

async function lastRates(tx: Repositories): Promise<ExchangeRate[]> {
  const rates: ExchangeRate[] = [];
  for (const currency of await tx.exchangeRates.currencies()) {
    const rate = await tx.exchangeRates.last(currency);
    if (rate !== undefined) rates.push(rate);
  }
  return rates;
}
