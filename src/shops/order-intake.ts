import type { EngineContext } from '#engine/context.ts';
import type { Ledger } from '#engine/money/ledger.ts';
import type { Owner } from '#engine/money/owners.ts';
import { findShopOrder } from '#engine/order-lookup.ts';
import { enterOrder, openOrder, requireOrder } from '#engine/orders.ts';
import type { Order } from '#engine/store/orders.ts';
import { closeByShop, withEarlyUpdate } from './out-of-order-updates.ts';
import type { ShopOrder } from './shop-connector.ts';

/** The result of entering an order that the shop reported. */
export interface OrderReceipt {
  order: Order;
  /** False if the order was known already; then nothing was changed. */
  isNew: boolean;
}

export type OrderIntake = ReturnType<typeof orderIntake>;

/** Enters orders of the shop. */
export function orderIntake(context: Pick<EngineContext, 'settings' | 'log'>) {
  return {
    /**
     * Enters an order that the shop reported, inside its caller's unit of work, in its newest known state: if the shop has
     * closed it meanwhile, it is entered and immediately cancelled. A known order is left unchanged.
     * @throws {DomainError} `unsupported_currency`, `invalid_price`
     */
    async enter(ledger: Ledger, reported: ShopOrder, claimant: Owner | undefined): Promise<OrderReceipt> {
      const { tx } = ledger;
      const known = await findShopOrder(tx, reported);
      if (known !== undefined) return { order: known, isNew: false };
      const { shopOrder, closing } = await withEarlyUpdate(tx, reported);
      const { orderId, altId, customerId, memo, price, currency, outstanding, createdAt } = shopOrder;
      const { order, named } = await enterOrder(
        ledger,
        {
          orderId,
          altId,
          customerId,
          memo,
          price,
          currency,
          createdAt,
          amountOutstanding: outstanding,
          shopUpdatedAt: shopOrder.updatedAt,
          shopTriggeredAt: shopOrder.triggeredAt ?? null,
          pageCode: shopOrder.confirmationNumber ?? null,
          customerLocale: shopOrder.customerLocale ?? null,
        },
        context,
      );
      if (closing === null) await openOrder(ledger, order, claimant, named);
      else await closeByShop(ledger, order, shopOrder, closing);
      return { order: await requireOrder(tx, order.orderId), isNew: true };
    },
  };
}
