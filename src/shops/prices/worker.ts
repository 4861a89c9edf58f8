import type { Clock } from '#platform/clock.ts';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { MAX_ATTEMPTS, pauseAfterMs, pauseMs } from '#platform/timers/backoff.ts';
import { PollingLoop, pauseUntilMs } from '#platform/timers/polling-loop.ts';
import { ShopError, type ShopPrices } from '#shops/shop-connector.ts';
import {
  type PriceUpdate,
  type PriceUpdateOutcome,
  type PriceUpdateProgress,
  priceUpdateRepository,
} from '#shops/store/price-updates.ts';
import { keptText, takeStep } from './steps.ts';

/** A step is three or four calls to the shop, each of which may have to wait for its rate limit. */
const STEP_TIMEOUT_MS = 120_000;

/** How long to sleep when no update is known to be due: another process may add one. */
const MAX_SLEEP_MS = 5_000;

/** The pause after the database was unavailable. */
const STORE_PAUSE_MS = 2_000;

export interface PriceUpdateWorkerPorts {
  store: Store;
  prices: ShopPrices;
  clock: Clock;
  /** Uniform in [0, 1). */
  random: () => number;
  log: Logger;
}

/**
 * Executes price updates one step at a time, so that notifications of paid orders, which share the shop's rate limit,
 * never wait for more than a step, and a product that has just changed does not wait for all others. Updates in progress
 * are in the database and continue after a restart.
 */
export class PriceUpdateWorker {
  readonly #ports: PriceUpdateWorkerPorts;
  readonly #loop: PollingLoop;
  /** Back-off for the shop as a whole, however many updates are waiting. */
  #failuresInARow = 0;

  constructor(ports: PriceUpdateWorkerPorts) {
    this.#ports = ports;
    this.#loop = new PollingLoop(
      () => this.#takeTurn(),
      (error) => {
        ports.log.error({ err: error }, 'Price updates cannot reach the database; retrying shortly');
        return STORE_PAUSE_MS;
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  /** Signals that there may be a new update. */
  wake(): void {
    this.#loop.wake();
  }

  /** Aborts the current step, which is repeated after the next start. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Executes one step of the update that has been due longest. Returns its id; undefined if none is due. */
  async processNext(): Promise<bigint | undefined> {
    const { store, clock } = this.#ports;
    const now = clock.now();
    const update = await store.run((tx) => tx.use(priceUpdateRepository).leaseNext(now));
    if (update === undefined) return undefined;
    const step = await this.#takeStep(update);
    if (this.#loop.stopping.aborted) return update.id;
    await (step.done ? this.#noteStep(update, step.progress) : this.#noteFailure(update, step.error));
    return update.id;
  }

  /** Returns how long to sleep afterwards, in milliseconds. */
  async #takeTurn(): Promise<number> {
    const isIdle = (await this.processNext()) === undefined;
    if (isIdle) return this.#sleepMs();
    return this.#failuresInARow > 0 ? pauseMs(this.#failuresInARow, this.#ports.random) : 0;
  }

  async #takeStep(
    update: PriceUpdate,
  ): Promise<{ done: true; progress: PriceUpdateProgress } | { done: false; error: unknown }> {
    const signal = AbortSignal.any([this.#loop.stopping, AbortSignal.timeout(STEP_TIMEOUT_MS)]);
    try {
      return { done: true, progress: await takeStep(this.#ports, update, signal) };
    } catch (error) {
      return { done: false, error: error ?? new Error('The step failed without a reason') };
    }
  }

  async #noteStep(update: PriceUpdate, progress: PriceUpdateProgress): Promise<void> {
    const { store, clock, log } = this.#ports;
    const now = clock.now();
    const outcome = outcomeOf(update, progress, now);
    this.#failuresInARow = 0;
    const isNoted = await store.run((tx) => {
      // A product whose prices were right needs no record until it changes.
      const isForgotten =
        update.target.kind === 'product' && outcome.state === 'done' && progress.variantsChanged === 0;
      return isForgotten
        ? tx.use(priceUpdateRepository).forget(update)
        : tx.use(priceUpdateRepository).note(update, progress, outcome, now);
    });
    if (!isNoted || outcome.finishedAt === null) return;
    const { variantsSeen: seen, variantsChanged: changed, variantsLeftOut: leftOut, remark } = progress;
    const fields = { id: update.id, seen, changed, leftOut, remark };
    if (outcome.state === 'failed') {
      log.error(fields, `${nameOf(update)} could not be finished: ${outcome.lastError} Manual intervention required.`);
    } else {
      log.info(fields, `${nameOf(update)} is done: ${seen} variants seen, ${changed} changed, ${leftOut} left out.`);
    }
  }

  async #noteFailure(update: PriceUpdate, error: unknown): Promise<void> {
    const { store, clock, random, log } = this.#ports;
    const now = clock.now();
    const isOfTheShop = error instanceof ShopError;
    const attempts = update.attempts + 1;
    const lastError = keptText(error instanceof Error ? error.message : String(error));
    // A ShopError's message says everything; any other error is a bug, so its stack is logged.
    const fields = { err: isOfTheShop ? undefined : error, id: update.id, attempts };
    const isHopeless = (isOfTheShop && !error.retryable) || attempts >= MAX_ATTEMPTS;
    this.#failuresInARow = isHopeless ? 0 : this.#failuresInARow + 1;
    const pause = pauseAfterMs(attempts, random, isOfTheShop ? error.retryAfterMs : undefined);
    const outcome: PriceUpdateOutcome = {
      state: isHopeless ? 'failed' : 'pending',
      attempts,
      nextAttemptAt: new Date(now.getTime() + (isHopeless ? 0 : pause)),
      lastError,
      finishedAt: isHopeless ? now : null,
    };
    const isNoted = await store.run((tx) => tx.use(priceUpdateRepository).note(update, update, outcome, now));
    if (!isNoted) return;
    const seconds = Math.ceil(pause / 1000);
    if (isHopeless) log.error(fields, `${nameOf(update)} failed: ${lastError} Manual intervention required.`);
    else log.warn(fields, `${nameOf(update)} was interrupted; retrying in ${seconds} s: ${lastError}`);
  }

  async #sleepMs(): Promise<number> {
    const { store, clock } = this.#ports;
    const dueAt = await store.read((tx) => tx.use(priceUpdateRepository).nextDueAt());
    return pauseUntilMs(dueAt, clock.now(), MAX_SLEEP_MS);
  }
}

/** A successful update continues immediately, after others that are due. */
function outcomeOf(update: PriceUpdate, progress: PriceUpdateProgress, now: Date): PriceUpdateOutcome {
  const isRateDue = update.target.kind === 'shop' && !progress.globalRateIsSet && progress.globalRateError === null;
  const lastError = progress.globalRateError;
  const goesOn = { attempts: 0, nextAttemptAt: now, lastError };
  if (isRateDue || !progress.variantsAreDone) return { ...goesOn, state: 'running', finishedAt: null };
  return { ...goesOn, state: lastError === null ? 'done' : 'failed', finishedAt: now };
}

function nameOf({ id, target }: PriceUpdate): string {
  if (target.kind === 'product') return `Price update ${id} of the product ${target.productId}`;
  return `Price update ${id} at 1 ${target.currency} = ${target.rate} µT`;
}
