import { customersAndAccounts } from './0001-customers-and-accounts.ts';
import { orders } from './0002-orders.ts';
import { payments } from './0003-payments.ts';
import { settlements } from './0004-settlements.ts';
import { walletsNoncesAndRoles } from './0005-wallets-nonces-and-roles.ts';
import { exchangeRates } from './0006-exchange-rates.ts';
import { eventsAndDeliveries } from './0007-events-and-deliveries.ts';
import { webhooks } from './0008-webhooks.ts';
import { auditLog } from './0009-audit-log.ts';
import { heartbeat } from './0010-heartbeat.ts';
import { idempotencyKeys } from './0011-idempotency-keys.ts';
import { orderSearchIndexes } from './0012-order-search-indexes.ts';
import { operatorLists } from './0013-operator-lists.ts';
import { earlyNews } from './0014-early-news.ts';
import { priceUpdates } from './0015-price-updates.ts';
import { authorizations } from './0016-authorizations.ts';
import { oneWriter } from './0017-one-writer.ts';
import { deliveryHolds } from './0018-delivery-holds.ts';
import { accountOrdinals } from './0019-account-ordinals.ts';
import { paymentsOnTheChain } from './0020-payments-on-the-chain.ts';
import { chainWatcher } from './0021-chain-watcher.ts';
import { ownersOfMoney } from './0022-owners-of-money.ts';
import { ownersOfWhatWasThere } from './0023-owners-of-what-was-there.ts';
import { idsAndNames } from './0024-ids-and-names.ts';
import { identityAndStrangers } from './0025-identity-and-strangers.ts';
import { movedOver } from './0026-moved-over.ts';
import { pageCodes } from './0027-page-codes.ts';
import type { MigrationList } from './schema.ts';

/** Those of before each context had a folder of its own: later ones are numbered on in `<context>/`. */
export const migrations: MigrationList = {
  '0001-customers-and-accounts': customersAndAccounts,
  '0002-orders': orders,
  '0003-payments': payments,
  '0004-settlements': settlements,
  '0005-wallets-nonces-and-roles': walletsNoncesAndRoles,
  '0006-exchange-rates': exchangeRates,
  '0007-events-and-deliveries': eventsAndDeliveries,
  '0008-webhooks': webhooks,
  '0009-audit-log': auditLog,
  '0010-heartbeat': heartbeat,
  '0011-idempotency-keys': idempotencyKeys,
  '0012-order-search-indexes': orderSearchIndexes,
  '0013-operator-lists': operatorLists,
  '0014-early-news': earlyNews,
  '0015-price-updates': priceUpdates,
  '0016-authorizations': authorizations,
  '0017-one-writer': oneWriter,
  '0018-delivery-holds': deliveryHolds,
  '0019-account-ordinals': accountOrdinals,
  '0020-payments-on-the-chain': paymentsOnTheChain,
  '0021-chain-watcher': chainWatcher,
  '0022-owners-of-money': ownersOfMoney,
  '0023-owners-of-what-was-there': ownersOfWhatWasThere,
  '0024-ids-and-names': idsAndNames,
  '0025-identity-and-strangers': identityAndStrangers,
  '0026-moved-over': movedOver,
  '0027-page-codes': pageCodes,
};
