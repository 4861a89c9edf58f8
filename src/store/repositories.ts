import type { Kysely } from 'kysely';
import { chainRepository } from '../rails/tari-chain/store/chain.ts';
import { accountRepository } from './accounts.ts';
import { auditLogRepository } from './audit-log.ts';
import { authorizationRepository } from './authorizations.ts';
import { customerRepository } from './customers.ts';
import type { Tables } from './database.ts';
import { deliveryRepository } from './deliveries.ts';
import { earlyNewsRepository } from './early-news.ts';
import { eventRepository, type StoredEvent } from './events.ts';
import { exchangeRateRepository } from './exchange-rates.ts';
import { heartbeatRepository } from './heartbeat.ts';
import { heldMoneyRepository } from './held-money.ts';
import { idempotencyKeyRepository } from './idempotency-keys.ts';
import { journalRepository } from './journals.ts';
import { orderClaimRepository } from './order-claims.ts';
import { type MemoIndex, orderSearchRepository } from './order-search.ts';
import { orderRepository } from './orders.ts';
import { paymentUseRepository } from './payment-uses.ts';
import { paymentRepository } from './payments.ts';
import { priceUpdateRepository } from './price-updates.ts';
import { roleRepository } from './roles.ts';
import { settlementRepository } from './settlements.ts';
import { nonceRepository, walletRepository } from './wallets.ts';
import { webhookRepository } from './webhooks.ts';

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
