import type { Logger } from '#platform/logging/logger.ts';
import type { UplinkState } from '#pull-payments/types.ts';

/**
 * Tells the service what the uplink does: at once when it goes up or down, and now and then when only the number of
 * connections has changed. One message is under way at a time, and carries the newest.
 */
export class UplinkReport {
  readonly #tell: (state: UplinkState) => Promise<void>;
  readonly #state: () => UplinkState;
  readonly #pauseMs: number;
  readonly #log: Logger;
  #timer: NodeJS.Timeout | undefined;
  #telling: Promise<void> | undefined;
  #isStale = false;

  constructor(
    tell: (state: UplinkState) => Promise<void>,
    state: () => UplinkState,
    { pauseMs, log }: { pauseMs: number; log: Logger },
  ) {
    this.#tell = tell;
    this.#state = state;
    this.#pauseMs = pauseMs;
    this.#log = log;
  }

  /** The number of connections has changed. */
  soon(): void {
    this.#timer ??= setTimeout(() => void this.now(), this.#pauseMs).unref();
  }

  /** Resolves once the newest state was told, or could not be. */
  async now(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#isStale = true;
    this.#telling ??= this.#tellAll();
    await this.#telling;
  }

  async #tellAll(): Promise<void> {
    while (this.#isStale) {
      this.#isStale = false;
      await this.#tell(this.#state()).catch((err: unknown) => {
        this.#log.warn({ err }, 'Could not report the state of the uplink');
        this.soon();
      });
    }
    this.#telling = undefined;
  }
}
