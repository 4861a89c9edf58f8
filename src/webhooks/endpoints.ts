import type { Change, ChangeRequest, OperatorActions } from '#platform/audit-log/operator-actions.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import type { EventType } from '#platform/outbox/events.ts';
import { deliveryRepository } from '#platform/outbox/store/deliveries.ts';
import { eventRepository } from '#platform/outbox/store/events.ts';
import { queueingRepository } from '#platform/outbox/store/queueing.ts';
import { type PageRequest, readPage } from '#platform/paging.ts';
import { type Backlog, backlogOf } from './backlog.ts';
import { subscriberOf, type WebhookContext } from './context.ts';
import { readEndpointUrl } from './endpoint-url.ts';
import { DomainError } from './errors.ts';
import type { WEBHOOK_EVENTS } from './events.ts';
import { SECRET_BYTES, secretText } from './signature.ts';
import { type Endpoint, type EndpointChoice, endpointRepository } from './store/endpoints.ts';
import { type EndpointView, endpointEventView, endpointView } from './views.ts';

/** Each has its share of the outbox's time; a merchant with more programs puts a distributor of their own in front. */
export const MAX_ENDPOINTS = 16;

/** How long messages are signed with the previous secret too, after a new one was made. */
export const PREVIOUS_SECRET_VALID_MS = 24 * 3_600_000;

/** Makes messages of an endpoint distinct from those of any other, on this server and on others. */
const TAG_BYTES = 8;

export interface NewEndpointRequest {
  url: string;
  description: string;
  eventTypes: readonly EventType[] | null;
}

/** The secret is null if it is no longer the present one, as when a request is repeated later. */
export type WithSecret = EndpointView & { secret: string | null };

export type EndpointsService = ReturnType<typeof endpointsService>;

/**
 * The register of webhook endpoints. Each change is one unit of work with its event and its line in the audit log.
 * @param wake signals that there may be something to deliver, or an endpoint more or less.
 */
