import type { Settings } from '#platform/config/read-settings.ts';
import type { PlatformContext } from '#platform/context.ts';
import type { Subscriptions } from '#platform/outbox/subscriptions.ts';

export interface PeopleContext extends PlatformContext {
  settings: Pick<Settings, 'publicUrl'>;
  subscriptions: Subscriptions;
  randomBytes: (length: number) => Uint8Array;
}

/** The browser in which a person signs in. */
export interface Browser {
  /** The address that it comes from. */
  address: string;
  /** Its User-Agent header; empty if it sends none. */
  userAgent: string;
  /** The token of the session that it has; that one ends with a new one. */
  token?: string | undefined;
}
