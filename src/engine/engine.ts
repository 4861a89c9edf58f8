import type { AuditLogFilter } from '../store/audit-log.ts';
import { access } from './access.ts';
import { accounts } from './accounts.ts';
import { audit } from './audit.ts';
import { changes } from './changes.ts';
import type { EngineContext } from './context.ts';
import { deadLetters } from './dead-letters.ts';
import { exchangeRates } from './exchange-rates.ts';
import { expiry } from './expiry.ts';
import { lists } from './lists.ts';
import { orderChanges } from './order-changes.ts';
import { orders } from './orders.ts';
import { payments } from './payments.ts';
import { priceUpdates } from './price-updates.ts';
import { rescan } from './rescan.ts';
import type { Storefront } from './storefront.ts';
import { wallets } from './wallets.ts';
import { webhooks } from './webhooks.ts';

export type Engine = ReturnType<typeof createEngine>;

export interface EngineOptions {
  /** Until then no order expires. */
  nothingExpiresBefore: Date;
  /** A new id for a manual payment, such as no transaction on the chain has. */
  makeTxid: () => string;
  /** The shop to ask for its orders and to tell of ours, where one is configured. */
  storefront?: Pick<Storefront, 'name' | 'openOrders' | 'prices'> | undefined;
  /** Says that something waits to be told that was not just appended. */
  wakeOutbox: () => void;
  /** Says that there is something to do about the prices that the shop shows. */
  wakePriceUpdates: () => void;
}

/** Everything that the server can do, over one store. `http/` and `cli/` call this and nothing below it. */
export function createEngine(context: EngineContext, options: EngineOptions) {
  const orderUseCases = orders(context);
  const walletUseCases = wallets(context);
  const changeUseCases = changes(context);
  const priceUpdateUseCases = priceUpdates(context, changeUseCases, {
    hasShop: options.storefront?.prices !== undefined,
    wake: options.wakePriceUpdates,
  });
  return {
    access: access(context),
    accounts: accounts(context),
    exchangeRates: exchangeRates(context, priceUpdateUseCases),
    expiry: expiry(context, options.nothingExpiresBefore),
    lists: lists(context),
    changes: changeUseCases,
    deadLetters: deadLetters(context, changeUseCases, options.wakeOutbox),
    orderChanges: orderChanges(context, changeUseCases, options.makeTxid),
    orders: orderUseCases,
    payments: payments(context, walletUseCases),
    priceUpdates: priceUpdateUseCases,
    rescan: rescan(context, orderUseCases, options.storefront),
    wallets: walletUseCases,
    webhooks: webhooks(
      context,
      orderUseCases,
      changeUseCases,
      { storefront: options.storefront?.name, wake: options.wakeOutbox },
      priceUpdateUseCases,
    ),
    audit: () => audit(context.store),
    /** Up to `limit` events after the one with id `after`, oldest first. */
    eventsAfter: (after: bigint, limit: number) => context.store.read((tx) => tx.events.after(after, limit)),
    /** Up to `limit` records of the audit log that fit, after the one with id `after`, oldest first. */
    auditLog: (filter: AuditLogFilter, after: bigint, limit: number) =>
      context.store.read((tx) => tx.auditLog.search(filter, after, limit)),
  };
}
