import { changes } from '#platform/audit-log/operator-actions.ts';
import { HOUSEKEEPING_SCHEDULE } from '#platform/jobs/housekeeping.ts';
import type { Opened, ServiceContext } from '#platform/module.ts';
import { type PageRequest, readPage } from '#platform/paging.ts';
import { webhookCheck } from './check.ts';
import { SUBSCRIBER_PREFIX, subscriberOf } from './context.ts';
import { endpointTests } from './endpoint-test.ts';
import { endpointOf, endpointsService } from './endpoints.ts';
import { webhookMetrics } from './metrics.ts';
import { webhookSender } from './sender.ts';
import { attemptRepository } from './store/attempts.ts';
import { endpointRepository } from './store/endpoints.ts';

declare module '#platform/module.ts' {
  interface Services {
    webhookEndpoints: WebhooksService;
  }
}

/** How long attempts are kept. */
export const ATTEMPTS_KEPT_MS = 30 * 24 * 3_600_000;

export type WebhooksService = ReturnType<typeof service>;

function service(context: ServiceContext, wake: () => void) {
  const { store } = context;
  return {
    ...endpointsService(context, changes(context), wake),
    ...endpointTests(context),
    /** The last attempts of an endpoint, oldest first unless told. @throws {DomainError} `webhook_endpoint_not_found` */
    attempts: (id: bigint, { order = 'asc', ...request }: PageRequest<bigint>) =>
      store.read(async (tx) => {
        await endpointOf(tx, id);
        return readPage(
          request,
          (after, limit) => tx.use(attemptRepository).page(id, after, limit, order),
          (attempt) => attempt.id,
        );
      }),
  };
}

export function open(context: ServiceContext): Opened<WebhooksService> {
  const { store, clock, subscriptions } = context;
  const sender = webhookSender(context);
  subscriptions.addFamily({
    prefix: SUBSCRIBER_PREFIX,
    names: async (tx) => (await tx.use(endpointRepository).idsInUse()).map(({ id }) => subscriberOf(id)),
    wake: sender.wake,
  });
  const forgetOld = () => {
    const now = clock.now();
    return store.run(async (tx) => {
      await tx.use(endpointRepository).forgetSecrets(now);
      return tx.use(attemptRepository).forgetBefore(new Date(now.getTime() - ATTEMPTS_KEPT_MS));
    });
  };
  return {
    service: service(context, sender.wake),
    check: webhookCheck,
    metrics: webhookMetrics,
    background: {
      start() {
        store.onCommitted(sender.noticed);
        sender.start();
      },
      stop: sender.stop,
      jobs: [{ name: 'forget-webhook-attempts', schedule: HOUSEKEEPING_SCHEDULE, run: forgetOld }],
    },
  };
}
