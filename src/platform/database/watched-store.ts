import type { Clock } from '#platform/clock.ts';
import { StoreUnavailableError } from './errors.ts';
import type { OpenedStore } from './open.ts';

/** A store that remembers when a write last failed. */
export interface WatchedStore {
  store: OpenedStore;
  /** Undefined if no write of this process has failed. */
  lastFailedWriteAt: () => Date | undefined;
}

/**
 * Records when a unit of work failed because the database was unreachable. Requests that were refused then, such as
 * reports of payments, are sent again only some time after the database has recovered.
 */
export function watchWrites(store: OpenedStore, clock: Clock): WatchedStore {
  let failedAt: Date | undefined;
  return {
    lastFailedWriteAt: () => failedAt,
    store: {
      ...store,
      run: (work) =>
        store.run(work).catch((error: unknown) => {
          if (error instanceof StoreUnavailableError) failedAt = clock.now();
          throw error;
        }),
    },
  };
}
