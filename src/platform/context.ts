import type { Clock } from './clock.ts';
import type { Store } from './database/store.ts';
import type { Logger } from './logging/logger.ts';

/** The dependencies of every service. */
export interface PlatformContext {
  store: Store;
  clock: Clock;
  log: Logger;
}
