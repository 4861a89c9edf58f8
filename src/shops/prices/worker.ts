import type { Clock } from '#platform/clock.ts';
import type { Store } from '#platform/database/store.ts';
import type { Logger } from '#platform/logging/logger.ts';
import { MAX_ATTEMPTS, pauseAfterMs, pauseMs } from '#platform/timers/backoff.ts';
import { PollingLoop, pauseUntilMs } from '#platform/timers/polling-loop.ts';
import { type ShopPrices, StorefrontError } from '#shops/shop-connector.ts';
import {
  type PriceUpdate,
  type PriceUpdateOutcome,
  type PriceUpdateProgress,
  priceUpdateRepository,
} from '#shops/store/price-updates.ts';
import { keptText, takeStep } from './steps.ts';

/** A step is three or four calls to the shop, each of which may have to wait for room in its limits. */
const STEP_TIMEOUT_MS = 120_000;

/** How long to sleep when nothing is known to be due: another process may add something. */
const MAX_SLEEP_MS = 5_000;

/** After the database refused, before it is asked again. */
const STORE_PAUSE_MS = 2_000;

export interface PriceUpdateWorkerPorts {
  store: Store;
  prices: ShopPrices;
  clock: Clock;
  /** Evenly from 0 up to 1. */
  random: () => number;
  log: Logger;
}

/**
 * Does what is to be done about the prices that the shop shows, one step at a time: so telling the shop of paid orders,
 * which counts against the same limits, never waits for more than a step, and a product that has just changed does not
 * wait until all others are done. What is under way is in the database, and goes on after a restart.
 */
export class PriceUpdateWorker {
  readonly #ports: PriceUpdateWorkerPorts;
  readonly #loop: PollingLoop;
  /** However many works wait, a shop in trouble is not asked for each of them at once. */
  #failuresInARow = 0;

  constructor(ports: PriceUpdateWorkerPorts) {
    this.#ports = ports;
    this.#loop = new PollingLoop(
      () => this.#takeTurn(),
      (error) => {
        ports.log.error({ err: error }, 'The work on prices cannot reach the database; it goes on in a moment');
        return STORE_PAUSE_MS;
      },
    );
  }

  start(): void {
    this.#loop.start();
  }

  /** Says that there may be something new. */
  wake(): void {
    this.#loop.wake();
  }

  /** Breaks off the step that is being done, which is done again after the next start. */
  stop(): Promise<void> {
    return this.#loop.stop();
  }

  /** Does one step of the work that has been due for longest. Answers its id; undefined where none is due. */
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

  /** Answers how long there is nothing to do after it. */
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
      // A product whose prices were right is not heard of again until it changes.
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
      log.error(fields, `${nameOf(update)} could not be finished: ${outcome.lastError} Somebody must look at it.`);
    } else {
      log.info(fields, `${nameOf(update)} is done: ${seen} variants seen, ${changed} changed, ${leftOut} left out.`);
    }
  }

  async #noteFailure(update: PriceUpdate, error: unknown): Promise<void> {
    const { store, clock, random, log } = this.#ports;
    const now = clock.now();
    const isOfTheShop = error instanceof StorefrontError;
    const attempts = update.attempts + 1;
    const lastError = keptText(error instanceof Error ? error.message : String(error));
    // A shop that cannot be reached says all in its sentence; anything else is a bug, whose stack is wanted.
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
    if (isHopeless) log.error(fields, `${nameOf(update)} has failed: ${lastError} Somebody must look at it.`);
    else log.warn(fields, `${nameOf(update)} cannot go on yet; next try in ${seconds} s: ${lastError}`);
  }

  async #sleepMs(): Promise<number> {
    const { store, clock } = this.#ports;
    const dueAt = await store.read((tx) => tx.use(priceUpdateRepository).nextDueAt());
    return pauseUntilMs(dueAt, clock.now(), MAX_SLEEP_MS);
  }
}

/** A work that went well goes on at once, behind others that are due. */
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
