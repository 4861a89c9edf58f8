/**
 * The database failed for a reason that may be temporary: disk full, locked by another process, read-only, unreachable,
 * too many units of work waiting. Nothing of the unit of work was stored.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** The database is not what this program expects: another schema version, a broken file. Waiting does not help. */
export class StoreBrokenError extends Error {
  override readonly name = 'StoreBrokenError';
}

/**
 * The database refused a value: a text or a time that no column can store, or a sum that would exceed 2^63. This is the
 * last line of defence behind the checks of the input. Nothing of the unit of work was stored.
 */
export class StoreContentError extends Error {
  override readonly name = 'StoreContentError';
}

/** The database that the server opened was replaced by another: the server neither reads from it nor writes to it. */
export class StoreReplacedError extends StoreUnavailableError {
  constructor(what: string) {
    super(
      `${what} while the server was running. Nothing is stored until the server is restarted. Before that, make sure which database is the right one: a restored backup lacks everything that was stored since it was made.`,
    );
  }
}
