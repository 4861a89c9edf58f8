import { StoreReplacedError, StoreUnavailableError } from '#platform/database/errors.ts';
import type { WriteConnection } from '#platform/database/group-commit.ts';
import { isConflict, translate } from './errors.ts';
import type { PostgresIdentity } from './identity.ts';
import { isRefusal, type PostgresSession } from './session.ts';

/**
 * So long works wait for their turn; then they are refused. The others hold it for less, unless one of them hangs. Works that
 * come while a group waits wait for that one and for their own turn, and a shop wants an answer within 5 s.
 */
const TURN_WITHIN_MS = 2_000;

/**
 * Units of work take turns, those of all instances in the order in which they come: the lock is given to one at a time,
 * and no snapshot is taken before it. So what a work reads is what it writes on, and no two ever meet. Side by side
 * PostgreSQL would give most of them up: it takes two works for dependent that touch the same page of an index, as any
 * two that enter something new do.
 */
const BEGIN = [
  'begin isolation level serializable',
  `set local lock_timeout = ${TURN_WITHIN_MS}`,
  'lock table one_writer in exclusive mode',
  'set local lock_timeout to default',
].join('; ');

/** A transaction was not kept, or nobody knows whether it was: with it all works of its group. */
export class TransactionLost extends Error {
  override readonly name = 'TransactionLost';
  /** What the store's callers are told. */
  readonly reason: unknown;
  /** It is certain that nothing was kept, and another time may be better. */
  readonly mayBeRunAgain: boolean;

  constructor(session: PostgresSession, error: unknown) {
    const { failure } = session;
    super('The transaction was lost', { cause: error });
    const isUnclear = failure?.mayBeKept === true;
    this.reason = isUnclear
      ? new StoreUnavailableError('The connection ended at a commit, so that nobody knows whether it was made', {
          cause: error,
        })
      : error instanceof StoreReplacedError
        ? error
        : translate(failure?.error ?? error);
    this.mayBeRunAgain =
      !isUnclear && failure !== undefined && (isConflict(failure.error) || !isRefusal(failure.error));
  }
}

/** The connection of a group of works: taken from the pool for each of its transactions. */
export function postgresWriter(take: () => Promise<PostgresSession>, identity?: PostgresIdentity) {
  let current: PostgresSession | undefined;
  /** Before any transaction, and after the end of each, there is none to count or to end. */
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
      // A picture that met others stays as it is until the transaction ends, and a connection that is gone stays so.
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
