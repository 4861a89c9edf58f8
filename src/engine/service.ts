import { hex } from '@scure/base';
import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Check, Opened, ServiceContext } from '#platform/module.ts';
import { accounts } from './account-history.ts';
import { engineContext } from './context.ts';
import { desk } from './desk/desk.ts';
import { expiry } from './expiry.ts';
import { engineMetrics } from './metrics.ts';
import { type FindOpenRefund, held } from './money/held.ts';
import { orderChanges } from './operator-actions.ts';
import { orderEvents } from './order-events.ts';
import { orders } from './orders.ts';
import { lists } from './queries.ts';
import { audit, ownersGiven } from './reconciliation.ts';
import { accountRepository } from './store/accounts.ts';
import { paymentRepository } from './store/payments.ts';
import { historyTexts } from './texts/histories.ts';
import { listTexts } from './texts/lists.ts';

declare module '#platform/module.ts' {
  interface Services {
    engine: EngineService;
  }
  interface Ports {
    /** A new id for a manual payment, distinct from all transactions on the chain; random by default. */
    makeTxid?: () => string;
    /** Finds the first of these refunds that may still put its money back. */
    findOpenRefund?: FindOpenRefund;
  }
}

export type EngineService = ReturnType<typeof service>;

function service(platform: ServiceContext) {
  const context = engineContext(platform);
  const { store, settings, ports, randomBytes, startedAt, lastFailedWriteAt } = platform;
  const actions = operatorActions(context);
  const { expiryGraceMs: graceMs } = settings;
  return {
    accounts: accounts(context),
    desk: desk(context),
    expiry: expiry(context, {
      notBefore: new Date(startedAt.getTime() + graceMs),
      graceMs,
      lastFailedWriteAt,
    }),
    held: held(context, actions, async (tx, refundIds) => ports.findOpenRefund?.(tx, refundIds)),
    lists: lists(context),
    orderChanges: orderChanges(context, actions, ports.makeTxid ?? (() => `manual-${hex.encode(randomBytes(16))}`)),
    orderEvents: orderEvents(context),
    orders: orders(context),
    texts: { ...listTexts(context), ...historyTexts(context) },
    audit: async () => audit(store, await ports.bookChecks?.()),
    /** The report of the migration that gave money its owners; undefined if there is none. */
    ownersGiven: () => store.read(ownersGiven),
  };
}

export function open(platform: ServiceContext): Opened<EngineService> {
  const { ports, settings, store, log } = platform;
  ports.isKnownAccount = async (tx, account) => (await tx.use(accountRepository).find(account)) !== undefined;
  const opened = service(platform);
  const { expiry } = opened;
  return {
    service: opened,
    check,
    metrics: engineMetrics(),
    background: {
      async start() {
        if (store.appliedMigrations.length === 0) return;
        const sentence = await opened.ownersGiven();
        if (sentence !== undefined) log.info({}, sentence);
      },
      begin: () => expiry.begin(),
      jobs: [{ name: 'expiry', schedule: settings.expirySchedule, run: () => expiry.run() }],
    },
  };
}

const check: Check = {
  unknown: { payments: { late: 0 } },
  look: async (tx) => ({ reasons: [], details: { payments: { late: await tx.use(paymentRepository).countLate() } } }),
};
