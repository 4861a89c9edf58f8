import { fromWire, toWire, type WireError } from './error-transfer.ts';
import { GatheredPosts } from './message-batch.ts';

/**
 * Calls from one thread to functions of another. What is given and answered is copied: plain data, `Date`, `Map`,
 * `Set`, bytes. Calls reach the functions in the order in which they were made.
 */

/** Asynchronous functions by name, on as many levels as one likes. */
export type Functions = { readonly [name: string]: AnyFunction | Functions };

// biome-ignore lint/suspicious/noExplicitAny: what functions take and answer is their callers' business.
type AnyFunction = (...given: any[]) => unknown;

/** The function's name is the names on the way to it, with dots between. */
export type Call = readonly [id: number, name: string, given: readonly unknown[]];

export type Answer = readonly [id: number, answer: unknown] | readonly [id: number, nothing: undefined, WireError];

/** The call that nobody makes: it is answered, with the functions' names, when the thread is ready. */
const OPENING = 0;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** The side that calls. */
export class Caller {
  readonly #calls: GatheredPosts<Call>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opening: Promise<unknown>;
  #lastId = OPENING;
  /** Why no call is answered any more. */
  #failure: Error | undefined;

  constructor(post: (calls: readonly Call[]) => void) {
    this.#calls = new GatheredPosts(post, ([id], error) => this.#settle(id)?.reject(error));
    this.#opening = this.#answerTo(OPENING);
  }

  /** All functions of the thread, once it is ready. @throws what kept it from getting ready. */
  async functions<T extends Functions>(): Promise<T> {
    const names = (await this.#opening) as readonly string[];
    const root: Record<string, unknown> = {};
    for (const name of names) {
      const path = name.split('.');
      const last = path.pop() ?? '';
      let level = root;
      for (const part of path) {
        level[part] ??= {};
        level = level[part] as Record<string, unknown>;
      }
      level[last] = (...given: unknown[]) => this.#call(name, given);
    }
    return root as T;
  }

  /** Takes an answer that has come. */
  take([id, answer, error]: Answer): void {
    const call = this.#settle(id);
    if (error === undefined) call?.resolve(answer);
    else call?.reject(fromWire(error));
  }

  /** The thread is gone: no call is answered any more, neither those that wait nor later ones. */
  fail(failure: Error): void {
    this.#failure = failure;
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
  }

  #call(name: string, given: readonly unknown[]): Promise<unknown> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#lastId += 1;
    const answer = this.#answerTo(this.#lastId);
    this.#calls.add([this.#lastId, name, given]);
    return answer;
  }

  #answerTo(id: number): Promise<unknown> {
    return new Promise((resolve, reject) => this.#waiting.set(id, { resolve, reject }));
  }

  #settle(id: number): Waiting | undefined {
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    return call;
  }
}

/** The side that is called. */
export class Answerer {
  readonly #tell: (answer: Answer) => void;
  #functions: ReadonlyMap<string, AnyFunction> = new Map();

  /** @param tell carries an answer to the caller's `take`. */
  constructor(tell: (answer: Answer) => void) {
    this.#tell = tell;
  }

  /** Makes the functions ready to be called, or says why they never will be. */
  async open(opening: Promise<Functions>): Promise<void> {
    await this.#answer(OPENING, async () => {
      this.#functions = new Map(named(await opening));
      return [...this.#functions.keys()];
    });
  }

  /** Carries out calls that have come. */
  take(calls: readonly Call[]): void {
    for (const [id, name, given] of calls) {
      void this.#answer(id, async () => {
        const called = this.#functions.get(name);
        if (called === undefined) throw new Error(`There is no function ${name} in this thread`);
        return called(...given);
      });
    }
  }

  async #answer(id: number, work: () => Promise<unknown>): Promise<void> {
    try {
      this.#tell([id, await work()]);
    } catch (error) {
      this.#tell([id, undefined, toWire(error)]);
    }
  }
}

/** What to answer in place of something that cannot be copied to the caller. */
export function answerOfRefused([id]: Answer, error: unknown): Answer {
  return [id, undefined, toWire(new Error(`What was answered cannot go to another thread: ${String(error)}`))];
}

function* named(functions: Functions, before = ''): Generator<[name: string, AnyFunction]> {
  for (const [name, found] of Object.entries(functions)) {
    if (typeof found === 'function') yield [before + name, found];
    else yield* named(found, `${before}${name}.`);
  }
}
