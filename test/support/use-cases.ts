import { allBookChecks } from '#books.ts';
import { signedClaims } from '#engine/claims/signed-claims.ts';
import type { EngineContext } from '#engine/context.ts';
import { modules } from '#modules.ts';
import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Settings } from '#platform/config/read-settings.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Store } from '#platform/database/store.ts';
import type { Ports, Services } from '#platform/module.ts';
import type { EventBus } from '#platform/outbox/event-bus.ts';
import { authenticator } from '#rails/tari-wallet/http/authenticate.ts';
import { signedReports } from '#rails/tari-wallet/http/signed-reports.ts';
import { openServices } from '#services.ts';
import { signedDeliveries } from '#shops/http/signed-deliveries.ts';
import { parseAddress } from '#tari/address.ts';
import { parseSettings } from '#test/settings.ts';

/** All that the server can do, without its two threads and HTTP: what tests and the simulation call. */
export type UseCases = ReturnType<typeof useCasesOf>;

export interface UseCaseOptions {
  /** Before that nothing expires. */
  nothingExpiresBefore: Date;
  ports: Ports;
}

/** Opens all contexts as the server does, over what tests have made. */
export async function openUseCases(
  context: EngineContext & { subscriptions: EventBus },
  { nothingExpiresBefore, ports }: UseCaseOptions,
): Promise<UseCases> {
  const { services } = await openServices(modules, {
    ...context,
    store: withoutMigrations(context.store),
    settings: settingsOf(context.settings),
    ports: { bookChecks: allBookChecks, ...ports },
    random: () => 0.5,
    randomBytes: (length) => new Uint8Array(length).fill(7),
    fetch: () => Promise.reject(new Error('Tests of use cases need no network')),
    startedAt: nothingExpiresBefore,
    lastFailedWriteAt: () => undefined,
    wakeOutbox: () => undefined,
  });
  return useCasesOf(services, context);
}

/** By what they do, with their signatures looked at; what is not named here goes by the name of its context. */
export function useCasesOf(services: Services, context: PlatformContext & Pick<EngineContext, 'settings'>) {
  const { auth, rates, engine, shops, tariWallet, tariChain, outbox, auditLog, checkout, monitoring } = services;
  return {
    ...services,
    ...engine,
    access: auth,
    wallets: auth.wallets,
    exchangeRates: rates,
    orders: { ...engine.orders, ...signedClaims(engine.orders, context) },
    payments: { ...tariWallet, ...signedReports(tariWallet, authenticator(auth.wallets, context), context) },
    priceUpdates: shops.priceUpdates,
    rescan: shops.rescan,
    webhooks: { ...shops.webhooks, ...signedDeliveries(shops.webhooks, context) },
    chain: tariChain,
    payerOrders: checkout,
    deadLetters: outbox.deadLetters,
    eventsAfter: outbox.eventsAfter,
    auditLog: auditLog.search,
    changes: operatorActions(context),
    condition: monitoring.condition,
    metrics: monitoring.metrics,
  };
}

/** Beside what the methods need, which are its own. */
function withoutMigrations(store: Store) {
  return Object.assign(Object.create(store) as Store, { appliedMigrations: [] });
}

let defaults: Settings | undefined;

function settingsOf(settings: EngineContext['settings']): Settings {
  if (defaults === undefined) {
    const parsed = parseSettings({});
    if (!parsed.ok) throw new Error(parsed.problems.join(' '));
    defaults = { ...parsed.settings, expiryGraceMs: 0 };
  }
  const { paymentWalletAddress: address, ...rest } = settings;
  const paymentWalletAddress = address === undefined ? null : parseAddress(address);
  return { ...defaults, ...rest, paymentWalletAddress };
}
