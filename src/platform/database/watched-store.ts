import type { Clock } from '#platform/clock.ts';
import { StoreUnavailableError } from './errors.ts';
import type { OpenedStore } from './open.ts';

/** A store that knows when it last could not be written. */
export interface WatchedStore {
  store: OpenedStore;
  /** Undefined where every write of this process was kept. */
  lastFailedWriteAt: () => Date | undefined;
}

/**
 * Notes when a unit of work could not be kept because the database was out of reach. What was refused then, such as reports
 * of payments, comes again only some time after it can be written.
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
