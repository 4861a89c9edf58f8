import type { Kysely } from 'kysely';
import { roleRepository } from '#auth/store/roles.ts';
import { accountRepository } from '#engine/store/accounts.ts';
import { customerRepository } from '#engine/store/customers.ts';
import { heldMoneyRepository } from '#engine/store/held-money.ts';
import { orderClaimRepository } from '#engine/store/order-claims.ts';
import { orderRepository } from '#engine/store/orders.ts';
import { paymentUseRepository } from '#engine/store/payment-uses.ts';
import { paymentRepository } from '#engine/store/payments.ts';
import { journalRepository } from '#engine/store/reconciliation.ts';
import { type MemoIndex, orderSearchRepository } from '#engine/store/search/order-search.ts';
import { settlementRepository } from '#engine/store/settlements.ts';
import { auditLogRepository } from '#platform/audit-log/store/audit-log.ts';
import { idempotencyKeyRepository } from '#platform/audit-log/store/idempotency-keys.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { eventRepository, type StoredEvent } from '#platform/outbox/store/events.ts';
import { chainRepository } from '#rails/tari-chain/store/chain.ts';
import { nonceRepository, walletRepository } from '#rails/tari-wallet/store/wallets.ts';
import { exchangeRateRepository } from '#rates/store/exchange-rates.ts';
import { authorizationRepository } from '#shops/store/authorizations.ts';
import { earlyNewsRepository } from '#shops/store/out-of-order-updates.ts';
import { priceUpdateRepository } from '#shops/store/price-updates.ts';
import { webhookRepository } from '#shops/store/webhooks.ts';
import { heartbeatRepository } from './heartbeat.ts';
import type { Tables } from './tables.ts';

export type Repositories = ReturnType<typeof repositories>;

/** Every repository over one connection. */
export function repositories(database: Kysely<Tables>, memoIndex: MemoIndex, onAppend: (event: StoredEvent) => void) {
  return {
    accounts: accountRepository(database),
    auditLog: auditLogRepository(database),
    authorizations: authorizationRepository(database),
    chain: chainRepository(database),
    customers: customerRepository(database),
    deliveries: deliveryRepository(database),
    earlyNews: earlyNewsRepository(database),
    events: eventRepository(database, onAppend),
    exchangeRates: exchangeRateRepository(database),
    heartbeat: heartbeatRepository(database),
    heldMoney: heldMoneyRepository(database),
    idempotencyKeys: idempotencyKeyRepository(database),
    journals: journalRepository(database),
    nonces: nonceRepository(database),
    orderClaims: orderClaimRepository(database),
    orders: orderRepository(database),
    orderSearch: orderSearchRepository(database, memoIndex),
    payments: paymentRepository(database),
    paymentUses: paymentUseRepository(database),
    priceUpdates: priceUpdateRepository(database),
    roles: roleRepository(database),
    settlements: settlementRepository(database),
    wallets: walletRepository(database),
    webhooks: webhookRepository(database),
  };
}
