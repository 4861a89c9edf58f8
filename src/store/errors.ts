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
