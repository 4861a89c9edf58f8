import type { Logger } from '#platform/logging/logger.ts';
import { pauseAfterMs } from '#platform/timers/backoff.ts';
import { PollingLoop } from '#platform/timers/polling-loop.ts';
import { ShopError } from '#shops/shop-connector.ts';
import type { SubscriptionRenewal } from './subscription-renewal.ts';
import { NEEDED_TOPICS, type SubscriptionRefused } from './subscriptions.ts';

/** Shopify removes subscriptions after eight consecutive failures without notice (docs/reference/shopify.md 8). */
const LOOK_EVERY_MS = 24 * 3_600_000;

export interface SubscriptionKeeperPorts {
  /** Renews missing subscriptions. It only contacts the shop. */
  renew: (signal: AbortSignal) => Promise<SubscriptionRenewal>;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
}

/** Keeps the server's webhook subscriptions complete: checks them at the start and once a day. */
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

  /** Resolves when it makes no more calls to the shop. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  async #look(): Promise<number> {
    const renewal = await this.#ports.renew(this.#loop.stopping);
    logRenewal(renewal, this.#ports.log);
    if (renewal.failure !== undefined) throw renewal.failure;
    this.#failures = 0;
    // With jitter, so that the servers of an app do not all check at the same time.
    return LOOK_EVERY_MS * (0.9 + this.#ports.random() / 10);
  }

  #pauseAfter(error: unknown): number {
    if (this.#loop.stopping.aborted) return 0;
    this.#failures += 1;
    const askedMs = error instanceof ShopError ? error.retryAfterMs : undefined;
    // A permanent error is checked again at the regular interval.
    const isHopeless = error instanceof ShopError && !error.retryable;
    const pauseMs = isHopeless ? LOOK_EVERY_MS : pauseAfterMs(this.#failures, this.#ports.random, askedMs);
    this.#ports.log.warn(
      { err: error, attempts: this.#failures, retryInMs: pauseMs },
      'The webhook subscriptions in the shop could not be checked; retrying',
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

/** One line per reason: nine topics refused for the same scope are one problem. */
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
