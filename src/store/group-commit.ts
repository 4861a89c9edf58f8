import { StoreUnavailableError } from './errors.ts';

/** What the group needs of the one connection that writes. Every method answers when the database has done it. */
export interface WriteConnection {
  begin(): Promise<void>;
  /** Marks a place to return to. */
  savepoint(): Promise<void>;
  releaseSavepoint(): Promise<void>;
  rollbackToSavepoint(): Promise<void>;
  /** Makes all that was released durable. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** False after an error so grave that the database gave up the whole transaction by itself. */
  isInTransaction(): boolean;
}

interface Work<Context> {
  run(context: Context): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

interface Outcome<Context> {
  work: Work<Context>;
  result?: unknown;
  error?: unknown;
}

/** Works in one commit: enough to share the cost of making it durable, few enough to answer the first one soon. */
const MOST_WORKS_IN_A_GROUP = 256;

/** Works that may wait. Beyond this the database is behind by seconds, and refusing is kinder than letting wait. */
const MOST_WORKS_WAITING = 5000;

/**
 * Takes the works that wait together into one transaction, a savepoint each, and answers them all after the one commit
 * that makes them durable: the cost of a durable write is paid once per group. A work that fails is rolled back alone.
 * Works run one after another, so each sees all that earlier ones did.
 *
 * @param contextFor makes what a work is handed; called anew for each work.
 */
export class GroupCommit<Context> {
  readonly #connection: WriteConnection;
  readonly #contextFor: () => { context: Context; committed: () => void };
  #waiting: Work<Context>[] = [];
  #running: Promise<void> | undefined;
  #closed = false;

  constructor(connection: WriteConnection, contextFor: () => { context: Context; committed: () => void }) {
    this.#connection = connection;
    this.#contextFor = contextFor;
  }

  run<T>(run: (context: Context) => Promise<T>): Promise<T> {
    if (this.#closed) return Promise.reject(new StoreUnavailableError('The database is being closed'));
    if (this.#waiting.length >= MOST_WORKS_WAITING) {
      return Promise.reject(new StoreUnavailableError(`${MOST_WORKS_WAITING} writes are waiting for the database`));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Answers when every work that was taken has been answered. Later works are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Whatever else arrives in this turn of the event loop joins the group.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#commitGroup(this.#waiting.splice(0, MOST_WORKS_IN_A_GROUP));
    }
    this.#running = undefined;
  }

  async #commitGroup(group: Work<Context>[]): Promise<void> {
    const outcomes: Outcome<Context>[] = [];
    const onCommitted: (() => void)[] = [];
    try {
      await this.#connection.begin();
      for (const work of group) {
        const { context, committed } = this.#contextFor();
        outcomes.push(await this.#runOne(work, context));
        onCommitted.push(committed);
      }
      await this.#connection.commit();
    } catch (error) {
      await this.#giveUp(group, error);
      return;
    }
    for (const [index, outcome] of outcomes.entries()) {
      if ('error' in outcome) {
        outcome.work.reject(outcome.error);
      } else {
        outcome.work.resolve(outcome.result);
        // On its own: whoever listens must not be able to end the writer.
        queueMicrotask(onCommitted[index] as () => void);
      }
    }
  }

  async #runOne(work: Work<Context>, context: Context): Promise<Outcome<Context>> {
    await this.#connection.savepoint();
    try {
      const result = await work.run(context);
      await this.#connection.releaseSavepoint();
      return { work, result };
    } catch (error) {
      if (!this.#connection.isInTransaction()) throw error;
      await this.#connection.rollbackToSavepoint();
      return { work, error };
    }
  }

  /** Nothing of the group was kept, so nothing of it may be answered with success. */
  async #giveUp(group: Work<Context>[], error: unknown): Promise<void> {
    if (this.#connection.isInTransaction()) await this.#connection.rollback().catch(() => undefined);
    for (const work of group) work.reject(error);
  }
}
