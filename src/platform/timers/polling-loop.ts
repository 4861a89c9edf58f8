import { WakeableTimer } from './wakeable-timer.ts';

/** A minimum, so that a wrong clock cannot cause a busy loop. */
const MIN_PAUSE_MS = 50;

/** The pause until something is due, in milliseconds; the maximum if nothing is known to be. */
export function pauseUntilMs(dueAt: Date | undefined, now: Date, maxMs: number): number {
  if (dueAt === undefined) return maxMs;
  return Math.min(Math.max(dueAt.getTime() - now.getTime(), MIN_PAUSE_MS), maxMs);
}

/** Repeats something, with pauses in between that are cut short when there may be something to do. */
export class PollingLoop {
  readonly #takeTurn: () => Promise<number>;
  readonly #afterFailure: (error: unknown) => number;
  readonly #timer = new WakeableTimer();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  /**
   * @param takeTurn does it once and returns the pause before the next time, in milliseconds; 0 for none.
   * @param afterFailure is given the error of a failed turn and returns the pause.
   */
  constructor(takeTurn: () => Promise<number>, afterFailure: (error: unknown) => number) {
    this.#takeTurn = takeTurn;
    this.#afterFailure = afterFailure;
  }

  /** Aborted when the loop is to stop: a long turn should end then. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Cuts the current pause short, or the next one if a turn is running. */
  wake(): void {
    this.#timer.wake();
  }

  /** Starts no more turns, and resolves when the last one has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#timer.reset();
      const pauseMs = await this.#takeTurn().catch(this.#afterFailure);
      if (pauseMs > 0) await this.#timer.sleep(pauseMs);
    }
  }
}
