import type { Frame } from '#interledger/stream/frames.ts';

/**
 * What the peer still has to be told. News travel with the next packet, whatever it is for; they are done when an answer
 * proves that the packet arrived, and are told again if none came.
 */
export class News {
  readonly #items = new Map<string, { frames: () => readonly Frame[]; isUnderWay: boolean }>();

  /** @param frames is asked when they are sent, so that they are as new as can be. */
  add(name: string, frames: () => readonly Frame[]): void {
    this.#items.set(name, { frames, isUnderWay: false });
  }

  drop(name: string): void {
    this.#items.delete(name);
  }

  get hasAny(): boolean {
    return [...this.#items.values()].some(({ isUnderWay }) => !isUnderWay);
  }

  /** All that waits, which is under way then. */
  take(): { names: string[]; frames: Frame[] } {
    const waiting = [...this.#items].filter(([, { isUnderWay }]) => !isUnderWay);
    for (const [, item] of waiting) item.isUnderWay = true;
    return { names: waiting.map(([name]) => name), frames: waiting.flatMap(([, item]) => item.frames()) };
  }

  /** They arrived; but for those that have changed meanwhile, which wait again already. */
  arrived(names: readonly string[]): void {
    for (const name of names) {
      if (this.#items.get(name)?.isUnderWay === true) this.#items.delete(name);
    }
  }

  /** They may not have arrived. */
  failed(names: readonly string[]): void {
    for (const name of names) {
      const item = this.#items.get(name);
      if (item !== undefined) item.isUnderWay = false;
    }
  }
}
