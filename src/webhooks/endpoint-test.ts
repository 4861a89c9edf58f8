import { hex } from '@scure/base';
import { attempt, logAttempt, targetOf } from './attempts.ts';
import type { WebhookContext } from './context.ts';
import { DomainError } from './errors.ts';
import { TEST_TYPE, testMessage } from './messages.ts';
import type { Attempt } from './store/attempts.ts';

const NAME_BYTES = 8;

/** Sends a test to one endpoint and to no other, at once and once. A paused endpoint can be tested too. */
export function endpointTests(context: WebhookContext) {
  const { store, clock, randomBytes } = context;
  const running = new Set<bigint>();

  const send = async (endpointId: bigint): Promise<Attempt> => {
    const at = clock.now();
    const target = await store.read((tx) => targetOf(tx, endpointId, at));
    if (target === undefined) throw new DomainError('webhook_endpoint_not_found', String(endpointId));
    const { tag } = target.signing;
    const message = testMessage(endpointId, { tag, name: hex.encode(randomBytes(NAME_BYTES)), at });
    const { retryAfter: _, ...outcome } = await attempt(context, target, message, new AbortController().signal);
    const logged = { ...outcome, endpointId, eventId: null, eventType: TEST_TYPE };
    return { ...logged, id: await store.run((tx) => logAttempt(tx, logged)) };
  };

  return {
    /** @throws {DomainError} `webhook_endpoint_not_found`, `webhook_test_running` */
    async test(endpointId: bigint): Promise<Attempt> {
      if (running.has(endpointId)) throw new DomainError('webhook_test_running', String(endpointId));
      running.add(endpointId);
      try {
        return await send(endpointId);
      } finally {
        running.delete(endpointId);
      }
    },
  };
}
