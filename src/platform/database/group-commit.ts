import { StoreUnavailableError } from './errors.ts';

/** The one connection that writes, as the group commit uses it. Every method resolves when the database has done it. */
export interface WriteConnection {
  begin(): Promise<void>;
  /** Sets a savepoint to roll back to. */
  savepoint(): Promise<void>;
  releaseSavepoint(): Promise<void>;
  rollbackToSavepoint(): Promise<void>;
  /** Makes everything written durable. */
  commit(): Promise<void>;
  rollback(): Promise<void>;
  /** How many statements have written so far. A unit of work that has written nothing needs no rollback. */
  writes(): number;
  /** False after an error so severe that the database rolled the whole transaction back by itself. */
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

/** Units of work in one commit: enough to share the cost of making it durable, few enough to answer the first one soon. */
const MAX_GROUP_SIZE = 256;

/** A group accepts no more units of work after this: on PostgreSQL other instances wait for its end, and time out. */
const GROUP_FULL_AFTER_MS = 500;

/** The length of the queue. Beyond this the database is seconds behind, and refusing is kinder than making callers wait. */
const MAX_UNITS_WAITING = 5000;

/**
 * Runs the waiting units of work in one transaction and answers them all after the one commit that makes them durable,
 * so that the cost of a durable write is paid once per group. They run one after another, so each sees everything that
 * earlier ones did. If one fails after it has written, the group is run again with a savepoint before each unit, so that
 * only those that fail are rolled back: a savepoint costs a tenth of a unit's time and is hardly ever needed.
 *
 * @param contextFor makes the argument of a unit of work; called again each time that it is run.
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
    if (this.#waiting.length >= MAX_UNITS_WAITING) {
      return Promise.reject(new StoreUnavailableError(`${MAX_UNITS_WAITING} writes are waiting for the database`));
    }
    return new Promise<T>((resolve, reject) => {
      this.#waiting.push({ run, resolve: resolve as (result: unknown) => void, reject });
      this.#running ??= this.#drain();
    });
  }

  /** Resolves when every accepted unit of work has been answered. Later ones are refused. */
  async close(): Promise<void> {
    this.#closed = true;
    await this.#running;
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      // Units of work that arrive in the same turn of the event loop join the group.
      await new Promise((resolve) => setImmediate(resolve));
      await this.#commitGroup(this.#waiting.splice(0, MAX_GROUP_SIZE));
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
        // Detached, so that an error of a listener cannot stop the writer.
        queueMicrotask(outcome.committed);
      }
    }
  }

  /** Undefined if a unit of work failed after it had written: its writes are mixed with those of the others. */
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

  /** @throws the error of the unit of work if the database rolled the whole transaction back because of it. */
  async #runOne(work: Work<Context>): Promise<Outcome<Context>> {
    const { context, committed } = this.#contextFor();
    try {
      return { work, result: await work.run(context), committed };
    } catch (error) {
      if (!this.#connection.isInTransaction()) throw error;
      return { work, error };
    }
  }

  /** Nothing of the group was stored, so none of it may succeed. */
  async #giveUp(group: Work<Context>[], error: unknown): Promise<void> {
    if (this.#connection.isInTransaction()) await this.#connection.rollback().catch(() => undefined);
    for (const work of group) work.reject(error);
  }
}
