import type { Logger } from '#platform/logging/logger.ts';

/** Orders that are read and rendered at the same time. */
const MAX_AT_ONCE = 8;

/** After a failure, such as a database that is out of reach. */
const RETRY_MS = 2_000;

/**
 * Reads again what may have changed, a few at a time. What is added while it is being read is read once more afterwards:
 * an older state never comes after a newer one. What fails is tried again, so that no change is lost with it.
 */
export class RefreshQueue<Item> {
  readonly #refresh: (item: Item) => Promise<void>;
  readonly #log: Logger;
  readonly #waiting = new Set<Item>();
  readonly #atWork = new Set<Item>();
  readonly #failed = new Set<Item>();
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(refresh: (item: Item) => Promise<void>, log: Logger) {
    this.#refresh = refresh;
    this.#log = log;
  }

  add(items: Iterable<Item>): void {
    for (const item of items) this.#waiting.add(item);
    this.#work();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
  }

  #work(): void {
    for (const item of this.#waiting) {
      if (this.#isClosed || this.#atWork.size >= MAX_AT_ONCE) return;
      if (this.#atWork.has(item)) continue;
      this.#waiting.delete(item);
      this.#atWork.add(item);
      void this.#workOn(item);
    }
  }

  async #workOn(item: Item): Promise<void> {
    try {
      await this.#refresh(item);
    } catch (error) {
      this.#tryAgain(item, error);
    }
    this.#atWork.delete(item);
    this.#work();
  }

  /** One line for all that fail until the next try. */
  #tryAgain(item: Item, error: unknown): void {
    if (this.#isClosed) return;
    this.#failed.add(item);
    if (this.#retry !== undefined) return;
    this.#log.warn({ err: error }, 'The open pages could not be looked at; it is tried again');
    this.#retry = setTimeout(() => {
      this.#retry = undefined;
      const failed = [...this.#failed];
      this.#failed.clear();
      this.add(failed);
    }, RETRY_MS).unref();
  }
}
