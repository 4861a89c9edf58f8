import { recordChange } from '#platform/audit-log/record.ts';
import type { Transaction } from '#platform/database/store.ts';
import { appendEvent } from '#platform/outbox/append-event.ts';
import { type PostAnswer, post } from '#platform/outgoing-post/post.ts';
import { PrivateAddressError } from '#platform/outgoing-post/public-lookup.ts';
import { networkErrorCode } from '#platform/request-deadline.ts';
import { programVersion } from '#platform/version.ts';
import { subscriberOf, type WebhookContext } from './context.ts';
import { MAX_ANSWER_BYTES } from './limits.ts';
import { type Message, signedHeaders } from './signature.ts';
import { attemptRepository, type NewAttempt } from './store/attempts.ts';
import { type Endpoint, endpointRepository, type Signing } from './store/endpoints.ts';
import { endpointEventView, endpointView } from './views.ts';

/** Attempts that are kept of each endpoint. */
export const MAX_ATTEMPTS_KEPT = 1_000;

/** After so long without a success an endpoint is paused: its dead letters would only grow. */
export const MAX_FAILING_MS = 3 * 24 * 3_600_000;

/** The status by which a receiver says that it wants no more. */
const GONE = 410;

/** Who the audit log says has paused an endpoint because of its answers. */
const SERVER = 'webhooks';

const USER_AGENT = `tari-payment-server/${programVersion()}`;

/** An endpoint with what messages to it are made with. */
export interface Target {
  endpoint: Endpoint;
  signing: Signing;
}

export interface Outcome extends Omit<NewAttempt, 'endpointId' | 'eventId' | 'eventType'> {
  /** As the receiver sent it. */
  retryAfter: string | undefined;
}

/** Undefined if there is none, or if it is removed. */
export async function targetOf(tx: Transaction, endpointId: bigint, now: Date): Promise<Target | undefined> {
  const endpoint = await tx.use(endpointRepository).find(endpointId);
  const signing = await tx.use(endpointRepository).signingOf(endpointId, now);
  return endpoint && signing && { endpoint, signing };
}

/** Sends a message once. Never throws: what went wrong is in the outcome, without the URL, which may hold a token. */
export async function attempt(
  { clock, settings, ports }: Pick<WebhookContext, 'clock' | 'settings' | 'ports'>,
  { endpoint, signing }: Target,
  message: Message,
  signal: AbortSignal,
): Promise<Outcome> {
  const at = clock.now();
  const from = performance.now();
  const { secret, previousSecret } = signing;
  const headers = {
    'content-type': 'application/json',
    'user-agent': USER_AGENT,
    ...signedHeaders(message, previousSecret === null ? [secret] : [secret, previousSecret], at),
  };
  const options = {
    allowPrivate: settings.webhooksAllowPrivate,
    maxTextBytes: MAX_ANSWER_BYTES,
    resolve: ports.resolveName,
  };
  const answered = await post({ url: new URL(endpoint.url), body: message.body, headers, signal }, options).then(
    (answer: PostAnswer) => ({ ...answer, error: errorOfStatus(answer.status) }),
    (error: unknown) => ({ status: null, retryAfter: undefined, text: '', error: sentenceOf(error) }),
  );
  const { status, text, error, retryAfter } = answered;
  const durationMs = performance.now() - from;
  return { messageId: message.id, at, durationMs, status, answer: text, error, retryAfter };
}

function errorOfStatus(status: number): string | null {
  if (status >= 200 && status <= 299) return null;
  const isRedirect = status >= 300 && status <= 399;
  return `It answered with status ${status}${isRedirect ? '; redirects are not followed' : ''}.`;
}

function sentenceOf(error: unknown): string {
  if (error instanceof PrivateAddressError) {
    return 'It is at an address that is not public, which TPG_WEBHOOKS_ALLOW_PRIVATE does not allow.';
  }
  const code = networkErrorCode(error);
  return error instanceof Error && code === 'Error' ? error.message : `The connection failed (${code}).`;
}

/** Keeps an attempt in the log of its endpoint, of which the oldest are dropped. Answers its id. */
export async function logAttempt(tx: Transaction, logged: NewAttempt): Promise<bigint> {
  const attempts = tx.use(attemptRepository);
  const id = await attempts.insert(logged);
  await attempts.keepNewest(logged.endpointId, MAX_ATTEMPTS_KEPT);
  return id;
}

/** Counts an attempt to deliver an event, and pauses the endpoint if its answers say so. */
export async function countAttempt(
  tx: Transaction,
  { subscriptions }: Pick<WebhookContext, 'subscriptions'>,
  endpointId: bigint,
  { status, error, at }: Outcome,
): Promise<void> {
  const endpoints = tx.use(endpointRepository);
  await endpoints.count(endpointId, error === null, at);
  const before = await endpoints.find(endpointId);
  if (error === null || before === undefined || before.state !== 'active') return;
  const reason = reasonToPause(before, status, at);
  if (reason === undefined) return;
  await endpoints.pause(endpointId, reason);
  const paused: Endpoint = { ...before, state: 'paused', pauseReason: reason };
  const subject = subscriberOf(endpointId);
  const payload = { webhook_endpoint: endpointEventView(paused) };
  await appendEvent(tx, subscriptions, { type: 'WebhookEndpointPaused', subject, payload, at });
  const change = { before: endpointView(before), after: endpointView(paused) };
  await recordChange(tx, { actor: SERVER, action: 'pause webhook endpoint', subject, reason, ...change }, at);
}

function reasonToPause({ failingSince }: Endpoint, status: number | null, now: Date): string | undefined {
  if (status === GONE) return 'It answered with status 410: it wants no more.';
  if (failingSince === null || now.getTime() - failingSince.getTime() < MAX_FAILING_MS) return undefined;
  return `Every attempt has failed since ${failingSince.toISOString()}.`;
}
