/** So many are posted without waiting for the turn to end: the other thread can begin meanwhile. */
const MOST_IN_A_POST = 16;

/**
 * Gathers what is to be told to another thread in one turn of the event loop. A message takes 10 µs to post and to
 * receive, whatever is in it; what is in it takes one.
 */
export class GatheredPosts<Item> {
  readonly #post: (items: readonly Item[]) => void;
  readonly #onRefused: (item: Item, error: unknown) => void;
  #items: Item[] = [];

  /**
   * @param post posts to the other thread, and throws where something cannot be copied there.
   * @param onRefused is told of each item that cannot be copied; the others are posted.
   */
  constructor(post: (items: readonly Item[]) => void, onRefused: (item: Item, error: unknown) => void) {
    this.#post = post;
    this.#onRefused = onRefused;
  }

  add(item: Item): void {
    this.#items.push(item);
    if (this.#items.length >= MOST_IN_A_POST) this.flush();
    else if (this.#items.length === 1) setImmediate(() => this.flush());
  }

  /** Posts at once what waits. */
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
