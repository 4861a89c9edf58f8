import { NotSentError } from '#interledger/stream/driver.ts';

interface Waiting {
  resolve(reply: Uint8Array): void;
  reject(error: Error): void;
  timer: NodeJS.Timeout;
}

/** BTP's request ids have 32 bits. */
const ID_COUNT = 2 ** 32;

/** Requests that wait for their answer, by their id. */
export class UnderWay {
  readonly #waiting = new Map<number, Waiting>();
  readonly #max: number;
  #nextId: number;

  /** @param random so that an id of one connection says nothing of those of the next. */
  constructor(max: number, random: () => number) {
    this.#max = max;
    this.#nextId = Math.floor(random() * ID_COUNT);
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Waits for an answer. Throws NotSentError while too many are under way. */
  add(waitMs: number): { id: number; answer: Promise<Uint8Array> } {
    if (this.#waiting.size >= this.#max) throw new NotSentError('Too many packets are under way.');
    while (this.#waiting.has(this.#nextId)) this.#nextId = (this.#nextId + 1) % ID_COUNT;
    const id = this.#nextId;
    this.#nextId = (id + 1) % ID_COUNT;
    const answer = new Promise<Uint8Array>((resolve, reject) => {
      const timer = setTimeout(() => this.fail(id, new Error('No answer came.')), waitMs);
      timer.unref();
      this.#waiting.set(id, { resolve, reject, timer });
    });
    return { id, answer };
  }

  /** An answer came. It does nothing if it is not waited for. */
  answer(id: number, bytes: Uint8Array): void {
    this.#take(id)?.resolve(bytes);
  }

  fail(id: number, error: Error): void {
    this.#take(id)?.reject(error);
  }

  failAll(error: Error): void {
    for (const id of [...this.#waiting.keys()]) this.fail(id, error);
  }

  #take(id: number): Waiting | undefined {
    const one = this.#waiting.get(id);
    this.#waiting.delete(id);
    clearTimeout(one?.timer);
    return one;
  }
}
