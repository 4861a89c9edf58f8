import { claimantIn } from '#engine/claims/verified-claims.ts';
import type { EngineContext } from '#engine/context.ts';
import { Ledger } from '#engine/money/ledger.ts';
import { findShopOrder } from '#engine/order-lookup.ts';
import { orderById } from '#engine/records.ts';
import { recordChange } from '#platform/audit-log/record.ts';
import { DomainError } from './errors.ts';
import type { OrderIntake } from './order-intake.ts';
import { applyNewOrder, applyOrderUpdate } from './order-updates.ts';
import { type OpenOrder, type ShopConnector, ShopError, type ShopOrder } from './shop-connector.ts';
import type { WebhookAnswer } from './store/webhooks.ts';

/** The result of a rescan for one open order of the shop. */
export interface RescanResult {
  success: boolean;
  /** A sentence that names the order. */
  message: string;
}

/** The progress of all rescans that run concurrently. */
export interface RescanProgress {
  /** How many run now. */
  running: number;
  /** How many open orders they have processed, and how many of those could not be entered. */
  read: number;
  failed: number;
}

export type Rescan = ReturnType<typeof rescan>;

/** Three thousand orders take about four minutes at the pace that a shop of the smallest plan allows. */
const READ_WITHIN_MS = 5 * 60_000;

/** @param connector undefined if no shop is configured. */
export function rescan(
  context: EngineContext,
  orders: OrderIntake,
  connector: Pick<ShopConnector, 'openOrders'> | undefined,
  makePageCode: () => string,
) {
  const { store, clock, log } = context;

  /** Each order is a unit of work of its own: added orders stay even if later ones fail. */
  const takeIn = async (actor: string, reported: ShopOrder): Promise<Omit<WebhookAnswer, 'state'>> => {
    const shopOrder = { ...reported, confirmationNumber: reported.confirmationNumber ?? makePageCode() };
    const claimant = claimantIn(shopOrder, context);
    const now = clock.now();
    try {
      return await store.run(async (tx) => {
        const ledger = new Ledger(tx, now, context);
        if ((await findShopOrder(tx, shopOrder)) !== undefined) return takeInKnown(ledger, shopOrder);
        const taken = await applyNewOrder(ledger, orders, shopOrder, claimant);
        const added = await orderById(tx, shopOrder.orderId);
        if (added !== undefined) {
          const entry = { actor, action: 'add order', subject: added.orderId, after: await ledger.viewOf(added) };
          await recordChange(tx, { ...entry, reason: 'It was open in the shop and missing here.' }, now);
        }
        return taken;
      });
    } catch (error) {
      if (error instanceof DomainError) return { success: false, message: error.message };
      throw error;
    }
  };

  /** Updates a known order to its state in the shop, as a webhook would have done. */
  const takeInKnown = async (ledger: Ledger, shopOrder: ShopOrder): Promise<Omit<WebhookAnswer, 'state'>> => {
    const { state, success, message } = await applyOrderUpdate(ledger, shopOrder);
    return state === 'accepted' || !success
      ? { success, message }
      : { success: true, message: 'Order already processed.' };
  };

  const resultOf = async (actor: string, open: OpenOrder): Promise<RescanResult> => {
    if (open.kind === 'unusable') return { success: false, message: `Order ${open.name}: ${open.reason}` };
    if (open.kind === 'other_method') return { success: true, message: `Order ${open.name}: ${open.reason}` };
    const { success, message } = await takeIn(actor, open.order);
    const parts = [`Order ${open.order.altId ?? open.order.orderId}: ${message}`, open.remark];
    return { success, message: parts.filter((part) => part !== null).join(' ') };
  };

  const state: RescanProgress = { running: 0, read: 0, failed: 0 };

  return {
    /** The progress of this instance's current or last rescan. Other instances only know their own. */
    progress: async (): Promise<RescanProgress> => ({ ...state }),

    /**
     * Adds the orders that are open in the shop but missing here, and updates known ones to their state in the shop, as
     * webhooks would have done. Returns one result for each open order of the shop. It can be repeated at any time.
     * @param actor the operator, as in the audit log.
     * @throws {DomainError} `shop_not_configured`; `shop_unreachable` if not all orders could be read: those that were are
     *   entered.
     */
    async openOrders(actor: string): Promise<RescanResult[]> {
      const openOrders = connector?.openOrders?.(AbortSignal.timeout(READ_WITHIN_MS));
      if (openOrders === undefined) throw new DomainError('shop_not_configured');
      const results: RescanResult[] = [];
      if (state.running === 0) Object.assign(state, { read: 0, failed: 0 });
      state.running += 1;
      try {
        for await (const open of openOrders) {
          const result = await resultOf(actor, open);
          results.push(result);
          state.read += 1;
          if (!result.success) state.failed += 1;
        }
      } catch (error) {
        if (!(error instanceof ShopError)) throw error;
        log.warn(
          { actor, read: results.length },
          `The open orders of the shop could not all be read: ${error.message}`,
        );
        throw new DomainError('shop_unreachable');
      } finally {
        state.running -= 1;
      }
      const failed = results.filter((result) => !result.success);
      for (const { message } of failed) log.warn({ actor }, `An open order of the shop is not added: ${message}`);
      log.info(
        { actor, read: results.length, failed: failed.length },
        'The rescan of the shop’s open orders is finished',
      );
      return results;
    },
  };
}
