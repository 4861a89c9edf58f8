import type { EventType } from './events.ts';

/** Of one bulk dismissal: a unit of work that other changes wait for, and the size of its line in the audit log. */
export const MAX_DISMISSED_AT_ONCE = 500;

/** Which dead letters are meant. */
export interface DeadLetterFilter {
  subscriber?: string | undefined;
  type?: EventType | undefined;
  /** The last event: later ones do not match. */
  upToEvent?: bigint | undefined;
  /** What failed permanently later does not match, so that nothing is dismissed that its operator has not seen. */
  upToTime?: Date | undefined;
}

export interface BulkDismissal {
  dismissed: number;
  /** Whether more dead letters match. */
  hasMore: boolean;
}
