import { Alarm } from './wakeable-timer.ts';

/** The least pause keeps a wrong clock from spinning. */
const SHORTEST_PAUSE_MS = 50;

/** The pause until something is due, in milliseconds; the longest where nothing is known to be. */
export function pauseUntilMs(dueAt: Date | undefined, now: Date, longestMs: number): number {
  if (dueAt === undefined) return longestMs;
  return Math.min(Math.max(dueAt.getTime() - now.getTime(), SHORTEST_PAUSE_MS), longestMs);
}

/** Something that is done again and again, with pauses between that are cut short where there may be something new. */
export class Loop {
  readonly #takeTurn: () => Promise<number>;
  readonly #afterFailure: (error: unknown) => number;
  readonly #alarm = new Alarm();
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;

  /**
   * @param takeTurn does it once, and answers the pause before the next time, in milliseconds; 0 for none.
   * @param afterFailure hears why that failed, and answers the pause.
   */
  constructor(takeTurn: () => Promise<number>, afterFailure: (error: unknown) => number) {
    this.#takeTurn = takeTurn;
    this.#afterFailure = afterFailure;
  }

  /** Aborted when it is to end: a turn that takes long had better end then. */
  get stopping(): AbortSignal {
    return this.#stopping.signal;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Cuts the pause short, or the next one where a turn is being taken. */
  wake(): void {
    this.#alarm.ring();
  }

  /** Begins no more turns, and answers when the last one has ended. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    this.wake();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      this.#alarm.reset();
      const pauseMs = await this.#takeTurn().catch(this.#afterFailure);
      if (pauseMs > 0) await this.#alarm.sleep(pauseMs);
    }
  }
}
