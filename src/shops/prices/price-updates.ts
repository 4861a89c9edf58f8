import type { EngineContext } from '#engine/context.ts';
import type { ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { type Page, type PageRequest, readPage } from '#platform/paging.ts';
import { lastRate } from '#rates/conversion.ts';
import { DomainError } from '#shops/errors.ts';
import {
  NO_PROGRESS,
  type PriceUpdate,
  type PriceUpdateFilter,
  priceUpdateRepository,
} from '#shops/store/price-updates.ts';
import { type PriceUpdateView, priceUpdateView } from '#shops/views.ts';
import { isTariCurrency } from '#tari/micro-tari.ts';

export type PriceUpdates = ReturnType<typeof priceUpdates>;

/** The price updates as seen by those who report changed rates and products. */
export type PriceUpdateRequests = Pick<PriceUpdates, 'requestShop' | 'requestProduct' | 'wake'>;

/**
 * The minimum pause between updates of a product. Our own write makes the shop send another webhook for the product; and
 * if another program writes the same metafield, the two must not overwrite each other in a tight loop.
 */
const PRODUCT_PAUSE_MS = 60_000;

/** How long the result of a product's update is remembered. */
const PRODUCTS_KEPT_MS = 24 * 3_600_000;

export interface PriceUpdateOptions {
  /** Whether there is a shop that shows prices in Tari. Without one nothing is requested. */
  hasShop: boolean;
  /** Signals that there is a new update. */
  wake: () => void;
}

/** Updates of the prices that the shop shows: requested here, executed by `worker.ts`. */
export function priceUpdates(
  { store, clock }: EngineContext,
  { perform }: OperatorActions,
  { hasShop, wake }: PriceUpdateOptions,
) {
  /**
   * Requests an update of all prices to a rate, in the unit of work that sets it. Updates to older rates of the currency
   * are superseded. If one was in progress, the new one starts after its last variant and returns to the first ones later,
   * so that each variant gets its turn however often the rate is set.
   */
  const requestShop = async (
    tx: Transaction,
    { currency, rate }: { currency: string; rate: bigint },
    now: Date,
  ): Promise<bigint | undefined> => {
    if (!hasShop) return undefined;
    const older = await tx.use(priceUpdateRepository).unfinishedOrFailed(currency);
    for (const { id } of older) await tx.use(priceUpdateRepository).supersede(id, now);
    const underWay = older.find((update) => !update.variantsAreDone && update.position !== null);
    return tx.use(priceUpdateRepository).insert({ kind: 'shop', currency, rate }, underWay?.position ?? null, now);
  };

  /** Finds a requested update. */
  const findIn = async (tx: Transaction, id: bigint): Promise<PriceUpdate> => {
    const update = await tx.use(priceUpdateRepository).find(id);
    if (update === undefined) throw new DomainError('price_update_not_found', String(id));
    return update;
  };

  return {
    requestShop,

    /**
     * Requests an update of one product's prices, in the unit of work that processes its webhook: one update, however many
     * webhooks arrive before it is done. Returns whether there is a shop to update.
     */
    async requestProduct(tx: Transaction, productId: string, now: Date): Promise<boolean> {
      if (!hasShop) return false;
      const known = await tx.use(priceUpdateRepository).findOfProduct(productId);
      if (known === undefined) {
        await tx.use(priceUpdateRepository).insert({ kind: 'product', productId }, null, now);
      } else {
        const { at, attempts } = nextTryOf(known, now);
        // From its first variant on: the webhook does not say which one has changed.
        await tx.use(priceUpdateRepository).restart(known.id, NO_PROGRESS, attempts, at, now);
      }
      return true;
    },

    wake,

    /** The matching updates, newest first. Those of products are deleted once they are done. */
    page: (filter: PriceUpdateFilter, request: PageRequest<bigint>): Promise<Page<PriceUpdate, bigint>> =>
      store.read((tx) =>
        readPage(
          request,
          (before, limit) => tx.use(priceUpdateRepository).page(filter, before, limit),
          (update) => update.id,
        ),
      ),

    /** @throws {DomainError} `price_update_not_found` */
    get: (id: bigint): Promise<PriceUpdate> => store.read((tx) => findIn(tx, id)),

    /**
     * Requests an update of all prices to the current rate of a currency, whatever was done before.
     * @throws {DomainError} `no_shop_for_prices`, `exchange_rate_fixed`, `exchange_rate_not_found`
     */
    async start(request: ChangeRequest, currencyCode: string): Promise<PriceUpdateView> {
      const currency = currencyCode.toUpperCase();
      if (!hasShop) throw new DomainError('no_shop_for_prices');
      if (isTariCurrency(currency)) throw new DomainError('exchange_rate_fixed', currency);
      const started = await perform(request, async ({ tx, now }) => {
        const rate = await lastRate(tx, currency);
        if (rate === undefined) throw new DomainError('exchange_rate_not_found', currency);
        const id = await requestShop(tx, rate, now);
        if (id === undefined) throw new DomainError('no_shop_for_prices');
        const answer = priceUpdateView(await findIn(tx, id));
        return { answer, record: { action: 'start price update', subject: `price update ${id}`, after: answer } };
      });
      wake();
      return started;
    },

    /**
     * Continues an update that has failed, or waits for its next attempt, immediately from where it stopped.
     * @throws {DomainError} `price_update_not_found`, `price_update_finished`
     */
    async retry(request: ChangeRequest, id: bigint): Promise<PriceUpdateView> {
      const retried = await perform(request, async ({ tx, now }) => {
        const update = await findIn(tx, id);
        if (update.state === 'done' || update.state === 'superseded') {
          throw new DomainError('price_update_finished', `${id} is ${update.state}`);
        }
        await tx.use(priceUpdateRepository).restart(id, { ...update, globalRateError: null }, 0, now, now);
        const answer = priceUpdateView(await findIn(tx, id));
        const before = priceUpdateView(update);
        return {
          answer,
          record: { action: 'retry price update', subject: `price update ${id}`, before, after: answer },
        };
      });
      wake();
      return retried;
    },

    /** Deletes updates of products that finished long ago. Returns how many. */
    forgetOld(): Promise<number> {
      const before = new Date(clock.now().getTime() - PRODUCTS_KEPT_MS);
      return store.run((tx) => tx.use(priceUpdateRepository).forgetProductsBefore(before));
    },
  };
}

/** When a product is processed after another webhook: webhooks never shorten the back-off of a failing shop. */
function nextTryOf({ finishedAt, nextAttemptAt, attempts }: PriceUpdate, now: Date): { at: Date; attempts: number } {
  if (finishedAt === null) return { at: nextAttemptAt, attempts };
  const earliest = finishedAt.getTime() + PRODUCT_PAUSE_MS;
  return { at: new Date(Math.max(now.getTime(), earliest)), attempts: 0 };
}
