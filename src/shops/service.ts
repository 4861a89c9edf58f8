import { base32crockford } from '@scure/base';
import { engineContext } from '#engine/context.ts';
import { operatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Store } from '#platform/database/store.ts';
import { HOUSEKEEPING_SCHEDULE } from '#platform/jobs/housekeeping.ts';
import type { Check, Opened, ReadMetrics, ServiceContext, Services } from '#platform/module.ts';
import { isBehind } from '#platform/outbox/check.ts';
import { subscribeShop } from './notify-shop.ts';
import { orderIntake } from './order-intake.ts';
import { subscribeRefunds } from './refunds-of-shop.ts';
import { priceUpdateRepository } from './store/price-updates.ts';
import './ports.ts';
import { priceUpdates } from './prices/price-updates.ts';
import { PriceUpdateWorker } from './prices/worker.ts';
import { rescan } from './rescan.ts';
import type { ShopConnector } from './shop-connector.ts';
import { shopSilence, silenceReason } from './shop-silence.ts';
import { authorizationRepository } from './store/authorizations.ts';
import { webhookRepository } from './store/webhooks.ts';
import { webhooks } from './webhook-inbox.ts';

/** Random bytes of an order's page code of 16 characters: it can't be guessed within the rate limit. */
const PAGE_CODE_BYTES = 10;

declare module '#platform/module.ts' {
  interface Services {
    shops: ShopsService;
  }
}

export type ShopsService = ReturnType<typeof service>;

function service(platform: ServiceContext, wakePrices: () => void) {
  const context = engineContext(platform);
  const { ports, wakeOutbox, subscriptions } = platform;
  const { shop } = ports;
  const actions = operatorActions(context);
  const intake = orderIntake(context);
  const updates = priceUpdates(context, actions, { hasShop: shop?.prices !== undefined, wake: wakePrices });
  const makePageCode = () => base32crockford.encode(platform.randomBytes(PAGE_CODE_BYTES));
  const adapter = {
    name: shop?.name,
    wakeOutbox,
    readContent: ports.readContent ?? unread,
    subscriptions,
    makePageCode,
  };
  return {
    priceUpdates: updates,
    rescan: rescan(context, intake, shop, makePageCode),
    webhooks: webhooks(context, intake, actions, adapter, updates),
  };
}

const unread = () => ({ kind: 'unusable', reason: 'No shop is configured whose webhooks could be read.' }) as const;

export function open(platform: ServiceContext, { payouts }: Services): Opened<ShopsService> {
  const { ports, subscriptions, store, clock, random, log } = platform;
  const { shop } = ports;
  let worker: PriceUpdateWorker | undefined;
  // If another instance does this work, it polls soon enough by itself.
  const opened = service(platform, () => worker?.wake());
  const { priceUpdates, webhooks } = opened;
  ports.rateFollower = { follow: priceUpdates.requestShop, wake: priceUpdates.wake };
  if (isWhole(shop)) {
    subscribeShop(subscriptions, shop, log, (orderId) => keptAuthorizations(store, orderId));
    subscribeRefunds(subscriptions, { shop, refunds: payouts.refunds, store, log });
  }
  return {
    service: opened,
    check: shopCheck(platform),
    metrics,
    background: {
      begin() {
        worker = shop?.prices && new PriceUpdateWorker({ store, prices: shop.prices, clock, random, log });
        worker?.start();
      },
      async end() {
        await worker?.stop();
        worker = undefined;
      },
      jobs: [
        { name: 'forget-webhooks', schedule: HOUSEKEEPING_SCHEDULE, run: webhooks.forgetOld },
        { name: 'forget-price-updates', schedule: HOUSEKEEPING_SCHEDULE, run: priceUpdates.forgetOld },
      ],
    },
  };
}

/** Tests have shops that only show prices. */
function isWhole(shop: Partial<ShopConnector> | undefined): shop is ShopConnector {
  return shop?.markPaid !== undefined;
}

async function keptAuthorizations(store: Store, orderId: string): Promise<string[]> {
  const kept = await store.read((tx) => tx.use(authorizationRepository).ofOrder(orderId));
  return kept.map(({ transactionId }) => transactionId);
}

function shopCheck({ ports, subscriptions, settings }: ServiceContext): Check {
  const stateOf = (behind: boolean) => (ports.shop === undefined ? 'not configured' : behind ? 'behind' : 'ok');
  return {
    unknown: {
      storefront: 'behind',
      price_updates: { waiting: 0, failed: 0 },
      webhooks: { rejected: 0, age_seconds: null },
    },
    async look(tx, now) {
      const silence = await shopSilence(tx);
      const { lastWebhookAt } = silence;
      const reason = silenceReason(silence, settings.shopify.maxWebhookAgeMs, now);
      const ageMs = lastWebhookAt && Math.max(0, now.getTime() - lastWebhookAt.getTime());
      return {
        reasons: reason === undefined ? [] : [reason],
        details: {
          storefront: stateOf(await isBehind(tx, subscriptions, now)),
          price_updates: await tx.use(priceUpdateRepository).backlog(),
          webhooks: {
            rejected: await tx.use(webhookRepository).countSetAside(),
            age_seconds: ageMs === undefined ? null : Math.floor(ageMs / 1000),
          },
        },
      };
    },
  };
}

const metrics: ReadMetrics = async (tx) => {
  const lastWebhookAt = await tx.use(webhookRepository).lastReceivedAt();
  const { waiting, failed } = await tx.use(priceUpdateRepository).backlog();
  return [
    {
      name: 'tpg_price_updates_waiting',
      help: 'Pending updates of the prices that the shop shows.',
      samples: [{ value: waiting }],
    },
    {
      name: 'tpg_price_updates_failed',
      help: 'Permanently failed updates of the prices that the shop shows: an operator must look at them.',
      samples: [{ value: failed }],
    },
    {
      name: 'tpg_webhooks_rejected',
      help: 'Rejected webhooks: an operator must look at them.',
      samples: [{ value: await tx.use(webhookRepository).countSetAside() }],
    },
    {
      name: 'tpg_webhook_age_seconds',
      help: 'Seconds since the last webhook. Left out until one has arrived.',
      samples: lastWebhookAt === undefined ? [] : [{ value: lastWebhookAt }],
    },
  ];
};
