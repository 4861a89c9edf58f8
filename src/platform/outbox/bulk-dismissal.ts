import type { EventType } from './events.ts';

/** Of one bulk dismissal: a unit of work that other changes wait for, and the size of its line in the audit log. */
export const MAX_DISMISSED_AT_ONCE = 500;

/** Which dead letters are meant. */
export interface DeadLetterFilter {
  subscriber?: string | undefined;
  type?: EventType | undefined;
  /** The last event: what comes later is not meant. */
  upToEvent?: bigint | undefined;
}

export interface BulkDismissal {
  dismissed: number;
  /** Whether there are more that are meant. */
  hasMore: boolean;
}
