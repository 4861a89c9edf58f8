import { fromWire, toWire, type WireError } from './error-transfer.ts';
import { MessageBatch } from './message-batch.ts';

/**
 * Remote procedure calls between threads. Arguments and results are copied: plain data, `Date`, `Map`, `Set`, bytes.
 * Calls reach the functions in the order in which they were made.
 */

/** Asynchronous functions by name, nested to any depth. */
export type Functions = { readonly [name: string]: AnyFunction | Functions };

// biome-ignore lint/suspicious/noExplicitAny: the functions' own types are restored by `functions<T>()`.
type AnyFunction = (...given: any[]) => unknown;

/** The function's name is its path, joined by dots. */
export type Call = readonly [id: number, name: string, given: readonly unknown[]];

export type Answer = readonly [id: number, answer: unknown] | readonly [id: number, nothing: undefined, WireError];

/** The id of a response that no call asked for: when the thread is ready, it carries the functions' names. */
const OPENING = 0;

interface Waiting {
  resolve(answer: unknown): void;
  reject(error: unknown): void;
}

/** The calling side. */
export class RpcClient {
  readonly #calls: MessageBatch<Call>;
  readonly #waiting = new Map<number, Waiting>();
  readonly #opening: Promise<unknown>;
  #lastId = OPENING;
  /** Why calls are not answered any more. */
  #failure: Error | undefined;

  constructor(post: (calls: readonly Call[]) => void) {
    this.#calls = new MessageBatch(post, ([id], error) => this.#settle(id)?.reject(error));
    this.#opening = this.#answerTo(OPENING);
  }

  /** All functions of the thread, once it is ready. @throws the error that kept it from starting. */
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

  /** Handles a response. */
  take([id, answer, error]: Answer): void {
    const call = this.#settle(id);
    if (error === undefined) call?.resolve(answer);
    else call?.reject(fromWire(error));
  }

  /** Rejects all pending and later calls, because the thread is gone. */
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

/** The called side. */
export class RpcServer {
  readonly #send: (answer: Answer) => void;
  #functions: ReadonlyMap<string, AnyFunction> = new Map();

  /** @param send passes a response to the client's `take`. */
  constructor(send: (answer: Answer) => void) {
    this.#send = send;
  }

  /** Announces the functions once they can be called, or the error that prevented it. */
  async open(opening: Promise<Functions>): Promise<void> {
    await this.#answer(OPENING, async () => {
      this.#functions = new Map(named(await opening));
      return [...this.#functions.keys()];
    });
  }

  /** Executes calls. */
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
      this.#send([id, await work()]);
    } catch (error) {
      this.#send([id, undefined, toWire(error)]);
    }
  }
}

/** The response in place of a result that cannot be copied to the client. */
export function answerOfRefused([id]: Answer, error: unknown): Answer {
  return [id, undefined, toWire(new Error(`The result cannot be copied to another thread: ${String(error)}`))];
}

function* named(functions: Functions, before = ''): Generator<[name: string, AnyFunction]> {
  for (const [name, found] of Object.entries(functions)) {
    if (typeof found === 'function') yield [before + name, found];
    else yield* named(found, `${before}${name}.`);
  }
}
