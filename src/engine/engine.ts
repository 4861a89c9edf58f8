import { access } from './access.ts';
import { accounts } from './accounts.ts';
import { audit } from './audit.ts';
import type { EngineContext } from './context.ts';
import { exchangeRates } from './exchange-rates.ts';
import { expiry } from './expiry.ts';
import { orders } from './orders.ts';
import { payments } from './payments.ts';
import { wallets } from './wallets.ts';
import { webhooks } from './webhooks.ts';

export type Engine = ReturnType<typeof createEngine>;

/** Everything that the server can do, over one store. `http/` and `cli/` call this and nothing below it. */
export function createEngine(context: EngineContext, options: { nothingExpiresBefore: Date }) {
  const orderUseCases = orders(context);
  const walletUseCases = wallets(context);
  return {
    access: access(context),
    accounts: accounts(context),
    exchangeRates: exchangeRates(context),
    expiry: expiry(context, options.nothingExpiresBefore),
    orders: orderUseCases,
    payments: payments(context, walletUseCases),
    wallets: walletUseCases,
    webhooks: webhooks(context, orderUseCases),
    audit: () => audit(context.store),
    /** Up to `limit` events after the one with id `after`, oldest first. */
    eventsAfter: (after: bigint, limit: number) => context.store.read((tx) => tx.events.after(after, limit)),
  };
}
