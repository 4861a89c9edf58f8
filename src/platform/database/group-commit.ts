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
  /** How many statements have written so far. What has not written leaves nothing to take back. */
  writes(): number;
  /** False after an error so grave that the database gave up the whole transaction by itself. */
  isInTransaction(): boolean;
}

interface Work<Context> {
  run(context: Context): Promise<unknown>;
  resolve(result: unknown): void;
  reject(error: unknown): void;
}

type Outcome<Context> =
  | { work: Work<Context>; result: unknown; committed: () => void }
  | { work: Work<Context>; error: unknown };

/** Works in one commit: enough to share the cost of making it durable, few enough to answer the first one soon. */
const MOST_WORKS_IN_A_GROUP = 256;

/** A group takes no more works after so long: on PostgreSQL other instances wait for its end, and refuse what waits for long. */
const GROUP_FULL_AFTER_MS = 500;

/** Works that may wait. Beyond this the database is behind by seconds, and refusing is kinder than letting wait. */
const MOST_WORKS_WAITING = 5000;

/**
 * Takes the works that wait together into one transaction, and answers them all after the one commit that makes them
 * durable: the cost of a durable write is paid once per group. Works run one after another, so each sees all that
 * earlier ones did. Where one fails after it has written, all are run again, each behind a savepoint, to which those that
 * fail are rolled back alone: savepoints take a tenth of a work's time, and hardly ever is one needed.
 *
 * @param contextFor makes what a work is handed; called anew each time that a work is run.
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
    let outcomes: Outcome<Context>[];
    try {
      await this.#connection.begin();
      outcomes = (await this.#runTogether(group)) ?? (await this.#runApart(group));
      this.#waiting.unshift(...group.splice(outcomes.length));
      await this.#connection.commit();
    } catch (error) {
      await this.#giveUp(group, error);
      return;
    }
    for (const outcome of outcomes) {
      if ('error' in outcome) {
        outcome.work.reject(outcome.error);
      } else {
        outcome.work.resolve(outcome.result);
        // On its own: whoever listens must not be able to end the writer.
        queueMicrotask(outcome.committed);
      }
    }
  }

  /** Undefined where a work has failed after it had written: what it wrote stands among what the others did. */
  async #runTogether(group: Work<Context>[]): Promise<Outcome<Context>[] | undefined> {
    const outcomes: Outcome<Context>[] = [];
    const fullAt = performance.now() + GROUP_FULL_AFTER_MS;
    for (const work of group) {
      if (outcomes.length > 0 && performance.now() > fullAt) break;
      const writesBefore = this.#connection.writes();
      const outcome = await this.#runOne(work);
      if ('error' in outcome && this.#connection.writes() !== writesBefore) return undefined;
      outcomes.push(outcome);
    }
    return outcomes;
  }

  async #runApart(group: Work<Context>[]): Promise<Outcome<Context>[]> {
    await this.#connection.rollback();
    await this.#connection.begin();
    const outcomes: Outcome<Context>[] = [];
    const fullAt = performance.now() + GROUP_FULL_AFTER_MS;
    for (const work of group) {
      if (outcomes.length > 0 && performance.now() > fullAt) break;
      await this.#connection.savepoint();
      const outcome = await this.#runOne(work);
      if ('error' in outcome) await this.#connection.rollbackToSavepoint();
      else await this.#connection.releaseSavepoint();
      outcomes.push(outcome);
    }
    return outcomes;
  }

  /** @throws what the work has thrown, where the database gave up the whole transaction with it. */
  async #runOne(work: Work<Context>): Promise<Outcome<Context>> {
    const { context, committed } = this.#contextFor();
    try {
      return { work, result: await work.run(context), committed };
    } catch (error) {
      if (!this.#connection.isInTransaction()) throw error;
      return { work, error };
    }
  }

  /** Nothing of the group was kept, so nothing of it may be answered with success. */
  async #giveUp(group: Work<Context>[], error: unknown): Promise<void> {
    if (this.#connection.isInTransaction()) await this.#connection.rollback().catch(() => undefined);
    for (const work of group) work.reject(error);
  }
}
