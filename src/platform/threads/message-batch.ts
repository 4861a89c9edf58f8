/** A full batch is posted without waiting for the turn to end, so that the other thread can start. */
const MAX_MESSAGES_PER_BATCH = 16;

/**
 * Batches the messages to another thread within one turn of the event loop. Posting and receiving costs 10 µs for the
 * message itself and 1 µs for each item in it.
 */
export class MessageBatch<Item> {
  readonly #post: (items: readonly Item[]) => void;
  readonly #onRefused: (item: Item, error: unknown) => void;
  #items: Item[] = [];

  /**
   * @param post posts to the other thread, and throws if something cannot be copied there.
   * @param onRefused is called with each item that cannot be copied; the others are posted.
   */
  constructor(post: (items: readonly Item[]) => void, onRefused: (item: Item, error: unknown) => void) {
    this.#post = post;
    this.#onRefused = onRefused;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#items.length >= MAX_MESSAGES_PER_BATCH) this.flush();
    else if (this.#items.length === 1) setImmediate(() => this.flush());
  }

  /** Posts the waiting items immediately. */
  flush(): void {
    if (this.#items.length === 0) return;
    const items = this.#items;
    this.#items = [];
    try {
      this.#post(items);
    } catch {
      this.#postApart(items);
    }
  }

  #postApart(items: readonly Item[]): void {
    for (const item of items) {
      try {
        this.#post([item]);
      } catch (error) {
        this.#onRefused(item, error);
      }
    }
  }
}
