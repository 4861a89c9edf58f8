import { createHmac } from 'node:crypto';
import type { Store } from '#platform/database/store.ts';
import { DeliveryError } from '#platform/outbox/delivery-error.ts';
import type { EventMessage, EventRegistry } from '#platform/outbox/event-bus.ts';
import { type PostOptions, post } from '#platform/outgoing-post/post.ts';
import { PrivateAddressError } from '#platform/outgoing-post/public-lookup.ts';
import { networkErrorCode } from '#platform/request-deadline.ts';
import { agreementRepository, type KeptAgreement } from '../store/agreements.ts';
import { pullRepository } from '../store/pulls.ts';
import type { WebhookSettings } from './settings.ts';

/** Never changes: deliveries are kept by it. */
export const WEBHOOK_SUBSCRIBER = 'pull-payments-webhook';

export interface WebhookPorts {
  store: Pick<Store, 'read'>;
  settings: WebhookSettings;
  /** In tests. */
  options?: Pick<PostOptions, 'resolve' | 'answerWithinMs'>;
}

/** Calls the webhook of an agreement after each of its pulls, until it has answered with success. */
export function subscribeWebhooks(events: Pick<EventRegistry, 'onDurable'>, ports: WebhookPorts): void {
  events.onDurable(WEBHOOK_SUBSCRIBER, 'PullEnded', (event, signal) => callWebhook(event, signal, ports));
}

async function callWebhook(
  event: EventMessage<'PullEnded'>,
  signal: AbortSignal,
  { store, settings, options }: WebhookPorts,
): Promise<void> {
  const agreement = await store.read(async (tx) => {
    const pull = await tx.use(pullRepository).find(event.payload.pull.id);
    return pull && tx.use(agreementRepository).find(pull.agreementId);
  });
  const webhook = agreement?.revision.terms.webhook ?? null;
  if (agreement === undefined || webhook === null) return;
  const { webhookToken: token, webhookAllowPrivate: allowPrivate } = settings;
  const body = Buffer.from(bodyOf(event, agreement, settings.publicHost));
  const headers = {
    authorization: `Bearer ${token}`,
    'content-type': 'application/json',
    'webhook-id': String(event.id),
    'webhook-signature': `sha256=${createHmac('sha256', token).update(body).digest('hex')}`,
  };
  const answer = await post({ url: new URL(webhook), body, headers, signal }, { allowPrivate, ...options }).catch(
    failed,
  );
  if (answer.status >= 200 && answer.status <= 299) return;
  throw new DeliveryError(`The webhook answered with status ${answer.status}.`, {
    retryable: true,
    ...retryAfterMs(answer.retryAfter),
  });
}

/** The three keys that receivers know stand first, as texts. */
function bodyOf({ id, createdAt, payload }: EventMessage<'PullEnded'>, agreement: KeptAgreement, host: string): string {
  const { pull, balance } = payload;
  return JSON.stringify({
    balanceTotal: balance.total,
    balanceInterval: balance.interval,
    pointer: `$${host}/${agreement.token ?? agreement.id}`,
    id: String(id),
    pulled: pull.debit,
    cycle: balance.cycle,
    available: balance.available,
    event: 'PullEnded',
    time: createdAt.toISOString(),
  });
}

/** Nothing of the URL is said: it may hold a secret of the receiver. */
function failed(error: unknown): never {
  if (error instanceof PrivateAddressError) {
    const sentence = 'It is at an address that is not public, which SPSP_WEBHOOK_ALLOW_PRIVATE does not allow.';
    throw new DeliveryError(`The webhook was not called. ${sentence}`, { retryable: false });
  }
  const code = networkErrorCode(error);
  const reason = error instanceof Error && code === 'Error' ? error.message : `The connection failed (${code}).`;
  throw new DeliveryError(`The webhook could not be called. ${reason}`, { retryable: true });
}

/** What a receiver asks for in seconds; a date is not looked at. */
function retryAfterMs(text: string | undefined): { retryAfterMs?: number } {
  return text !== undefined && /^\d{1,6}$/.test(text) ? { retryAfterMs: Number(text) * 1000 } : {};
}
