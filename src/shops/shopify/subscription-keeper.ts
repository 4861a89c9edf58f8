import type { Logger } from '#platform/logging/logger.ts';
import { pauseAfterMs } from '#platform/timers/backoff.ts';
import { PollingLoop } from '#platform/timers/polling-loop.ts';
import { StorefrontError } from '#shops/shop-connector.ts';
import type { SubscriptionRenewal } from './subscription-renewal.ts';
import { NEEDED_TOPICS, type SubscriptionRefused } from './subscriptions.ts';

/** Subscriptions vanish after eight failures in a row, and the shop says nothing of it (docs/reference/shopify.md 8). */
const LOOK_EVERY_MS = 24 * 3_600_000;

export interface SubscriptionKeeperPorts {
  /** Renews what is missing. It asks nobody but the shop. */
  renew: (signal: AbortSignal) => Promise<SubscriptionRenewal>;
  /** Evenly from 0 up to 1. */
  random: () => number;
  log: Logger;
}

/** Keeps the webhook subscriptions of the server complete: looks when it starts and once a day. */
export class SubscriptionKeeper {
  readonly #ports: SubscriptionKeeperPorts;
  readonly #loop: PollingLoop;
  #failures = 0;

  constructor(ports: SubscriptionKeeperPorts) {
    this.#ports = ports;
    this.#loop = new PollingLoop(
      () => this.#look(),
      (error) => this.#pauseAfter(error),
    );
  }

  start(): void {
    this.#loop.start();
  }

  /** Answers when it asks the shop no more. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #look(): Promise<number> {
    const renewal = await this.#ports.renew(this.#loop.stopping);
    logRenewal(renewal, this.#ports.log);
    if (renewal.failure !== undefined) throw renewal.failure;
    this.#failures = 0;
    // Not all servers of a shop's app at one moment of the day.
    return LOOK_EVERY_MS * (0.9 + this.#ports.random() / 10);
  }

  #pauseAfter(error: unknown): number {
    if (this.#loop.stopping.aborted) return 0;
    this.#failures += 1;
    const askedMs = error instanceof StorefrontError ? error.retryAfterMs : undefined;
    // What waiting does not mend is looked at again as if nothing had been wrong.
    const isHopeless = error instanceof StorefrontError && !error.retryable;
    const pauseMs = isHopeless ? LOOK_EVERY_MS : pauseAfterMs(this.#failures, this.#ports.random, askedMs);
    this.#ports.log.warn(
      { err: error, attempts: this.#failures, retryInMs: pauseMs },
      'The webhook subscriptions in the shop could not be looked at; it is tried again',
    );
    return pauseMs;
  }
}

const ADVICE: Readonly<Record<SubscriptionRefused['reason'], string>> = {
  protected_data:
    'Ask for access to protected customer data for the app, in the Dev Dashboard under API access requests; names and addresses are not needed.',
  scope: 'Grant the app read_orders and read_products, and install that version of it.',
  taken: '',
  other: 'The shop takes only https addresses that the internet reaches: look at TPG_PUBLIC_URL.',
};

/** One sentence for each reason: nine topics that are refused for one scope are one thing to mend. */
function logRenewal({ uri, created, moved, refused, failure }: SubscriptionRenewal, log: Logger): void {
  if (created.length > 0) {
    const isFirstTime = created.length === NEEDED_TOPICS.length;
    const consequence = isFirstTime
      ? 'Orders that were made before are not known here: taritools admin orders rescan fetches those that are open.'
      : 'What happened meanwhile is missing: taritools admin orders rescan fetches the open orders.';
    log.warn(
      { topics: created, uri },
      `The shop did not send ${created.join(', ')} to this server; it is subscribed now. ${consequence}`,
    );
  }
  if (moved.length > 0) {
    log.warn({ topics: moved, uri }, `Subscriptions of an older path are moved to ${uri}: ${moved.join(', ')}`);
  }
  const reasons = new Set(refused.map(({ reason }) => reason));
  for (const reason of reasons) {
    const ofReason = refused.filter((refusal) => refusal.reason === reason);
    const more = ofReason.length === 1 ? '' : ` So it is with ${ofReason.length - 1} more topics.`;
    log.warn({ reason }, `${ofReason[0]?.message}${more} ${ADVICE[reason]}`);
  }
  if (created.length + moved.length + refused.length === 0 && failure === undefined) {
    log.info({ uri }, `The shop sends all ${NEEDED_TOPICS.length} topics to ${uri}`);
  }
}
