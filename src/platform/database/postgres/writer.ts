import { StoreReplacedError, StoreUnavailableError } from '#platform/database/errors.ts';
import type { WriteConnection } from '#platform/database/group-commit.ts';
import { isConflict, translate } from './errors.ts';
import type { PostgresIdentity } from './identity.ts';
import { isRefusal, type PostgresSession } from './session.ts';

/**
 * How long a group waits for its turn before it is refused. Other groups take less, unless an instance hangs. Units of
 * work that arrive meanwhile wait for this group and then for their own turn, and a shop allows 5 s for an answer.
 */
const TURN_WITHIN_MS = 2_000;

/**
 * Groups of all instances take turns in the order in which they arrive: the lock is granted to one at a time, and the
 * snapshot is taken after it. So a unit of work writes on the state that it has read, and conflicts never occur.
 * Running concurrently, PostgreSQL would abort most of them: it treats two transactions as dependent if they touch the
 * same page of an index, as any two that insert something do.
 */
const BEGIN = [
  'begin isolation level serializable',
  `set local lock_timeout = ${TURN_WITHIN_MS}`,
  'lock table one_writer in exclusive mode',
  'set local lock_timeout to default',
].join('; ');

/** A transaction, with all units of work of its group, was not committed, or it is unknown whether it was. */
export class TransactionLost extends Error {
  override readonly name = 'TransactionLost';
  /** The error for the store's callers. */
  readonly reason: unknown;
  /** Certainly nothing was committed, and a retry may succeed. */
  readonly mayBeRunAgain: boolean;

  constructor(session: PostgresSession, error: unknown) {
    const { failure } = session;
    super('The transaction was lost', { cause: error });
    const isUnclear = failure?.mayBeKept === true;
    this.reason = isUnclear
      ? new StoreUnavailableError(
          'The connection was lost during a commit, so it is unknown whether the commit was made',
          {
            cause: error,
          },
        )
      : error instanceof StoreReplacedError
        ? error
        : translate(failure?.error ?? error);
    this.mayBeRunAgain =
      !isUnclear && failure !== undefined && (isConflict(failure.error) || !isRefusal(failure.error));
  }
}

/** The connection of the group commit: taken from the pool for each transaction. */
export function postgresWriter(take: () => Promise<PostgresSession>, identity?: PostgresIdentity) {
  let current: PostgresSession | undefined;
  /** Undefined outside of a transaction. */
  let writesBefore = 0;
  let writesAtBegin = 0;

  const session = (): PostgresSession => {
    if (current === undefined) throw new Error('No transaction has been begun');
    return current;
  };
  const leave = async (how: 'giveBack' | 'giveUp') => {
    const left = session();
    writesBefore += left.writes;
    left.writes = 0;
    current = undefined;
    await left[how]();
  };
  const lose = async (error: unknown): Promise<never> => {
    const lost = new TransactionLost(session(), error);
    await leave('giveUp');
    throw lost;
  };

  const connection: WriteConnection = {
    async begin() {
      identity?.check();
      current = await take();
      await current.begin(BEGIN).catch(lose);
      writesAtBegin = current.writes;
    },
    savepoint: () => session().execute('savepoint work'),
    releaseSavepoint: () => session().execute('release work'),
    async rollbackToSavepoint() {
      const { failure } = session();
      // After a serialization failure or a lost connection the transaction can only be rolled back.
      if (failure && (isConflict(failure.error) || !isRefusal(failure.error))) await lose(failure.error);
      session().failure = undefined;
      await session().execute('rollback to work; release work').catch(lose);
    },
    async commit() {
      const hasWritten = session().writes !== writesAtBegin;
      await session()
        .commit(hasWritten ? identity : undefined)
        .catch(lose);
      await leave('giveBack');
    },
    rollback: () => leave('giveUp'),
    writes: () => writesBefore + (current?.writes ?? 0),
    isInTransaction: () => current !== undefined,
  };
  return { connection, session };
}
