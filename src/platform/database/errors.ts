/**
 * The database could not do its part for a reason that may pass: disk full, locked by another process, read-only,
 * unreachable, too much waiting. Nothing of the unit of work was kept.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** The database is not what this program expects: another schema version, a broken file. Waiting does not help. */
export class StoreBrokenError extends Error {
  override readonly name = 'StoreBrokenError';
}

/**
 * The database refused what it was given to keep for what it is: a text or a time that no column holds, or a sum that
 * would pass 2^63. It is the last net: what is known to be refused never comes so far. Nothing of the unit of work was kept.
 */
export class StoreContentError extends Error {
  override readonly name = 'StoreContentError';
}

/** Another database stands where the one was that the server has opened: nothing is read from it or kept in it. */
export class StoreReplacedError extends StoreUnavailableError {
  constructor(what: string) {
    super(
      `${what} while the server was running. Nothing is kept until the server is restarted. Before that, look which database is the right one: what was kept since that backup is missing in a restored one.`,
    );
  }
}
