import { access } from '#auth/auth.ts';
import { changes } from '#platform/audit-log/operator-actions.ts';
import type { AuditLogFilter } from '#platform/audit-log/store/audit-log.ts';
import { condition } from '#platform/monitoring/readiness.ts';
import { deadLetters } from '#platform/outbox/dead-letters.ts';
import { type ChainWatch, chainQueries } from '#rails/tari-chain/chain-watch.ts';
import { authenticator, wallets } from '#rails/tari-wallet/wallets.ts';
import { exchangeRates } from '#rates/rates.ts';
import { priceUpdates } from '#shops/prices/price-updates.ts';
import { rescan } from '#shops/rescan.ts';
import type { Storefront } from '#shops/shop-connector.ts';
import { type ReadContent, signedDeliveries, webhooks } from '#shops/webhook-inbox.ts';
import { accounts } from './account-history.ts';
import type { EngineContext, SignatureContext } from './context.ts';
import { expiry, type Steadiness } from './expiry.ts';
import { figures } from './metrics.ts';
import { held } from './money/held.ts';
import { orderChanges } from './operator-actions.ts';
import { orders, signedClaims } from './orders.ts';
import { payerOrders } from './payer-orders.ts';
import { payments, signedReports } from './payments.ts';
import { lists } from './queries.ts';
import { audit, ownersGiven } from './reconciliation.ts';

export type Engine = ReturnType<typeof checkingSignatures>;

/** What the engine does with inputs whose signatures are checked. Each takes and answers plain data, and can be far away. */
export type UseCases = ReturnType<typeof createUseCases>;

export interface EngineOptions {
  /** Since when payments could be taken in without a break: until they could for long enough, no order expires. */
  steadiness: Steadiness;
  /** A new id for a manual payment, such as no transaction on the chain has. */
  makeTxid: () => string;
  /** A new code for the pay page of an order to which the shop gives no confirmation number. */
  makePageCode: () => string;
  /** The shop to ask for its orders and to tell of ours, where one is configured. */
  storefront?: Pick<Storefront, 'name' | 'openOrders' | 'prices'> | undefined;
  /** What watches the chain, where something does. */
  chainWatch?: ChainWatch | undefined;
  /** Whether payments are seen before they stand in a block; not where it is left out. */
  watchesMempool?: boolean;
  /** Reads a delivery of the shop that was set aside and is taken up again. */
  readContent: ReadContent;
  /** Says that something waits to be told that was not just appended. */
  wakeOutbox: () => void;
  /** Says that there is something to do about the prices that the shop shows. */
  wakePriceUpdates: () => void;
}

/** Everything that the server can do, over one store. `http/` and `cli/` call this and nothing below it. */
export function createEngine(context: EngineContext, options: EngineOptions): Engine {
  return checkingSignatures(createUseCases(context, options), context);
}

/** Puts before the use cases what looks at signatures, which is slow and needs no store. */
export function checkingSignatures(useCases: UseCases, context: SignatureContext) {
  const { orders, payments, wallets, webhooks } = useCases;
  return {
    ...useCases,
    orders: { ...orders, ...signedClaims(orders, context) },
    payments: { ...payments, ...signedReports(payments, authenticator(wallets, context), context) },
    webhooks: { ...webhooks, ...signedDeliveries(webhooks, context) },
  };
}

export function createUseCases(context: EngineContext, options: EngineOptions) {
  const { storefront, readContent, wakeOutbox, makePageCode } = options;
  const { enter, enterClaim } = orders(context);
  const { admit, ...walletUseCases } = wallets(context);
  const changeUseCases = changes(context);
  const priceUpdateUseCases = priceUpdates(context, changeUseCases, {
    hasShop: storefront?.prices !== undefined,
    wake: options.wakePriceUpdates,
  });
  return {
    access: access(context),
    accounts: accounts(context),
    exchangeRates: exchangeRates(context, priceUpdateUseCases),
    expiry: expiry(context, options.steadiness),
    held: held(context, changeUseCases),
    lists: lists(context),
    changes: changeUseCases,
    deadLetters: deadLetters(context, changeUseCases, wakeOutbox),
    orderChanges: orderChanges(context, changeUseCases, options.makeTxid),
    orders: { enterClaim },
    payerOrders: payerOrders(context, {
      chainWatch: options.chainWatch,
      watchesMempool: options.watchesMempool ?? false,
    }),
    payments: payments(context, { admit }),
    priceUpdates: priceUpdateUseCases,
    rescan: rescan(context, { enter }, storefront, makePageCode),
    wallets: walletUseCases,
    webhooks: webhooks(
      context,
      { enter },
      changeUseCases,
      { name: storefront?.name, wakeOutbox, readContent, makePageCode },
      priceUpdateUseCases,
    ),
    chain: chainQueries(context, options.chainWatch),
    condition: condition(context, storefront !== undefined, options.chainWatch),
    figures: figures(context, options.chainWatch),
    audit: () => audit(context.store),
    /** What the migration that gave money its owners has said of it; undefined where there was nothing to say. */
    ownersGiven: () => context.store.read(ownersGiven),
    /** Up to `limit` events after the one with id `after`, oldest first. */
    eventsAfter: (after: bigint, limit: number) => context.store.read((tx) => tx.events.after(after, limit)),
    /** Up to `limit` records of the audit log that fit, after the one with id `after`, oldest first. */
    auditLog: (filter: AuditLogFilter, after: bigint, limit: number) =>
      context.store.read((tx) => tx.auditLog.search(filter, after, limit)),
  };
}