export function endpointsService(context: WebhookContext, { perform }: OperatorActions, wake: () => void) {
  const { store, settings, subscriptions, randomBytes } = context;
  const newSecret = () => secretText(randomBytes(SECRET_BYTES));
  const urlOf = (text: string) => readEndpointUrl(text, settings.webhooksAllowPrivate).href;

  /** Appends the event of a change, and returns the answer with the line for the audit log. */
  const recorded = async (tx: Transaction, given: Recorded): ReturnType<Change<EndpointView>> => {
    const endpoint = await endpointOf(tx, given.id);
    const view = endpointView(endpoint);
    const payload = { webhook_endpoint: endpointEventView(endpoint) };
    const subject = subscriberOf(given.id);
    await appendEvent(tx, subscriptions, { type: given.type, subject, payload, at: given.now });
    const { action, reason, before } = given;
    return { answer: view, record: { action, subject, reason, before: before && endpointView(before), after: view } };
  };

  /** Changes an endpoint in one unit of work, then wakes what delivers. */
  const changed = async (
    request: ChangeRequest,
    id: bigint,
    given: Pick<Recorded, 'type' | 'action' | 'reason'>,
    change: (tx: Transaction, before: Endpoint, now: Date) => Promise<void>,
  ): Promise<EndpointView> => {
    const view = await perform(request, async ({ tx, now }) => {
      const before = await endpointOf(tx, id);
      if (before.state === 'removed') throw new DomainError('webhook_endpoint_state', `${id} is removed`);
      await change(tx, before, now);
      return recorded(tx, { ...given, id, before, now });
    });
    wake();
    return view;
  };

  /**
   * Adds the secret to an answer that is kept without it, as long as it is the present one.
   * @param made the secret of this very request, unless it is a repeat: then nothing has to be read that could fail.
   */
  const withSecret = async (view: EndpointView, made: MadeSecret | undefined): Promise<WithSecret> => {
    if (made?.at.toISOString() === view.secret_created_at) return { ...view, secret: made.secret };
    const secret = await store.read(async (tx) => {
      const endpoint = await tx.use(endpointRepository).find(BigInt(view.id));
      if (endpoint?.secretCreatedAt.toISOString() !== view.secret_created_at) return null;
      return (await tx.use(endpointRepository).signingOf(endpoint.id, endpoint.secretCreatedAt))?.secret ?? null;
    });
    return { ...view, secret };
  };

  return {
    /** All endpoints by id, those that are removed too. */
    list: (request: PageRequest<bigint>) =>
      store.read((tx) =>
        readPage(
          request,
          (after, limit) => tx.use(endpointRepository).page(after ?? 0n, limit),
          (endpoint) => endpoint.id,
        ),
      ),

    /** @throws {DomainError} `webhook_endpoint_not_found` */
    show: (id: bigint): Promise<{ endpoint: Endpoint; backlog: Backlog }> =>
      store.read(async (tx) => {
        const endpoint = await endpointOf(tx, id);
        return { endpoint, backlog: await backlogOf(tx, endpoint) };
      }),

    /** It is told of what happens from now on. @throws {DomainError} `webhook_url_refused`, `too_many_webhook_endpoints` */
    async add(request: ChangeRequest, asked: NewEndpointRequest, reason?: string): Promise<WithSecret> {
      const choice = { ...asked, url: urlOf(asked.url) };
      const secret = newSecret();
      const tag = Buffer.from(randomBytes(TAG_BYTES)).toString('hex');
      let made: MadeSecret | undefined;
      const view = await perform(request, async ({ tx, now }) => {
        const endpoints = tx.use(endpointRepository);
        const count = (await endpoints.idsInUse()).length;
        if (count >= MAX_ENDPOINTS) throw new DomainError('too_many_webhook_endpoints', String(count));
        const id = await endpoints.insert({ ...choice, secret, tag, createdBy: request.actor, createdAt: now });
        made = { secret, at: now };
        const done = await recorded(tx, {
          id,
          type: 'WebhookEndpointAdded',
          action: 'add webhook endpoint',
          reason,
          now,
        });
        await endpoints.moveTo(id, await tx.use(eventRepository).lastId());
        return done;
      });
      wake();
      return withSecret(view, made);
    },

    /**
     * What is left out stays as it is. Events that wait already are sent to the new URL, if they are of the new types.
     * @throws {DomainError} those of `add`, `webhook_endpoint_not_found`, `webhook_endpoint_state`
     */
    change(request: ChangeRequest, id: bigint, asked: Partial<EndpointChoice>, reason?: string): Promise<EndpointView> {
      const choice = { ...asked, ...(asked.url !== undefined && { url: urlOf(asked.url) }) };
      const given = { type: 'WebhookEndpointChanged', action: 'change webhook endpoint', reason } as const;
      return changed(request, id, given, async (tx, before) => {
        const { url, description, eventTypes } = before;
        if (asked.eventTypes !== undefined) await passUnwanted(tx, before);
        await tx.use(endpointRepository).choose(id, { url, description, eventTypes, ...choice });
      });
    },

    /** What happens meanwhile waits for it. @throws {DomainError} `webhook_endpoint_not_found`, `webhook_endpoint_state` */
    pause: (request: ChangeRequest, id: bigint, reason: string): Promise<EndpointView> =>
      changed(
        request,
        id,
        { type: 'WebhookEndpointPaused', action: 'pause webhook endpoint', reason },
        async (tx, before) => {
          if (before.state === 'paused') throw new DomainError('webhook_endpoint_state', `${id} is paused already`);
          await tx.use(endpointRepository).pause(id, reason);
        },
      ),

    /**
     * It is told of what happened meanwhile, or only of what happens from now on.
     * @throws {DomainError} `webhook_endpoint_not_found`, `webhook_endpoint_state`
     */
    resume: (request: ChangeRequest, id: bigint, given: { skipMissed: boolean; reason?: string | undefined }) =>
      changed(
        request,
        id,
        {
          type: 'WebhookEndpointResumed',
          action: given.skipMissed ? 'resume webhook endpoint without what it missed' : 'resume webhook endpoint',
          reason: given.reason,
        },
        async (tx, before, now) => {
          if (before.state === 'active') throw new DomainError('webhook_endpoint_state', `${id} is not paused`);
          await tx.use(endpointRepository).resume(id);
          if (!given.skipMissed) return;
          await tx.use(queueingRepository).giveUp(subscriberOf(id), now, { dead: false });
          await tx.use(endpointRepository).moveTo(id, await tx.use(eventRepository).lastId());
        },
      ),

    /** For good, with all that waits for it. @throws {DomainError} `webhook_endpoint_not_found`, `webhook_endpoint_state` */
    remove: (request: ChangeRequest, id: bigint, reason: string): Promise<EndpointView> =>
      changed(
        request,
        id,
        { type: 'WebhookEndpointRemoved', action: 'remove webhook endpoint', reason },
        async (tx, _, now) => {
          await tx.use(endpointRepository).remove(id);
          await tx.use(queueingRepository).giveUp(subscriberOf(id), now, { dead: true });
        },
      ),

    /** The previous secret stays valid for a day. @throws {DomainError} `webhook_endpoint_not_found`, `webhook_endpoint_state` */
    async rotateSecret(request: ChangeRequest, id: bigint, reason?: string): Promise<WithSecret> {
      const secret = newSecret();
      const given = { type: 'WebhookSecretRotated', action: 'rotate webhook secret', reason } as const;
      let made: MadeSecret | undefined;
      const view = await changed(request, id, given, (tx, _, now) => {
        const until = new Date(now.getTime() + PREVIOUS_SECRET_VALID_MS);
        made = { secret, at: now };
        return tx.use(endpointRepository).rotate(id, secret, { now, until });
      });
      return withSecret(view, made);
    },

    /**
     * Delivers an event again and immediately, whatever became of it before.
     * @throws {DomainError} `webhook_endpoint_not_found`, `webhook_endpoint_state`, `webhook_delivery_not_found`
     */
    async resend(request: ChangeRequest, id: bigint, eventId: bigint): Promise<{ event_id: bigint }> {
      const answer = await perform(request, async ({ tx, now }) => {
        const endpoint = await endpointOf(tx, id);
        if (endpoint.state === 'removed') throw new DomainError('webhook_endpoint_state', `${id} is removed`);
        const subscriber = subscriberOf(id);
        const subject = await tx.use(queueingRepository).subjectOf(eventId, subscriber);
        if (subject === undefined) {
          throw new DomainError('webhook_delivery_not_found', `event ${eventId} to the webhook endpoint ${id}`);
        }
        await tx.use(deliveryRepository).redeliverEvent(eventId, subject, subscriber, now);
        const after = { event_id: eventId };
        return { answer: after, record: { action: 'resend webhook', subject: subscriberOf(id), after } };
      });
      wake();
      return answer;
    },
  };
}

/** Unless something waits for an endpoint, moves it behind what it did not want so far: it may want that from now on. */
async function passUnwanted(tx: Transaction, { id, eventTypes, position }: Endpoint): Promise<void> {
  const next = await tx.use(queueingRepository).timeOfNext(eventTypes ?? undefined, position);
  if (next === undefined) await tx.use(endpointRepository).moveTo(id, await tx.use(eventRepository).lastId());
}

/** A secret, and when the endpoint got it. */
interface MadeSecret {
  secret: string;
  at: Date;
}

interface Recorded {
  id: bigint;
  type: (typeof WEBHOOK_EVENTS)[number];
  action: string;
  reason?: string | undefined;
  before?: Endpoint;
  now: Date;
}

/** @throws {DomainError} `webhook_endpoint_not_found` */
export async function endpointOf(tx: Transaction, id: bigint): Promise<Endpoint> {
  const endpoint = await tx.use(endpointRepository).find(id);
  if (endpoint === undefined) throw new DomainError('webhook_endpoint_not_found', String(id));
  return endpoint;
}
